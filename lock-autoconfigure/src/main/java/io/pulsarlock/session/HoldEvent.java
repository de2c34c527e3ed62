package io.pulsarlock.session;

import java.time.Duration;
import java.util.Objects;

import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockJeopardized;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockRecovered;
import io.pulsarlock.LockReleased;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a holding, of a lock or of a leadership.
 *
 * @param type what
 * @param name the lock or group
 * @param token the fencing token, or the leader's term
 * @param leadership whether the name is that of a leader group
 * @param reason why it was lost; null for the other types
 * @param elapsed for how long it was waited for when it is acquired, and for how long it
 * was held when it is lost or released; zero for the other types
 */
record HoldEvent(Type type, String name, long token, boolean leadership, @Nullable Reason reason, Duration elapsed) {

	/** What the listeners of locks are told. */
	LockEvent toLockEvent() {
		return switch (this.type) {
			case ACQUIRED -> new LockAcquired(this.name, this.token, this.elapsed);
			case JEOPARDY -> new LockJeopardized(this.name, this.token);
			case RECOVERED -> new LockRecovered(this.name, this.token);
			case LOST -> new LockLost(this.name, this.token, Objects.requireNonNull(this.reason), this.elapsed);
			case RELEASED -> new LockReleased(this.name, this.token, this.elapsed);
		};
	}

	/** What can happen. */
	enum Type {

		ACQUIRED, JEOPARDY, RECOVERED, LOST, RELEASED

	}

}

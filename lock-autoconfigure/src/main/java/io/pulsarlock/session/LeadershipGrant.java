package io.pulsarlock.session;

import java.time.Duration;
import java.util.function.Consumer;

import io.pulsarlock.LockGrant;
import io.pulsarlock.LockLoss;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;

/**
 * A leadership for code that looks at it. It is not closed like a lock: only its
 * {@link SessionGroup} ends it, and so knows that a new campaign is due.
 */
final class LeadershipGrant implements LockGrant, CountedHandle {

	private final Hold hold;

	LeadershipGrant(Hold hold) {
		this.hold = hold;
	}

	@Override
	public String name() {
		return this.hold.name();
	}

	@Override
	public long fencingToken() {
		return this.hold.fencingToken();
	}

	@Override
	public boolean isHeld() {
		return this.hold.isHeld();
	}

	@Override
	public void assertHeld() {
		this.hold.assertHeld();
	}

	@Override
	public Duration remaining() {
		return this.hold.remaining();
	}

	@Override
	public Registration onLost(Consumer<LockLoss> callback) {
		return this.hold.onLost(callback);
	}

	@Override
	public Registration use() {
		return this.hold.use();
	}

	@Override
	public String toString() {
		return "leadership of group '" + PrintedNames.text(name()) + "'";
	}

}

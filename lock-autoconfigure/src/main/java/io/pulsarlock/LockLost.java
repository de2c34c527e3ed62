package io.pulsarlock;

import java.time.Duration;

/**
 * A lock is no longer held; its holder did not give it up. Published as an application
 * event.
 *
 * @param name the lock
 * @param token the fencing token
 * @param reason why it was lost
 * @param held for how long it was held
 * @since 0.2.0
 */
public record LockLost(String name, long token, LockLoss.Reason reason, Duration held) implements LockEvent {

	@Override
	public String toString() {
		return "LockLost[name=" + PrintedNames.lock(this.name) + ", token=" + this.token + ", reason=" + this.reason
				+ ", held=" + this.held + "]";
	}

}

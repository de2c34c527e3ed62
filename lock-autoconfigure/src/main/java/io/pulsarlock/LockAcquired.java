package io.pulsarlock;

import java.time.Duration;

/**
 * A lock is held.
 *
 * @param name the lock
 * @param token the fencing token
 * @param waited for how long it was waited for
 * @since 0.2.0
 */
public record LockAcquired(String name, long token, Duration waited) implements LockEvent {

	@Override
	public String toString() {
		return "LockAcquired[name=" + PrintedNames.lock(this.name) + ", token=" + this.token + ", waited=" + this.waited
				+ "]";
	}

}

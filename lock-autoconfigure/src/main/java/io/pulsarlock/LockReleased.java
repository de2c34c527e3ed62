package io.pulsarlock;

import java.time.Duration;

/**
 * The holder gave a lock up.
 *
 * @param name the lock
 * @param token the fencing token
 * @param held for how long it was held
 * @since 0.2.0
 */
public record LockReleased(String name, long token, Duration held) implements LockEvent {

	@Override
	public String toString() {
		return "LockReleased[name=" + PrintedNames.lock(this.name) + ", token=" + this.token + ", held=" + this.held
				+ "]";
	}

}

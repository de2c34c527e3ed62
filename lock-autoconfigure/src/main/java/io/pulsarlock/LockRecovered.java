package io.pulsarlock;

/**
 * After {@link LockJeopardized}: the lock is held and renewed again. Published as an
 * application event.
 *
 * @param name the lock
 * @param token the fencing token
 * @since 0.2.0
 */
public record LockRecovered(String name, long token) implements LockEvent {

	@Override
	public String toString() {
		return "LockRecovered[name=" + PrintedNames.lock(this.name) + ", token=" + this.token + "]";
	}

}

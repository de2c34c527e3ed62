package io.pulsarlock;

/**
 * The connection closed or this process stood: the lock is still held, but cannot be
 * renewed. It recovers or is lost. Published as an application event.
 *
 * @param name the lock
 * @param token the fencing token
 * @since 0.2.0
 */
public record LockJeopardized(String name, long token) implements LockEvent {

	@Override
	public String toString() {
		return "LockJeopardized[name=" + PrintedNames.lock(this.name) + ", token=" + this.token + "]";
	}

}

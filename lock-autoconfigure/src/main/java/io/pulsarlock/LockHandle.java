package io.pulsarlock;

/**
 * One holding of one lock. The owner of this object holds the lock, regardless of thread.
 * <p>
 * Once lost it stays lost: {@link #isHeld()} never turns true again. All methods may be
 * called from any thread, read memory only, and never block.
 *
 * @since 0.2.0
 */
public interface LockHandle extends LockGrant, AutoCloseable {

	/**
	 * Releases the lock and returns at once. Closing twice, or after the loss, does
	 * nothing; it never touches the next holder's lock.
	 */
	@Override
	void close();

}

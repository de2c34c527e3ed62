package io.pulsarlock;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * One holding of one lock. Whoever has this object owns the lock, on whatever thread.
 * <p>
 * Once lost it stays lost: {@link #isHeld()} never turns true again. All methods may be
 * called from any thread, read memory only, and never block.
 */
public interface LockHandle extends AutoCloseable {

	/**
	 * The lock's name.
	 * @return the name
	 */
	String name();

	/**
	 * The token of this holding: larger than that of every earlier holding of the same
	 * lock. Give it to the resource, which refuses a token smaller than the newest it has
	 * seen.
	 * @return the token, positive
	 * @throws LockLostException if the lock was lost
	 */
	long fencingToken();

	/**
	 * Whether the lock is held at this moment. A pause between this answer and what is
	 * done with it cannot be excluded by any lock: that is what the token is for.
	 * @return false as soon as it was released, or can no longer be proven to be held
	 */
	boolean isHeld();

	/**
	 * Like {@link #isHeld()}, as an exception.
	 * @throws LockLostException if the lock was lost
	 * @throws IllegalStateException if it was released
	 */
	void assertHeld();

	/**
	 * For how long the lock is certain to be held if nothing is heard from the cluster
	 * from now on. Normally renewed long before it runs out.
	 * @return zero when it is not held
	 */
	Duration remaining();

	/**
	 * Calls back exactly once if the lock is lost before it is released, on a thread of
	 * the registry; at once when it is lost already.
	 * @param callback what to do; an exception is logged
	 * @return removes the callback; to be closed when the callback is of no use any more
	 * and the handle lives on
	 */
	Registration onLost(Consumer<LockLoss> callback);

	/**
	 * Releases the lock and returns at once. Closing twice, or after the loss, does
	 * nothing; it never touches the next holder's lock.
	 */
	@Override
	void close();

}

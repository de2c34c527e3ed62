package io.pulsarlock;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * What is held at one time by one holder: a lock, or the leadership of a group. This is
 * the view of code that uses it and is not to give it up, such as a guarded method or the
 * code of a leader; {@link LockHandle} belongs to the code that has acquired it.
 * <p>
 * Once lost it stays lost: {@link #isHeld()} never turns true again. All methods may be
 * called from any thread, read memory only, and never block.
 *
 * @since 0.2.0
 */
public interface LockGrant {

	/**
	 * The name of the lock or leader group.
	 * @return the name
	 */
	String name();

	/**
	 * The token of this holding: larger than that of every earlier holding of the same
	 * lock; for what several have at the same time see {@link FencedReadWriteLock}. Give
	 * it to the resource, which refuses a token smaller than the newest it has seen. It
	 * needs all 64 bits: {@code BIGINT} in a database and text in JSON, never a double,
	 * which cannot tell neighbouring tokens above 2<sup>53</sup> apart.
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

}

package io.pulsarlock;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * One holding of one lock. The owner of this object holds the lock, regardless of thread.
 * <p>
 * Once lost it stays lost: {@link #isHeld()} never turns true again. All methods may be
 * called from any thread, concern memory only, and never block.
 *
 * @since 0.2.0
 */
public interface LockHandle extends LockGrant, AutoCloseable {

	/**
	 * Limits anew how long the lock is held, counted from this call: for longer than the
	 * limit before it or for less, also where there was none. The latest limit counts for
	 * every user of this holding, such as a thread that enters it again, and ends with
	 * the holding. {@link #remaining()} takes account of it at once.
	 * <p>
	 * Returns at once and concerns this node only: nothing is sent, and a lock that is in
	 * jeopardy stays so. When the limit is over the lock is lost with
	 * {@link LockLoss.Reason#HELD_TOO_LONG}, as by the limit it was acquired with.
	 * <p>
	 * A call that comes when the limit before it ends either counts or fails: if it
	 * returns, the lock is not lost by the limit before it; if it throws, the lock is
	 * lost for good.
	 * @param holdFor the longest hold from now on, positive; more than a year counts as a
	 * year, and null is no limit
	 * @throws IllegalArgumentException if {@code holdFor} is zero or negative; the limit
	 * before it stays
	 * @throws LockLostException if the lock was lost, also by the limit before it
	 * @throws IllegalStateException if it was released
	 * @since 0.2.0
	 */
	void holdFor(@Nullable Duration holdFor);

	/**
	 * Releases the lock and returns at once. Closing twice, or after the loss, does
	 * nothing; it never touches the next holder's lock.
	 */
	@Override
	void close();

}

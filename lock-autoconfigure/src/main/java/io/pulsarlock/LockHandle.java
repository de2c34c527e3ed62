package io.pulsarlock;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * One holding of one lock. The owner of this object holds the lock, regardless of thread.
 * <p>
 * Once lost it stays lost: {@link #isHeld()} never turns true again. All methods may be
 * called from any thread and never block; only {@link #restFor} sends something.
 *
 * @since 0.2.0
 */
public interface LockHandle extends LockGrant, AutoCloseable {

	/**
	 * The longest time for which a lock can rest: a day.
	 * @since 0.2.0
	 */
	Duration LONGEST_REST = Duration.ofDays(1);

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
	 * Lets the lock rest: from now on it is granted to no other caller of the cluster
	 * before this time has passed, whatever becomes of this holding and of this node. The
	 * holding goes on and may be closed at any time, also before the time has passed; the
	 * lock then rests without a holder, and callers find it busy or wait. A lock that is
	 * to run a short job once is acquired, rests, and is then used.
	 * <p>
	 * The time is counted by each node for itself, on its monotonic clock, from when it
	 * reads the record that this call writes. It is over at no node before it is over by
	 * a clock that was started at this call, and normally as much later as a record takes
	 * to arrive. It outlasts the end of this node, a crash of it, and a restart of all
	 * nodes one after the other. While no node of the cluster runs it may stand still.
	 * <p>
	 * A later call never ends an earlier rest: the lock rests until both are over. An
	 * operator ends a rest with {@link LockAdministration#endRest}.
	 * @param atLeast for how long, positive and at most {@link #LONGEST_REST}; rounded up
	 * to milliseconds
	 * @return completes on a thread of the registry when the cluster knows, some
	 * milliseconds later; exceptionally with a {@link LockLostException} if the lock was
	 * lost, or a {@link LockUnavailableException} if there was no answer within the
	 * reconnect grace: then it is unknown whether the lock rests. Until it completes
	 * there is no promise, so wait for it before the work begins. To cancel it has no
	 * effect on the lock
	 * @throws IllegalArgumentException if {@code atLeast} is not positive, or longer than
	 * {@link #LONGEST_REST}
	 * @throws LockLostException if the lock was lost
	 * @throws IllegalStateException if it was released
	 * @since 0.2.0
	 */
	CompletableFuture<Void> restFor(Duration atLeast);

	/**
	 * Releases the lock and returns at once. Closing twice, or after the loss, does
	 * nothing; it never touches the next holder's lock.
	 */
	@Override
	void close();

}

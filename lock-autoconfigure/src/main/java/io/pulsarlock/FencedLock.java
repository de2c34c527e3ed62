package io.pulsarlock;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

import org.jspecify.annotations.Nullable;

/**
 * A lock with one holder in the whole cluster, first come, first served across nodes, and
 * a fencing token for each holder. Only the read lock of a {@link FencedReadWriteLock}
 * has several holders at a time.
 * <p>
 * There are two ways to use it. {@link #acquire} gives a {@link LockHandle} handle: the
 * holder of the handle owns the lock, regardless of thread. The methods of {@link Lock}
 * belong to the calling thread and are reentrant: a thread that has the lock gets it
 * again at once, with the same token, and must unlock as often as it locked. A handle is
 * not reentrant: a thread that holds one and asks for another waits for itself.
 * <p>
 * Every attempt has one of three ends: held; <em>busy</em> (another holder has it: false,
 * empty or {@link LockBusyException}); or <em>unknown</em> (the cluster could not be
 * asked: {@link LockUnavailableException}). Unknown is never reported as busy or free.
 *
 * @since 0.1.0
 */
public interface FencedLock extends Lock {

	/**
	 * The name the lock was obtained by.
	 * @return the name
	 */
	String name();

	/**
	 * Waits for the lock.
	 * @param waitFor the longest wait; zero gives up as soon as another holder is known
	 * @return the handle; close it to release the lock
	 * @throws LockBusyException if another holder still has the lock
	 * @throws LockUnavailableException if the cluster could not be asked
	 * @throws InterruptedException if the thread is interrupted while it waits; nothing
	 * is held then
	 */
	default LockHandle acquire(Duration waitFor) throws InterruptedException {
		return acquire(waitFor, null);
	}

	/**
	 * Waits for the lock and limits how long it is held. The limit is a guard against
	 * code that never ends; it is not needed for crashes.
	 * @param waitFor the longest wait
	 * @param holdFor the longest hold, after which the lock is lost and its holder told;
	 * or null for no limit. {@link LockHandle#holdFor} changes it later
	 * @return the handle
	 * @throws LockBusyException if another holder still has the lock
	 * @throws LockUnavailableException if the cluster could not be asked
	 * @throws InterruptedException if the thread is interrupted while it waits
	 */
	LockHandle acquire(Duration waitFor, @Nullable Duration holdFor) throws InterruptedException;

	/**
	 * Acquires the lock if it is neither held nor awaited, as far as this node has heard:
	 * a lock that another node released just now may be busy here for as long as a
	 * message takes. Where that matters, {@link #acquire} with a short wait.
	 * <p>
	 * Does not wait for the lock, but for the answer of the cluster: a round trip, some
	 * milliseconds, and at most the reconnect grace (4 s by default) if no answer comes.
	 * A lock that stays with this node after its release is taken without, and a node
	 * that has been out of touch for longer than that says so at once.
	 * @return the handle, or empty when another holder has the lock
	 * @throws LockUnavailableException if the cluster could not be asked
	 */
	Optional<LockHandle> tryAcquire();

	/**
	 * Takes a place in line without blocking a thread.
	 * @param waitFor the longest wait
	 * @return completes with the handle, or exceptionally with {@link LockBusyException}
	 * or {@link LockUnavailableException}, on a thread of the registry; cancelling it
	 * gives the place up, and a lock granted at that very moment is released
	 */
	default CompletableFuture<LockHandle> acquireAsync(Duration waitFor) {
		return acquireAsync(waitFor, null);
	}

	/**
	 * Takes a place in line without blocking a thread, and limits how long the lock is
	 * held.
	 * @param waitFor the longest wait
	 * @param holdFor the longest hold, after which the lock is lost and its holder told;
	 * or null for no limit. {@link LockHandle#holdFor} changes it later
	 * @return completes with the handle, or exceptionally with {@link LockBusyException}
	 * or {@link LockUnavailableException}, on a thread of the registry; cancelling it
	 * gives the place up, and a lock granted at that very moment is released
	 */
	CompletableFuture<LockHandle> acquireAsync(Duration waitFor, @Nullable Duration holdFor);

	/**
	 * Whether the calling thread holds this lock through the methods of {@link Lock} and
	 * has not lost it.
	 * @return true if it is safe to go on
	 */
	boolean isHeldByCurrentThread();

	/**
	 * The token of the calling thread's hold.
	 * @return the token
	 * @throws LockLostException if the lock was lost since
	 * @throws IllegalMonitorStateException if this thread does not hold the lock
	 */
	long fencingToken();

	/**
	 * Waits without limit.
	 * @throws LockUnavailableException if the registry is closed or the cluster refuses
	 * for good; an outage is waited out
	 * @throws LockLostException if this thread already held the lock and lost it
	 */
	@Override
	void lock();

	/**
	 * Waits without limit, or until the thread is interrupted.
	 * @throws LockUnavailableException if the node is closed or the cluster refuses for
	 * good; an outage is waited out
	 * @throws LockLostException if this thread already held the lock and lost it
	 * @throws InterruptedException if the thread is interrupted; nothing is held then
	 */
	@Override
	void lockInterruptibly() throws InterruptedException;

	/**
	 * Acquires the lock if it is free, as {@link #tryAcquire} does. Not as immediate as
	 * {@link Lock#tryLock()} says: it may take a round trip to the cluster, and at most
	 * the reconnect grace (4 s by default) if no answer comes.
	 * @return false if another holder has it
	 * @throws LockUnavailableException if the cluster could not be asked
	 * @throws LockLostException if this thread already held the lock and lost it
	 */
	@Override
	boolean tryLock();

	/**
	 * Waits up to the given time. Zero or less does not wait for the lock, but as long as
	 * {@link #tryLock()} for an answer.
	 * @return false if another holder still has it
	 * @throws LockUnavailableException if the cluster could not be asked
	 * @throws LockLostException if this thread already held the lock and lost it
	 * @throws InterruptedException if the thread is interrupted while it waits; nothing
	 * is held then
	 */
	@Override
	boolean tryLock(long time, TimeUnit unit) throws InterruptedException;

	/**
	 * Releases one level of the calling thread's hold. Returns at once: the release is on
	 * its way, in order, before anything this node sends later.
	 * @throws IllegalMonitorStateException if this thread does not hold the lock
	 * @throws LockLostException if the lock was lost while it was held; nothing is left
	 * to release then
	 */
	@Override
	void unlock();

	/**
	 * Not supported: a condition's wait would have to give the lock up and take a new
	 * place in line, so the token would change inside one critical section, and signals
	 * would have to survive the death of any node.
	 * @throws UnsupportedOperationException always
	 */
	@Override
	default Condition newCondition() {
		throw new UnsupportedOperationException(
				"A cluster-wide lock has no conditions: waiting on one would change the fencing token "
						+ "within a critical section. Release the lock and acquire it again instead");
	}

}

package io.pulsarlock;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Hands out cluster-wide locks by name. This is what an application injects; the code
 * that creates the registry has a {@link LockNode}, which it closes.
 * <p>
 * Safe for use by any number of threads.
 *
 * @since 0.1.0
 */
public interface LockRegistry {

	/** The longest lock or group name in characters. */
	int MAX_NAME_LENGTH = 512;

	/**
	 * The lock of that name. Costs nothing, here or in Pulsar, until it is acquired; two
	 * calls with equal names give views of one lock.
	 * <p>
	 * A name may be that of a pair: {@code obtain("coupon:17")} is the lock of
	 * {@code obtain("coupon", 17)} and of a guarded method with that name and key. A name
	 * made of parts that are not known to be without colons is therefore better obtained
	 * as name and key.
	 * @param name any string of 1 to 512 characters that is not blank; it is data, so
	 * spaces, slashes and any script are allowed
	 * @return the lock, never null
	 * @throws IllegalArgumentException if the name is blank or too long
	 */
	FencedLock obtain(String name);

	/**
	 * The lock for one key of a kind of things, {@code obtain("coupon", id)}. Different
	 * pairs never share a lock. It is that of the name and the key with a colon between;
	 * a colon or backslash in the name has a backslash before it. Logs and exceptions
	 * have the name and a hash of the key, see {@link PrintedNames}.
	 * @param name the kind of thing
	 * @param key which one: a simple value, or a collection or an array of such
	 * @return the lock, never null
	 * @throws IllegalArgumentException if name or key is blank, if the key is an object
	 * without a text of its own, or if both together are too long
	 * @see LockKeys#toText
	 */
	default FencedLock obtain(String name, Object key) {
		return obtain(LockNames.join(name, key));
	}

	/**
	 * The lock of that name for readers, which share it, and writers, which do not. Costs
	 * nothing until one of its two locks is acquired.
	 * @param name as for {@link #obtain(String)}; its lock is the write lock
	 * @return the lock, never null
	 * @throws IllegalArgumentException if the name is blank or too long
	 * @throws UnsupportedOperationException if this registry has none
	 * @since 0.2.0
	 */
	default FencedReadWriteLock readWriteLock(String name) {
		throw new UnsupportedOperationException("A " + getClass().getName() + " has no read-write locks");
	}

	/**
	 * The read-write lock for one key of a kind of things.
	 * @param name the kind of thing
	 * @param key which one, as for {@link #obtain(String, Object)}
	 * @return the lock, never null
	 * @throws IllegalArgumentException as for {@link #obtain(String, Object)}
	 * @throws UnsupportedOperationException if this registry has none
	 * @since 0.2.0
	 */
	default FencedReadWriteLock readWriteLock(String name, Object key) {
		return readWriteLock(LockNames.join(name, key));
	}

	/**
	 * The semaphore of that name. Costs nothing until a permit is acquired.
	 * @param name as for {@link #obtain(String)}; a name is either that of a semaphore or
	 * that of a lock
	 * @param permits how many permits there are in the cluster, from one to
	 * {@link FencedSemaphore#MAX_PERMITS}; all callers must agree
	 * @return the semaphore, never null
	 * @throws IllegalArgumentException if the name is blank or too long, or if there
	 * cannot be so many permits
	 * @throws UnsupportedOperationException if this registry has none
	 * @since 0.2.0
	 */
	default FencedSemaphore semaphore(String name, int permits) {
		throw new UnsupportedOperationException("A " + getClass().getName() + " has no semaphores");
	}

	/**
	 * The semaphore for one key of a kind of things.
	 * @param name the kind of thing
	 * @param key which one, as for {@link #obtain(String, Object)}
	 * @param permits how many permits there are for this key
	 * @return the semaphore, never null
	 * @throws IllegalArgumentException as for {@link #obtain(String, Object)}, or if
	 * there cannot be so many permits
	 * @throws UnsupportedOperationException if this registry has none
	 * @since 0.2.0
	 */
	default FencedSemaphore semaphore(String name, Object key, int permits) {
		return semaphore(LockNames.join(name, key), permits);
	}

	/**
	 * Acquires all these locks or none, in one order that is the same on every node, so
	 * that two callers with overlapping sets cannot deadlock.
	 * @param names the locks; duplicates count once
	 * @param waitFor how long to wait for all of them together; zero does not wait
	 * @return one handle for all
	 * @throws LockBusyException if one of them still had another holder
	 * @throws LockUnavailableException if the cluster could not be asked
	 * @throws InterruptedException if the thread is interrupted while it waits; nothing
	 * is held then
	 */
	LockHandles acquireAll(Collection<String> names, Duration waitFor) throws InterruptedException;

	/**
	 * Runs an action while the calling thread holds a lock, and releases the lock in any
	 * case. The thread holds it as by {@link FencedLock#lock()}: where it has the lock
	 * already, the action runs within that holding.
	 * @param name the lock, as for {@link #obtain(String)}
	 * @param waitFor how long to wait for the lock; zero gives up as soon as it is known
	 * that another holder has it
	 * @param action what to run; given the lock, to check it and for its fencing token
	 * @param <T> what the action returns
	 * @param <E> what the action throws
	 * @return what the action has returned
	 * @throws LockBusyException if another holder still has the lock; the action has not
	 * run
	 * @throws LockUnavailableException if the cluster could not be asked; the action has
	 * not run
	 * @throws LockLostException if the lock was lost while the action ran: its result
	 * must not be trusted. If the action itself throws, its exception wins and has this
	 * one suppressed
	 * @throws InterruptedException if the thread is interrupted while it waits for the
	 * lock; the action has not run
	 * @throws E what the action has thrown
	 * @since 0.2.0
	 */
	default <T extends @Nullable Object, E extends Exception> T execute(String name, Duration waitFor,
			LockedAction<T, E> action) throws InterruptedException, E {
		if (waitFor.isNegative()) {
			throw new IllegalArgumentException(
					"The wait for lock '" + PrintedNames.lock(name) + "' must not be negative");
		}
		FencedLock lock = obtain(name);
		if (!lock.tryLock(TimeUnit.NANOSECONDS.convert(waitFor), TimeUnit.NANOSECONDS)) {
			throw new LockBusyException("Lock '" + PrintedNames.lock(name) + "' was held by another holder"
					+ (waitFor.isZero() ? "" : " for " + LockNames.text(waitFor)));
		}
		T result;
		try {
			result = action.run(heldByCurrentThread(name).orElseThrow(() -> new IllegalStateException(
					"The registry has granted lock '" + PrintedNames.lock(name) + "' and does not report it as held")));
		}
		catch (Throwable ex) {
			try {
				lock.unlock();
			}
			catch (RuntimeException lost) {
				if (lost != ex) {
					ex.addSuppressed(lost);
				}
			}
			throw ex;
		}
		lock.unlock();
		return result;
	}

	/**
	 * What the current thread holds of the lock of that name through
	 * {@link FencedLock#lock()} and its relatives, or because it runs a method that the
	 * lock guards.
	 * @param name the lock
	 * @return the view of the holding, which cannot be closed; empty when this thread
	 * does not hold the lock
	 */
	Optional<LockGrant> heldByCurrentThread(String name);

}

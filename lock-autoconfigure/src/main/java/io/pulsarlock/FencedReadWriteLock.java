package io.pulsarlock;

import java.util.concurrent.locks.ReadWriteLock;

/**
 * A lock that any number of readers in the whole cluster share, or one writer has alone,
 * with a fencing token for each of them. Strictly first come, first served: a reader that
 * comes after a waiting writer enters after it, so neither waits for ever.
 * <p>
 * The write lock is the lock that {@link LockRegistry#obtain(String)} gives for the same
 * name. The token of a writer is larger than that of every reader and writer before it,
 * and smaller than that of every one after it; tokens of readers that hold at the same
 * time differ.
 * <p>
 * By the methods of {@link java.util.concurrent.locks.Lock} a thread may enter both locks
 * again, and the read lock while it has the write lock. When it then unlocks the write
 * lock it keeps the read lock, at the same place in line and with the same token, and
 * other readers enter. The other way round is refused with a
 * {@link LockOperationRefusedException}, because two readers that wait for each other to
 * leave would wait for ever: unlock the read lock first.
 *
 * @since 0.2.0
 */
public interface FencedReadWriteLock extends ReadWriteLock {

	/**
	 * The name the lock was obtained by.
	 * @return the name
	 */
	String name();

	/**
	 * The lock that is shared with other readers. Its
	 * {@link FencedLock#isHeldByCurrentThread()} and {@link FencedLock#fencingToken()}
	 * tell of read locks of the thread only.
	 * @return a view, never null
	 */
	@Override
	FencedLock readLock();

	/**
	 * The lock that excludes all others.
	 * @return a view, never null
	 */
	@Override
	FencedLock writeLock();

	/**
	 * Makes a write lock a read lock, which keeps its place in line, its token and its
	 * limit. Returns at once; other readers enter as soon as they hear of it. Does
	 * nothing if it is a read lock already.
	 * @param held a handle of the write lock, which goes on as that of a read lock; its
	 * loss and its end are those of before
	 * @throws IllegalArgumentException if it is no handle of this lock
	 * @throws LockLostException if it was lost
	 * @throws IllegalStateException if it was released
	 */
	void downgrade(LockHandle held);

}

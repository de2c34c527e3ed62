package io.pulsarlock.integration;

import java.time.Duration;
import java.util.ConcurrentModificationException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLostException;
import io.pulsarlock.PrintedNames;
import org.jspecify.annotations.Nullable;

import org.springframework.integration.support.locks.DistributedLock;

/**
 * A reentrant lock of the calling thread. It keeps handles instead of using the methods
 * of {@link java.util.concurrent.locks.Lock} of a {@link FencedLock}, because only these
 * have a limit.
 */
final class PulsarDistributedLock implements DistributedLock {

	/** As long as a wait can be. */
	private static final Duration FOREVER = Duration.ofDays(365);

	private final FencedLock lock;

	/** The object that the cache of the registry knows this lock by. */
	private final String name;

	private final ThreadLocks threads;

	PulsarDistributedLock(FencedLock lock, ThreadLocks threads) {
		this.lock = lock;
		this.name = lock.name();
		this.threads = threads;
	}

	@Override
	public void lock() {
		lockUninterruptibly(null);
	}

	@Override
	public void lock(Duration ttl) {
		lockUninterruptibly(ttl);
	}

	private void lockUninterruptibly(@Nullable Duration ttl) {
		boolean interrupted = Thread.interrupted();
		try {
			while (true) {
				try {
					lockInterruptibly(ttl);
					return;
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@Override
	public void lockInterruptibly() throws InterruptedException {
		lockInterruptibly(null);
	}

	private void lockInterruptibly(@Nullable Duration ttl) throws InterruptedException {
		if (!reenter(ttl)) {
			enter(this.lock.acquire(FOREVER, ttl), ttl);
		}
	}

	@Override
	public boolean tryLock() {
		if (reenter(null)) {
			return true;
		}
		Optional<LockHandle> handle = this.lock.tryAcquire();
		handle.ifPresent((acquired) -> enter(acquired, null));
		return handle.isPresent();
	}

	@Override
	public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
		return tryLockFor(Duration.ofNanos(unit.toNanos(time)), null);
	}

	@Override
	public boolean tryLock(Duration waitTime, Duration ttl) throws InterruptedException {
		return tryLockFor(waitTime, ttl);
	}

	private boolean tryLockFor(Duration waitTime, @Nullable Duration ttl) throws InterruptedException {
		if (Thread.interrupted()) {
			throw new InterruptedException();
		}
		if (reenter(ttl)) {
			return true;
		}
		try {
			enter(this.lock.acquire(waitTime.isNegative() ? Duration.ZERO : waitTime, ttl), ttl);
			return true;
		}
		catch (LockBusyException ex) {
			return false;
		}
	}

	/**
	 * Goes one level deeper, if this thread has the lock.
	 * @throws LockLostException if it has lost a lock without a time to live
	 */
	private boolean reenter(@Nullable Duration ttl) {
		ThreadLocks.Locked locked = this.threads.get(this.name);
		return locked != null && locked.reenter(ttl);
	}

	private void enter(LockHandle handle, @Nullable Duration ttl) {
		ThreadLocks.Locked locked = this.threads.get(this.name);
		if (locked == null) {
			this.threads.put(this.name, new ThreadLocks.Locked(handle, ttl));
		}
		else {
			locked.regain(handle, ttl);
		}
	}

	/**
	 * Limits anew how long this thread holds the lock.
	 * @param ttl null for the limit that there is, if any
	 */
	void renew(@Nullable Duration ttl) {
		try {
			owned().renew(ttl);
		}
		catch (LockLostException ex) {
			throw lost(ex);
		}
	}

	@Override
	public void unlock() {
		ThreadLocks.Locked locked = owned();
		if (locked.isOutermost()) {
			this.threads.remove(this.name);
		}
		try {
			locked.leave();
		}
		catch (LockLostException ex) {
			throw lost(ex);
		}
	}

	private ThreadLocks.Locked owned() {
		ThreadLocks.Locked locked = this.threads.get(this.name);
		if (locked == null) {
			throw new IllegalMonitorStateException(
					"This thread does not own lock '" + PrintedNames.lock(this.name) + "'");
		}
		return locked;
	}

	private ConcurrentModificationException lost(LockLostException loss) {
		return new ConcurrentModificationException(
				"Lock '" + PrintedNames.lock(this.name)
						+ "' was lost while this thread owned it. Another holder may have changed what it protects",
				loss);
	}

	@Override
	public Condition newCondition() {
		return this.lock.newCondition();
	}

	@Override
	public String toString() {
		return this.lock.toString();
	}

}

package io.pulsarlock.annotation;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.PrintedNames;
import org.jspecify.annotations.Nullable;

/**
 * How many calls may have the lock of a guarded method at the same time.
 *
 * @param mode whether others share it
 * @param permits how many calls there may be, or zero if they are not counted
 */
record Sharing(LockMode mode, int permits) {

	/** One call at a time. */
	static final Sharing NONE = new Sharing(LockMode.EXCLUSIVE, 0);

	private FencedLock lock(LockRegistry registry, FencedLock lock) {
		return (this.mode == LockMode.SHARED) ? registry.readWriteLock(lock.name()).readLock() : lock;
	}

	LockHandle acquire(LockRegistry registry, FencedLock lock, Duration waitFor, @Nullable Duration holdFor)
			throws InterruptedException {
		return (this.permits > 0) ? registry.semaphore(lock.name(), this.permits).acquire(1, waitFor, holdFor)
				: lock(registry, lock).acquire(waitFor, holdFor);
	}

	CompletableFuture<LockHandle> acquireAsync(LockRegistry registry, FencedLock lock, Duration waitFor,
			@Nullable Duration holdFor) {
		return (this.permits > 0) ? registry.semaphore(lock.name(), this.permits).acquireAsync(1, waitFor, holdFor)
				: lock(registry, lock).acquireAsync(waitFor, holdFor);
	}

	/**
	 * What a call shares of the calls around it.
	 * @param outer what one of them holds, counted for this call; null if there is none
	 * @return the same, or null if this call has to acquire it in its own way
	 * @throws LockOperationRefusedException if that would be a deadlock
	 */
	@Nullable CallLock within(@Nullable CallLock outer) {
		if (outer == null || (this.permits == outer.sharing().permits
				&& (this.permits > 0 || this.mode == LockMode.SHARED || outer.isExclusive()))) {
			return outer;
		}
		outer.release();
		if (this.permits != outer.sharing().permits) {
			// Refused, with both numbers.
			return null;
		}
		throw new LockOperationRefusedException("A method that has lock '" + PrintedNames.lock(outer.grant().name())
				+ "' alone was called within one that shares it: it would wait for all others to leave, and another"
				+ " call that does the same would wait for this one, a deadlock. Guard the outer method without mode"
				+ " SHARED");
	}

}

package io.pulsarlock.session;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.pulsarlock.FencedLock;
import io.pulsarlock.FencedSemaphore;
import io.pulsarlock.LockHandle;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.Share;
import org.jspecify.annotations.Nullable;

/**
 * Permits of a {@link SessionLockNode}: some of them are a lock that takes that share.
 *
 * @param name the semaphore's name
 * @param permits how many there are
 * @param locks makes a lock that takes a share
 */
record SessionSemaphore(String name, int permits, Function<Share, FencedLock> locks) implements FencedSemaphore {

	SessionSemaphore {
		if (permits < 1 || permits > MAX_PERMITS) {
			throw new IllegalArgumentException("The number of permits of semaphore '" + PrintedNames.lock(name)
					+ "' must be between 1 and " + MAX_PERMITS + ", but is " + permits);
		}
	}

	private FencedLock some(int wanted) {
		if (wanted < 1 || wanted > this.permits) {
			throw new IllegalArgumentException("The number of permits to acquire of semaphore '"
					+ PrintedNames.lock(this.name) + "' must be between 1 and " + this.permits + ", but is " + wanted);
		}
		return this.locks.apply(Share.ofPermits(wanted, this.permits));
	}

	@Override
	public LockHandle acquire(int permits, Duration waitFor, @Nullable Duration holdFor) throws InterruptedException {
		return some(permits).acquire(waitFor, holdFor);
	}

	@Override
	public Optional<LockHandle> tryAcquire(int permits) {
		return some(permits).tryAcquire();
	}

	@Override
	public CompletableFuture<LockHandle> acquireAsync(int permits, Duration waitFor, @Nullable Duration holdFor) {
		return some(permits).acquireAsync(waitFor, holdFor);
	}

	@Override
	public String toString() {
		return "semaphore '" + PrintedNames.lock(this.name) + "' of " + this.permits + " permits";
	}

}

package io.pulsarlock.shedlock;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLostException;

/**
 * Keeps locks of tasks that were shorter than their {@code lockAtLeastFor}.
 */
final class LeastHold {

	/** More than any stall of the timer. After it the lock ends by itself. */
	private static final Duration MARGIN = Duration.ofSeconds(30);

	private LeastHold() {
	}

	/**
	 * Releases a lock, at once or later.
	 * @param rest for how long it is still to be kept; zero or negative for no longer
	 */
	static void release(LockHandle handle, Duration rest) {
		if (rest.isNegative() || rest.isZero() || !handle.isHeld()) {
			handle.close();
			return;
		}
		try {
			// In place of lockAtMostFor, which may end at the same moment.
			handle.holdFor(rest.plus(MARGIN));
		}
		catch (LockLostException ex) {
			return;
		}
		CompletableFuture.delayedExecutor(rest.toNanos(), TimeUnit.NANOSECONDS, Runnable::run).execute(handle::close);
	}

}

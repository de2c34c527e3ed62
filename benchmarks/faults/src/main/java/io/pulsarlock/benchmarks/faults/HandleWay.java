package io.pulsarlock.benchmarks.faults;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.pulsarlock.LockException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockRegistry;

/**
 * Holds the lock by a handle that is acquired in the background.
 */
final class HandleWay implements Way {

	/** An answer does not come later than that, even if the process was paused. */
	private static final Duration LATE = Duration.ofMinutes(3);

	private final LockRegistry registry;

	private final Duration waitFor;

	HandleWay(LockRegistry registry, Duration waitFor) {
		this.registry = registry;
		this.waitFor = waitFor;
	}

	@Override
	public boolean hold(String name, Consumer<Grasp> inside) throws Exception {
		CompletableFuture<LockHandle> future = this.registry.obtain(name).acquireAsync(this.waitFor);
		try (LockHandle held = await(future)) {
			inside.accept(Grasp.of(held, held::isHeld));
		}
		return true;
	}

	private LockHandle await(CompletableFuture<LockHandle> future) throws InterruptedException, TimeoutException {
		try {
			return future.get(this.waitFor.plus(LATE).toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof LockException answer) ? answer : new IllegalStateException(ex.getCause());
		}
		catch (InterruptedException | TimeoutException ex) {
			if (!future.cancel(true) && !future.isCompletedExceptionally()) {
				future.join().close();
			}
			throw ex;
		}
	}

}

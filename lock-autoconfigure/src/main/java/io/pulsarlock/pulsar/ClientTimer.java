package io.pulsarlock.pulsar;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * Waits, without a thread that waits, for what concerns the Pulsar client. The common
 * pool and the timer of {@link CompletableFuture} would do that too, but the application
 * may block them. One thread serves all registries; it ends when nothing is to be done.
 */
final class ClientTimer {

	private static final ScheduledThreadPoolExecutor timer = timer();

	private ClientTimer() {
	}

	private static ScheduledThreadPoolExecutor timer() {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(null, task, "pulsar-lock-client-timer", 0, false);
			thread.setDaemon(true);
			thread.setContextClassLoader(ClientTimer.class.getClassLoader());
			return thread;
		});
		timer.setKeepAliveTime(1, TimeUnit.SECONDS);
		timer.allowCoreThreadTimeOut(true);
		timer.setRemoveOnCancelPolicy(true);
		return timer;
	}

	/**
	 * Completes after a while, on the timer's thread; at once if there can be no thread:
	 * what comes after a pause is to happen in any case.
	 */
	static CompletableFuture<Void> pause(long millis) {
		CompletableFuture<Void> over = new CompletableFuture<>();
		try {
			timer.schedule(() -> over.complete(null), millis, TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			over.complete(null);
		}
		return over;
	}

	/** Fails a future that takes longer. */
	static <T> CompletableFuture<T> limit(CompletableFuture<T> future, long millis) {
		if (future.isDone()) {
			return future;
		}
		try {
			ScheduledFuture<?> limit = timer.schedule(
					() -> future.completeExceptionally(new TimeoutException("Took more than " + millis + " ms")),
					millis, TimeUnit.MILLISECONDS);
			future.whenComplete((result, ex) -> limit.cancel(false));
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			// Rather too early than never.
			future.completeExceptionally(ex);
		}
		return future;
	}

	/**
	 * Runs something later that must neither be long nor block.
	 * @return null if there can be no thread
	 */
	static @Nullable Future<?> later(long nanos, Runnable task) {
		try {
			return timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			return null;
		}
	}

	/** Runs what must neither be long nor block. */
	static Executor executor() {
		return timer;
	}

}

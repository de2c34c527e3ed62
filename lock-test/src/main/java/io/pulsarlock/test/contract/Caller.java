package io.pulsarlock.test.contract;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * A thread of its own that does one thing.
 */
final class Caller<T extends @Nullable Object> {

	private final CompletableFuture<T> result = new CompletableFuture<>();

	private final Thread thread;

	private volatile boolean flag;

	private Caller(Callable<T> task) {
		this.thread = new Thread(() -> {
			try {
				T value = task.call();
				this.flag = Thread.currentThread().isInterrupted();
				this.result.complete(value);
			}
			catch (Throwable ex) {
				this.flag = Thread.currentThread().isInterrupted();
				this.result.completeExceptionally(ex);
			}
		}, "contract-caller");
		this.thread.setDaemon(true);
		this.thread.start();
	}

	static <T extends @Nullable Object> Caller<T> start(Callable<T> task) {
		return new Caller<>(task);
	}

	void interrupt() {
		this.thread.interrupt();
	}

	boolean isDone() {
		return this.result.isDone();
	}

	/** What came of it, or the exception itself. */
	T get() throws Exception {
		return ContractTests.get(this.result);
	}

	/** Waits for all; the first exception counts. */
	static void getAll(List<? extends Caller<?>> callers) throws Exception {
		for (Caller<?> caller : callers) {
			caller.get();
		}
	}

	T get(Duration limit) throws Exception {
		return ContractTests.get(this.result, limit);
	}

	/** Whether the thread's interrupt flag was set at the end of the task. */
	boolean wasInterrupted() {
		return this.flag;
	}

}

package io.pulsarlock.session;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The loop in production: one daemon thread and {@link System#nanoTime()}.
 */
final class ThreadLoop implements Loop {

	private static final Log logger = LogFactory.getLog(ThreadLoop.class);

	private final ScheduledThreadPoolExecutor executor;

	ThreadLoop(String name) {
		this.executor = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, name);
			thread.setDaemon(true);
			return thread;
		});
		this.executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public void execute(Runnable task) {
		schedule(0, task);
	}

	@Override
	public void schedule(long delayNanos, Runnable task) {
		try {
			this.executor.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// Ended: nobody waits for the task any more.
			logger.trace("Task dropped after the end of the loop", ex);
		}
	}

	private void run(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			// Nothing here may end the loop: without it deadlines still make locks be
			// lost.
			logger.error("A task of the lock session failed", ex);
		}
	}

	void stop() {
		this.executor.shutdownNow();
	}

}

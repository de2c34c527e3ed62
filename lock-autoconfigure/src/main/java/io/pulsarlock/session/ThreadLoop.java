package io.pulsarlock.session;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The loop in production: {@link System#nanoTime()}, a shared timer, and no thread of its
 * own. Whoever brings a task while none runs, a caller or the Pulsar client's network
 * thread, runs it at once; whoever comes while one runs leaves his and goes on. So nobody
 * ever waits for the loop, and a lock costs no change of threads that its messages do not
 * cost anyway.
 */
final class ThreadLoop implements Loop {

	private static final Log logger = LogFactory.getLog(ThreadLoop.class);

	/** Tasks of others that one thread runs before it passes the rest on. */
	private static final int BATCH = 64;

	private final ScheduledExecutorService timer;

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	/** Tasks not finished yet. Whoever raises it from zero runs them. */
	private final AtomicInteger pending = new AtomicInteger();

	private volatile boolean stopped;

	ThreadLoop(ScheduledExecutorService timer) {
		this.timer = timer;
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public void execute(Runnable task) {
		// Before it is counted, so that whoever counts finds it.
		this.tasks.add(task);
		if (this.pending.getAndIncrement() == 0) {
			run();
		}
	}

	private void run() {
		int left = BATCH;
		do {
			if (left-- == 0 && passOn()) {
				return;
			}
			run(this.tasks.remove());
		}
		while (this.pending.decrementAndGet() != 0);
	}

	private boolean passOn() {
		try {
			this.timer.execute(this::run);
			return true;
		}
		catch (RejectedExecutionException ex) {
			// Ended: what is left is dropped here.
			return false;
		}
	}

	private void run(Runnable task) {
		if (this.stopped) {
			return;
		}
		try {
			task.run();
		}
		catch (Throwable ex) {
			// Nothing may end the loop, nor reach the thread that happens to run it:
			// without it deadlines still make locks be lost.
			logger.error("A task of the lock session failed", ex);
		}
	}

	@Override
	public void schedule(long delayNanos, Runnable task) {
		if (delayNanos <= 0) {
			execute(task);
			return;
		}
		try {
			this.timer.schedule(() -> execute(task), delayNanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// Ended: nobody waits for the task any more.
			logger.trace("Task dropped after the end of the loop", ex);
		}
	}

	void stop() {
		this.stopped = true;
	}

}

package io.pulsarlock.annotation;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs tasks later on threads of its own, which end when there is nothing to do. The
 * common pool belongs to the application: while it is blocked, nothing would be released.
 */
final class Delays {

	private static final ScheduledThreadPoolExecutor timer = timer();

	private static final ThreadPoolExecutor pool = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS,
			new SynchronousQueue<>(), Delays::thread);

	private Delays() {
	}

	private static ScheduledThreadPoolExecutor timer() {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, Delays::thread);
		timer.setKeepAliveTime(10, TimeUnit.SECONDS);
		timer.allowCoreThreadTimeOut(true);
		timer.setRemoveOnCancelPolicy(true);
		return timer;
	}

	private static Thread thread(Runnable task) {
		Thread thread = new Thread(task, "pulsar-lock-release");
		thread.setDaemon(true);
		thread.setContextClassLoader(Delays.class.getClassLoader());
		return thread;
	}

	/**
	 * Runs a task later.
	 * @param nanos the delay
	 * @param task code of this library, which does not block
	 */
	static void after(long nanos, Runnable task) {
		timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
	}

	/**
	 * Runs a task later.
	 * @param nanos the delay
	 * @param task code that may block or throw
	 */
	static void callAfter(long nanos, Runnable task) {
		after(nanos, () -> pool.execute(task));
	}

}

package io.pulsarlock.session;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Gives tasks to another executor, again and again if that throws: what a holder is to be
 * told is told, if need be later.
 */
final class PatientExecutor implements Executor {

	private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final Executor executor;

	private final Loop loop;

	PatientExecutor(Executor executor, Loop loop) {
		this.executor = executor;
		this.loop = loop;
	}

	@Override
	public void execute(Runnable task) {
		try {
			this.executor.execute(task);
		}
		catch (Throwable ex) {
			this.loop.schedule(RETRY_NANOS, () -> execute(task));
		}
	}

}

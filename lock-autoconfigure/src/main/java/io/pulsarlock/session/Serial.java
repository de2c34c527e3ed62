package io.pulsarlock.session;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * Runs tasks one at a time, in order, on threads of another executor; what one throws
 * does not stop the next. When the other executor refuses, the tasks stay in the queue
 * and run, in order, with the next one.
 */
final class Serial implements Executor {

	private static final SafeLog logger = SafeLog.of(Serial.class);

	private final Executor executor;

	private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

	private boolean running;

	Serial(Executor executor) {
		this.executor = executor;
	}

	@Override
	public void execute(Runnable task) {
		synchronized (this.tasks) {
			this.tasks.add(task);
			if (this.running) {
				return;
			}
			this.running = true;
		}
		boolean accepted = false;
		try {
			this.executor.execute(this::run);
			accepted = true;
		}
		finally {
			if (!accepted) {
				synchronized (this.tasks) {
					this.running = false;
				}
			}
		}
	}

	private void run() {
		while (true) {
			Runnable task;
			synchronized (this.tasks) {
				task = this.tasks.poll();
				if (task == null) {
					this.running = false;
					return;
				}
			}
			try {
				task.run();
			}
			catch (Throwable ex) {
				logger.error("A lock or leader listener failed", ex);
			}
		}
	}

}

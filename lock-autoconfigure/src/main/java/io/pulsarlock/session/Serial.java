package io.pulsarlock.session;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Runs tasks one at a time, in order, on threads of another executor; the exception of
 * one does not stop the next.
 */
final class Serial implements Executor {

	private static final Log logger = LogFactory.getLog(Serial.class);

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
		this.executor.execute(this::run);
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

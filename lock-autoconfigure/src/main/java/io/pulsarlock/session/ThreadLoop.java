package io.pulsarlock.session;

/**
 * The loop in production: {@link System#nanoTime()} and a thread of the library, which
 * the loops of several shards share. To bring a task means one change of threads; in
 * return nothing a caller's thread lacks, stack for example, can harm a session, and no
 * caller ever works for another.
 */
final class ThreadLoop implements Loop {

	private final LoopThread thread;

	private volatile boolean stopped;

	ThreadLoop(LoopThread thread) {
		this.thread = thread;
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public void execute(Runnable task) {
		this.thread.execute(() -> run(task));
	}

	private void run(Runnable task) {
		if (!this.stopped) {
			task.run();
		}
	}

	@Override
	public Timer schedule(long delayNanos, Runnable task) {
		return this.thread.schedule(delayNanos, () -> run(task));
	}

	@Override
	public Timer every(long periodNanos, Runnable task) {
		return this.thread.every(periodNanos, () -> run(task));
	}

	/** Drops what is still to be done. Any thread. */
	void stop() {
		this.stopped = true;
	}

}

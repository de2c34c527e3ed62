package io.pulsarlock.session;

import java.util.function.Consumer;

/**
 * The loop of one shard. A task that throws may have done half of its work, so whatever
 * it throws is told to the shard, within the loop and before the next task.
 */
final class ShardLoop implements Loop {

	private final Loop loop;

	private final Consumer<Throwable> failures;

	ShardLoop(Loop loop, Consumer<Throwable> failures) {
		this.loop = loop;
		this.failures = failures;
	}

	@Override
	public long nanoTime() {
		return this.loop.nanoTime();
	}

	@Override
	public void execute(Runnable task) {
		this.loop.execute(() -> run(task));
	}

	@Override
	public Timer schedule(long delayNanos, Runnable task) {
		return this.loop.schedule(delayNanos, () -> run(task));
	}

	@Override
	public Timer every(long periodNanos, Runnable task) {
		return this.loop.every(periodNanos, () -> run(task));
	}

	private void run(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			this.failures.accept(ex);
		}
	}

}

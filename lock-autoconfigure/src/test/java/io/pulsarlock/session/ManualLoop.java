package io.pulsarlock.session;

import java.util.ArrayDeque;

/**
 * A loop whose clock and tasks go on only when a test says so.
 */
final class ManualLoop implements Loop {

	private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

	private long now;

	ManualLoop(long now) {
		this.now = now;
	}

	@Override
	public long nanoTime() {
		return this.now;
	}

	@Override
	public void execute(Runnable task) {
		this.tasks.add(task);
	}

	@Override
	public void schedule(long delayNanos, Runnable task) {
		throw new UnsupportedOperationException();
	}

	void pass(long nanos) {
		this.now += nanos;
	}

	void runAll() {
		while (!this.tasks.isEmpty()) {
			this.tasks.poll().run();
		}
	}

}

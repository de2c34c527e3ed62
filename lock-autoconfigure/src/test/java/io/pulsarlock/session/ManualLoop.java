package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A loop whose clock and tasks advance only when a test requests it.
 */
final class ManualLoop implements RepeatingLoop {

	private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

	private final PriorityQueue<Timed> timed = new PriorityQueue<>(
			Comparator.comparingLong(Timed::at).thenComparingLong(Timed::number));

	private long now;

	private long number;

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
	public Timer schedule(long delayNanos, Runnable task) {
		Timed timed = new Timed(this.now + delayNanos, this.number++, task);
		this.timed.add(timed);
		return () -> this.timed.remove(timed);
	}

	/** Tasks that wait for their time. */
	int timers() {
		return this.timed.size();
	}

	/** Advances only the clock. */
	void pass(long nanos) {
		this.now += nanos;
	}

	/** Runs the tasks that are due now. */
	void runAll() {
		while (!this.tasks.isEmpty()) {
			this.tasks.poll().run();
		}
	}

	/** Advances the time and runs every task when it is due. */
	void advance(Duration time) {
		long end = this.now + time.toNanos();
		runAll();
		while (!this.timed.isEmpty() && this.timed.peek().at() <= end) {
			Timed next = this.timed.poll();
			this.now = Math.max(this.now, next.at());
			next.task().run();
			runAll();
		}
		this.now = end;
	}

	private record Timed(long at, long number, Runnable task) {
	}

}

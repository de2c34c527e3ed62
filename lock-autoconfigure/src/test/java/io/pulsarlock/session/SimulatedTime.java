package io.pulsarlock.session;

import java.util.ArrayDeque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Virtual time and all that happens in it, in one order that the seed decides.
 */
final class SimulatedTime {

	static final long MICRO = 1_000;

	static final long MILLI = 1_000_000;

	static final long SECOND = 1_000_000_000;

	private static final int TRACED = Integer.getInteger("pulsarlock.simulation.trace", 120);

	private final PriorityQueue<Event> events = new PriorityQueue<>(1024);

	private final SplittableRandom random;

	private final boolean traced;

	private final ArrayDeque<String> trace = new ArrayDeque<>();

	private long now;

	private long steps;

	private long order;

	SimulatedTime(long seed, boolean traced) {
		this.random = new SplittableRandom(seed);
		this.traced = traced;
	}

	/** Nanoseconds of the world's own clock, which no node can see. */
	long now() {
		return this.now;
	}

	long steps() {
		return this.steps;
	}

	void at(long time, Runnable task) {
		this.events.add(new Event(Math.max(time, this.now), this.order++, task));
	}

	void after(long delay, Runnable task) {
		at(this.now + delay, task);
	}

	/** Runs the next event. Returns false if there is none before the limit. */
	boolean step(long limit) {
		Event next = this.events.peek();
		if (next == null || next.at() > limit) {
			this.now = Math.max(this.now, limit);
			return false;
		}
		this.events.poll();
		this.now = next.at();
		this.steps++;
		next.task().run();
		return true;
	}

	long between(long from, long to) {
		return (to > from) ? this.random.nextLong(from, to) : from;
	}

	int index(int size) {
		return this.random.nextInt(size);
	}

	boolean chance(double probability) {
		return this.random.nextDouble() < probability;
	}

	<T> T pick(List<T> from) {
		return from.get(index(from.size()));
	}

	long bits() {
		return this.random.nextLong();
	}

	/** A duration that is mostly short and occasionally long. */
	long skewed(long from, long to) {
		double share = this.random.nextDouble();
		return from + (long) ((to - from) * share * share * share);
	}

	void trace(Supplier<String> line) {
		if (this.traced) {
			if (this.trace.size() == TRACED) {
				this.trace.removeFirst();
			}
			this.trace.add(String.format("%11.6f  %s", this.now / 1e9, line.get()));
		}
	}

	List<String> trace() {
		return List.copyOf(this.trace);
	}

	private record Event(long at, long order, Runnable task) implements Comparable<Event> {

		@Override
		public int compareTo(Event other) {
			int times = Long.compare(this.at, other.at);
			return (times != 0) ? times : Long.compare(this.order, other.order);
		}

	}

}

package io.pulsarlock.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Detects stalls of the machine itself: during a stall, a node may rightly lose a lock
 * without a fault, and no time limit can be kept. Two holders at the same time are never
 * excused.
 */
final class StallWatch implements AutoCloseable {

	private static final long LOOK_MILLIS = 10;

	/** Of a grace of two seconds. */
	private static final long STALL = Duration.ofMillis(400).toNanos();

	private final List<long[]> stalls = new ArrayList<>();

	private final Thread thread = new Thread(this::watch, "stall-watch");

	private volatile boolean stopped;

	private StallWatch() {
	}

	static StallWatch start() {
		StallWatch watch = new StallWatch();
		watch.thread.setDaemon(true);
		watch.thread.start();
		return watch;
	}

	/** A watch without stalls. */
	static StallWatch none() {
		return new StallWatch();
	}

	private void watch() {
		long before = System.nanoTime();
		while (!this.stopped) {
			Arena.sleep(Duration.ofMillis(LOOK_MILLIS));
			long now = System.nanoTime();
			if (now - before > STALL) {
				seen(before, now);
			}
			before = now;
		}
	}

	synchronized void seen(long from, long to) {
		this.stalls.add(new long[] { from, to });
	}

	/** Whether the machine stalled at some time within the given interval. */
	synchronized boolean stalled(long from, long to) {
		return this.stalls.stream().anyMatch((stall) -> stall[0] <= to && stall[1] >= from);
	}

	synchronized int count() {
		return this.stalls.size();
	}

	/** The longest, in milliseconds. */
	synchronized long longest() {
		return this.stalls.stream().mapToLong((stall) -> (stall[1] - stall[0]) / 1_000_000).max().orElse(0);
	}

	@Override
	public void close() {
		this.stopped = true;
	}

}

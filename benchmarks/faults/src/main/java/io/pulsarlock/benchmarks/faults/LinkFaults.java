package io.pulsarlock.benchmarks.faults;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The active faults of one {@link Link}, for which its threads wait. Used by any thread;
 * guarded by its monitor.
 */
final class LinkFaults {

	/** The direction of a stream of bytes. */
	enum Direction {

		TO_BROKER, TO_NODE

	}

	private boolean darkToBroker;

	private boolean darkToNode;

	private long delayNanos;

	/** Bytes per second towards the node; 0: as fast as it goes. */
	private int rate;

	/** When the next byte towards the node may go. */
	private long free;

	synchronized void blackhole(boolean toBroker, boolean toNode) {
		this.darkToBroker = toBroker;
		this.darkToNode = toNode;
		notifyAll();
	}

	synchronized void delay(long nanos) {
		this.delayNanos = nanos;
		notifyAll();
	}

	synchronized void throttle(int bytesPerSecond) {
		this.rate = bytesPerSecond;
		this.free = System.nanoTime();
		notifyAll();
	}

	synchronized void heal() {
		this.darkToBroker = false;
		this.darkToNode = false;
		this.delayNanos = 0;
		this.rate = 0;
		notifyAll();
	}

	synchronized boolean isDark(Direction direction) {
		return (direction == Direction.TO_BROKER) ? this.darkToBroker : this.darkToNode;
	}

	synchronized boolean isDark() {
		return this.darkToBroker || this.darkToNode;
	}

	/** Makes waiting threads check their condition. */
	synchronized void wake() {
		notifyAll();
	}

	/** Waits until no direction is dark. */
	synchronized void awaitLight(BooleanSupplier over) throws InterruptedException {
		while (!over.getAsBoolean() && isDark()) {
			wait();
		}
	}

	/**
	 * Waits until bytes may go on.
	 * @param direction their direction
	 * @param read when they were read
	 * @param length their number
	 * @param over when to give up
	 * @return how many of them may be written now; 0 if it is over
	 */
	synchronized int awaitTurn(Direction direction, long read, int length, BooleanSupplier over)
			throws InterruptedException {
		while (!over.getAsBoolean()) {
			long nanos = isDark(direction) ? Long.MAX_VALUE : wait(direction, read, System.nanoTime());
			if (nanos <= 0) {
				return take(direction, length);
			}
			TimeUnit.NANOSECONDS.timedWait(this, nanos);
		}
		return 0;
	}

	private long wait(Direction direction, long read, long now) {
		long delayed = read + this.delayNanos - now;
		boolean throttled = direction == Direction.TO_NODE && this.rate > 0;
		return throttled ? Math.max(delayed, this.free - now) : delayed;
	}

	private int take(Direction direction, int length) {
		if (direction == Direction.TO_BROKER || this.rate == 0) {
			return length;
		}
		// A tenth of a second at a time, so that a new rate takes effect at once.
		int taken = Math.min(length, Math.max(this.rate / 10, 1));
		this.free = Math.max(this.free, System.nanoTime()) + taken * 1_000_000_000L / this.rate;
		return taken;
	}

}

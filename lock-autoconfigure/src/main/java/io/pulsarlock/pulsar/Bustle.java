package io.pulsarlock.pulsar;

import java.util.concurrent.TimeUnit;

/**
 * Whether others write so much that a reader that has asked for one entry more than there
 * is would be blind when the next one comes. Counts their entries, and forgets them
 * little by little.
 */
final class Bustle {

	private static final double MEMORY = TimeUnit.MILLISECONDS.toNanos(100);

	/** Sixty a second. */
	private static final double BUSY = 6;

	private double entries;

	private long at;

	/** Another node has written something. */
	void add(long now) {
		this.entries = at(now) + 1;
		this.at = now;
	}

	boolean isBusy(long now) {
		return at(now) >= BUSY;
	}

	private double at(long now) {
		return this.entries * Math.exp(-(now - this.at) / MEMORY);
	}

}

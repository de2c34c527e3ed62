package io.pulsarlock.benchmarks.faults;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What one node believed about one lock, according to its history. Times are those of the
 * machine's monotonic clock, which all processes share.
 */
final class Holding {

	final String lock;

	final long token;

	final String node;

	/** The process of the node that had it. */
	final int run;

	final long granted;

	final Part part;

	/** When its holder had noticed the end; zero if this was never recorded. */
	long ended;

	/** The start of the last check that found it held; zero for none. */
	long lastTrue;

	boolean lost;

	/** Whether it ended while its node was being stopped. */
	boolean stopping;

	/** The times at which it was notified of the loss. */
	final List<Long> told = new ArrayList<>();

	@Nullable String reason;

	/** The latest end of its belief if its process died; otherwise zero. */
	long died;

	Holding(String lock, long token, String node, int run, long granted, Part part) {
		this.part = part;
		this.lock = lock;
		this.token = token;
		this.node = node;
		this.run = run;
		this.granted = granted;
	}

	/** The end of its belief; before its beginning if it never believed. */
	long believedUntil() {
		if (this.ended != 0) {
			return this.lastTrue;
		}
		return (this.died != 0) ? this.died : this.granted;
	}

	/** Whether the lock cannot have both holders at the same time. */
	boolean excludes(Holding other) {
		return this.part.excludes(other.part);
	}

	boolean isOpen() {
		return this.ended == 0 && this.died == 0;
	}

	@Override
	public String toString() {
		return this.lock + "#" + this.token + "@" + this.node;
	}

}

package io.pulsarlock.benchmarks.faults;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What one node believed of one lock, as its history tells. Times are those of the
 * machine's monotonic clock, which all processes share.
 */
final class Holding {

	final String lock;

	final long token;

	final String node;

	/** The process of the node that had it. */
	final int run;

	final long granted;

	/** When its holder had noticed the end; zero if it never wrote so. */
	long ended;

	/** The last moment from which it was told that it still holds; zero for never. */
	long lastTrue;

	boolean lost;

	/** When it was told of the loss, each time. */
	final List<Long> told = new ArrayList<>();

	@Nullable String reason;

	/** Until when it can have believed at most, if its process died; or zero. */
	long died;

	Holding(String lock, long token, String node, int run, long granted) {
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

	boolean isOpen() {
		return this.ended == 0 && this.died == 0;
	}

	@Override
	public String toString() {
		return this.lock + "#" + this.token + "@" + this.node;
	}

}

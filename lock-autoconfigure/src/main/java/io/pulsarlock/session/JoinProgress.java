package io.pulsarlock.session;

import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/**
 * Rule 7: whether a session that joins comes nearer to its end. What others write does
 * not count, or a session whose own records do not arrive would wait for as long as
 * others write: only that an own record is acknowledged, that the reader comes nearer to
 * the first one, and that own records are read and accepted.
 */
final class JoinProgress {

	private final long limitNanos;

	private @Nullable Position first;

	private long at;

	JoinProgress(long limitNanos, long now) {
		this.limitNanos = limitNanos;
		this.at = now;
	}

	/** An own record is persistent. */
	void written(Position position, long now) {
		if (this.first == null) {
			this.first = position;
			this.at = now;
		}
	}

	/** A record of any session was applied. */
	void applied(Position position, long now) {
		Position first = this.first;
		if (first != null && !position.isAfter(first)) {
			this.at = now;
		}
	}

	/** An own record was applied and accepted. */
	void accepted(long now) {
		this.at = now;
	}

	boolean isStuck(long now) {
		return now - this.at > this.limitNanos;
	}

}

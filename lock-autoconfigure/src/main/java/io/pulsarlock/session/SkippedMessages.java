package io.pulsarlock.session;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.line.Position;
import io.pulsarlock.line.SkipCause;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Counts the messages of one shard's journal that are no records, and says so: at once
 * when the first of its kind comes, then once a minute while there are more. Each counts
 * once, in whatever session it is read.
 */
final class SkippedMessages {

	private static final Log logger = LogFactory.getLog(SkippedMessages.class);

	private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

	private final int shard;

	private final Map<SkipCause, Line> lines = new EnumMap<>(SkipCause.class);

	private Position latest = Position.NONE;

	private long count;

	SkippedMessages(int shard) {
		this.shard = shard;
	}

	void note(Position position, SkipCause cause, long now) {
		if (!position.isAfter(this.latest)) {
			return;
		}
		this.latest = position;
		this.count++;
		this.lines.computeIfAbsent(cause, (any) -> new Line(now - PAUSE)).note(position, cause, now);
	}

	long count() {
		return this.count;
	}

	private static String consequence(SkipCause cause) {
		if (cause == SkipCause.UNSIGNED || cause == SkipCause.OTHER_KEY) {
			return "It is ignored. Either a node of this cluster has other keys"
					+ " (pulsar-lock.security.record-keys) or none, and grants no locks: give it the keys of the others;"
					+ " or a client forges records: find it, and revoke its permission to produce";
		}
		return "All nodes skip it, and no lock depends on it. But something other than this library writes"
				+ " to the lock topics: find it, and revoke its permission to produce";
	}

	private final class Line {

		private long loggedAt;

		private long unsaid;

		Line(long loggedAt) {
			this.loggedAt = loggedAt;
		}

		void note(Position position, SkipCause cause, long now) {
			this.unsaid++;
			if (now - this.loggedAt >= PAUSE) {
				logger.warn("The journal of shard " + SkippedMessages.this.shard + " holds " + cause.description()
						+ " at " + position + ((this.unsaid > 1)
								? ", the latest of " + this.unsaid + " since the last line of this kind" : "")
						+ ". " + consequence(cause));
				this.loggedAt = now;
				this.unsaid = 0;
			}
		}

	}

}

package io.pulsarlock.session;

import java.time.Duration;
import java.util.BitSet;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.PrintedNames;
import org.jspecify.annotations.Nullable;

/**
 * Logs what an operator needs to know of a node's membership: that it has joined, that it
 * is out of touch and why, and that it is back. Shards share the fate of their node, so
 * each of these is one line per node and event, whatever the number of shards. Any
 * thread.
 */
final class Availability {

	private static final SafeLog logger = SafeLog.of(Availability.class);

	private final String node;

	private final int shards;

	private final BitSet joined = new BitSet();

	private boolean joinedBefore;

	/** From when on a shard has been missing; only what has been said counts. */
	private long since;

	private @Nullable Class<?> said;

	private int sessionsLost;

	private boolean ended;

	Availability(SessionSettings settings) {
		this.node = settings.node();
		this.shards = settings.shards();
	}

	/** A shard has caught up. */
	synchronized void joined(int shard, long now) {
		this.joined.set(shard);
		if (this.joined.cardinality() < this.shards || this.ended) {
			return;
		}
		if (this.said != null) {
			logger
				.info("Node '" + PrintedNames.text(this.node) + "' " + (this.joinedBefore ? "is back in" : "has joined")
						+ " the lock cluster after " + seconds(now - this.since)
						+ ((this.sessionsLost > 0) ? " and has lost the locks it held" : "") + ": locks are available");
		}
		else if (!this.joinedBefore) {
			logger.info("Node '" + PrintedNames.text(this.node) + "' has joined the lock cluster: locks are available");
		}
		this.joinedBefore = true;
		this.said = null;
		this.sessionsLost = 0;
	}

	/** The session of a shard has ended, and with it all that it held. */
	synchronized void sessionLost(int shard, Reason reason, long now) {
		this.joined.clear(shard);
		this.sessionsLost++;
		if (this.said == null && !this.ended) {
			logger.warn("Node '" + PrintedNames.text(this.node) + "' has lost touch with the lock cluster ("
					+ words(reason)
					+ "). The locks that it held are lost, and none is available until it has joined again, which it"
					+ " tries by itself");
			say(Reason.class, now);
		}
	}

	/** Something keeps a shard from joining, or from going on. */
	synchronized void failed(LockException failure, long now) {
		// An outage of which the sessions have died is the same one while joining fails.
		boolean known = this.said == failure.getClass()
				|| (this.said == Reason.class && !(failure instanceof LockConfigurationException));
		if (!known && !this.ended) {
			logger.warn("Node '" + PrintedNames.text(this.node) + "': " + failure.getMessage(), failure.getCause());
			say(failure.getClass(), now);
		}
	}

	/** The node stops: what is no longer available is not missed. */
	synchronized void end() {
		this.ended = true;
	}

	private void say(Class<?> what, long now) {
		this.since = (this.said != null) ? this.since : now;
		this.said = what;
	}

	private static String words(Reason reason) {
		return switch (reason) {
			case NO_ANSWER -> "no answer for as long as its lease";
			case CONNECTION_LOST -> "the connection was gone for longer than the reconnect grace";
			case ENDED_BY_CLUSTER -> "the other nodes have ended its session";
			default -> reason.name();
		};
	}

	private static String seconds(long nanos) {
		return Math.max(Duration.ofNanos(nanos).plusMillis(500).toSeconds(), 1) + " s";
	}

}

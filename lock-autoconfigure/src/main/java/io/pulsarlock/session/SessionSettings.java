package io.pulsarlock.session;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordBounds;
import org.jspecify.annotations.Nullable;

/**
 * How a node takes part. Lease and grace may differ from node to node; the number of
 * shards and the token floor must not. Immutable.
 *
 * @since 0.1.0
 */
public final class SessionSettings {

	/** The default lease. */
	public static final Duration DEFAULT_LEASE = Duration.ofSeconds(10);

	/** The default reconnect grace. */
	public static final Duration DEFAULT_RECONNECT_GRACE = Duration.ofSeconds(4);

	/** The default number of shards. */
	public static final int DEFAULT_SHARDS = 4;

	/** The default allowance for clock rates. */
	public static final double DEFAULT_DRIFT = 0.05;

	/** How long a lock is kept for its node by default. */
	public static final Duration DEFAULT_AFFINITY = Duration.ofSeconds(1);

	/** How many locks are kept by default. */
	public static final int DEFAULT_AFFINITY_LOCKS = 1000;

	/**
	 * How long a session may be silent that has no ticket, whatever its lease: so long a
	 * stranger's records stay in the tables.
	 */
	static final long FREE_LEASE_NANOS = DEFAULT_LEASE.toNanos();

	private final String node;

	private final int shards;

	private final Duration lease;

	private final Duration reconnectGrace;

	private final double drift;

	private final Duration affinity;

	private final int affinityLocks;

	private final long tokenFloor;

	SessionSettings(String node, int shards, Duration lease, Duration reconnectGrace, double drift, Duration affinity,
			int affinityLocks) {
		this(node, shards, lease, reconnectGrace, drift, affinity, affinityLocks, 0);
	}

	private SessionSettings(String node, int shards, Duration lease, Duration reconnectGrace, double drift,
			Duration affinity, int affinityLocks, long tokenFloor) {
		if (node.isBlank()) {
			throw new IllegalArgumentException("The node's name must not be blank");
		}
		if (node.length() > RecordBounds.MAX_NODE) {
			throw new IllegalArgumentException("The node's name must not be longer than " + RecordBounds.MAX_NODE
					+ " characters, but this one has " + node.length() + ": " + PrintedNames.text(node.substring(0, 40))
					+ "...");
		}
		if (shards < 1 || shards > RecordBounds.MAX_SHARDS) {
			throw new IllegalArgumentException(
					"The number of shards must be from 1 to " + RecordBounds.MAX_SHARDS + ", not " + shards);
		}
		if (lease.compareTo(Duration.ofMillis(100)) < 0 || lease.compareTo(Duration.ofHours(1)) > 0) {
			throw new IllegalArgumentException("The lease must be from 100 ms to 1 h, not " + Durations.text(lease));
		}
		if (reconnectGrace.compareTo(Duration.ofMillis(40)) < 0 || reconnectGrace.compareTo(lease) > 0) {
			throw new IllegalArgumentException("The reconnect grace must be from 40 ms to the lease ("
					+ Durations.text(lease) + "), not " + Durations.text(reconnectGrace));
		}
		if (!(drift >= 0 && drift <= 1)) {
			throw new IllegalArgumentException("The drift must be from 0 to 1, not " + drift);
		}
		if (affinity.isNegative() || affinity.compareTo(Duration.ofHours(1)) > 0) {
			throw new IllegalArgumentException("A released lock is kept for 0 to 1 h, not " + Durations.text(affinity));
		}
		if (affinityLocks < 1) {
			throw new IllegalArgumentException("At least 1 lock must be kept, not " + affinityLocks);
		}
		if (tokenFloor < 0 || tokenFloor > RecordBounds.MAX_TOKEN_FLOOR) {
			throw new IllegalArgumentException(
					"The token floor must be from 0 to " + RecordBounds.MAX_TOKEN_FLOOR + ", not " + tokenFloor);
		}
		this.node = node;
		this.shards = shards;
		this.lease = lease;
		this.reconnectGrace = reconnectGrace;
		this.drift = drift;
		this.affinity = affinity;
		this.affinityLocks = affinityLocks;
		this.tokenFloor = tokenFloor;
	}

	/**
	 * The defaults.
	 * @param node the node's name
	 * @return the settings
	 */
	public static SessionSettings of(String node) {
		return new SessionSettings(node, DEFAULT_SHARDS, DEFAULT_LEASE, DEFAULT_RECONNECT_GRACE, DEFAULT_DRIFT,
				DEFAULT_AFFINITY, DEFAULT_AFFINITY_LOCKS);
	}

	/**
	 * For another node.
	 * @param node the node's name
	 * @return the settings
	 */
	public SessionSettings withNode(String node) {
		return new SessionSettings(node, this.shards, this.lease, this.reconnectGrace, this.drift, this.affinity,
				this.affinityLocks, this.tokenFloor);
	}

	/**
	 * With other times.
	 * @param lease the lease
	 * @param reconnectGrace the reconnect grace
	 * @return the settings
	 */
	public SessionSettings withTimes(Duration lease, Duration reconnectGrace) {
		return new SessionSettings(this.node, this.shards, lease, reconnectGrace, this.drift, this.affinity,
				this.affinityLocks, this.tokenFloor);
	}

	/**
	 * With another number of shards.
	 * @param shards how many
	 * @return the settings
	 */
	public SessionSettings withShards(int shards) {
		return new SessionSettings(this.node, shards, this.lease, this.reconnectGrace, this.drift, this.affinity,
				this.affinityLocks, this.tokenFloor);
	}

	/**
	 * With another affinity.
	 * @param affinity how long a lock is kept; zero: not at all
	 * @param locks how many are kept at most
	 * @return the settings
	 */
	public SessionSettings withAffinity(Duration affinity, int locks) {
		return new SessionSettings(this.node, this.shards, this.lease, this.reconnectGrace, this.drift, affinity, locks,
				this.tokenFloor);
	}

	/**
	 * With another token floor, for a lock cluster that has moved to another Pulsar
	 * cluster, whose ledgers, and so the tokens, begin anew.
	 * @param tokenFloor what all fencing tokens are larger than, the same on all nodes;
	 * must never become smaller
	 * @return the settings
	 * @since 0.2.0
	 */
	public SessionSettings withTokenFloor(long tokenFloor) {
		return new SessionSettings(this.node, this.shards, this.lease, this.reconnectGrace, this.drift, this.affinity,
				this.affinityLocks, tokenFloor);
	}

	/**
	 * The node's name for people; need not be unique.
	 * @return the value
	 */
	public String node() {
		return this.node;
	}

	/**
	 * How many shards the cluster has.
	 * @return the value
	 */
	public int shards() {
		return this.shards;
	}

	/**
	 * How long a session is certain to live after its latest record: the longest time a
	 * lock stays blocked by a node that fell silent.
	 * @return the value
	 */
	public Duration lease() {
		return this.lease;
	}

	/**
	 * How long what is held outlives the session's latest confirmed record: the longest
	 * broker hand-over a holder survives, and about the time until the next holder enters
	 * after a crash.
	 * @return the value
	 */
	public Duration reconnectGrace() {
		return this.reconnectGrace;
	}

	/**
	 * By which fraction clock rates of two nodes may differ, plus what a thread may be
	 * late.
	 * @return the value
	 */
	public double drift() {
		return this.drift;
	}

	/**
	 * How long a lock is kept for its node after its release, unless another node asks
	 * for it; zero: not at all.
	 * @return the value
	 */
	public Duration affinity() {
		return this.affinity;
	}

	/**
	 * How many locks are kept at most, those used last.
	 * @return the value
	 */
	public int affinityLocks() {
		return this.affinityLocks;
	}

	/**
	 * What all fencing tokens are larger than.
	 * @return the value, zero unless the lock cluster has moved
	 * @since 0.2.0
	 */
	public long tokenFloor() {
		return this.tokenFloor;
	}

	/** The fencing token of a place in the journal. */
	long token(Position position) {
		return position.token(this.tokenFloor);
	}

	long leaseNanos() {
		return this.lease.toNanos();
	}

	long graceNanos() {
		return this.reconnectGrace.toNanos();
	}

	long heartbeatNanos() {
		return Math.min(leaseNanos(), FREE_LEASE_NANOS) / 3;
	}

	/** How often a shard looks at its connection and at the other sessions. */
	long tickNanos() {
		return Math.max(graceNanos() / 16, 2_000_000);
	}

	/**
	 * How often a session writes that holds something, or is next to. So an interruption
	 * may last for all but an eighth of the grace.
	 */
	long pulseNanos() {
		return graceNanos() / 8;
	}

	/**
	 * How much of the grace a record must leave for a lock to be granted on it. More than
	 * a pulse, so that a session that is next normally need not write first.
	 */
	long reserveNanos() {
		return 3 * graceNanos() / 16;
	}

	/** With how much of the grace left what is held is in jeopardy. */
	long jeopardyNanos() {
		return graceNanos() / 2;
	}

	/**
	 * A time that has passed for another node too: longer by what the rates of two clocks
	 * may differ, and by no less than what the holder may be late to hear of its loss.
	 */
	long withDrift(long nanos) {
		return nanos + Math.max((long) (nanos * this.drift), Math.max(nanos / 20, 8_000_000));
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof SessionSettings settings && values().equals(settings.values());
	}

	@Override
	public int hashCode() {
		return values().hashCode();
	}

	@Override
	public String toString() {
		return "SessionSettings" + values();
	}

	private List<Object> values() {
		return List.of(this.node, this.shards, this.lease, this.reconnectGrace, this.drift, this.affinity,
				this.affinityLocks, this.tokenFloor);
	}

}

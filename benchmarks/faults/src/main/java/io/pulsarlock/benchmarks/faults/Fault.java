package io.pulsarlock.benchmarks.faults;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A fault of a node or of Pulsar, its duration, and the time within which a lock must be
 * granted again.
 */
enum Fault {

	/** A node is killed. */
	KILL("kill -9", Kind.NODE, 0, 10),

	/** A node is paused for less than the grace. */
	STOP_1("SIGSTOP 1 s", Kind.NODE, 1, 10),

	/** A node is paused for longer than the grace and less than the lease. */
	STOP_5("SIGSTOP 5 s", Kind.NODE, 5, 12),

	/** A node is paused for longer than the lease. */
	STOP_20("SIGSTOP 20 s", Kind.NODE, 20, 12),

	/** A node is paused for longer than the broker's keep-alive. */
	STOP_70("SIGSTOP 70 s", Kind.NODE, 70, 12),

	/** A node is stopped cleanly. */
	SHUTDOWN("SIGTERM", Kind.NODE, 0, 8),

	/** A node's connections are reset, on both sides. */
	RESET("connection reset", Kind.NODE, 0, 10),

	/** The broker sees a reset, but the node does not. */
	RESET_BROKER_SIDE("reset seen by the broker only", Kind.NODE, 8, 12),

	/** The node sees a reset, but the broker does not. */
	RESET_NODE_SIDE("reset seen by the node only", Kind.NODE, 8, 12),

	/** Nothing passes in either direction, without an error. */
	BLACKHOLE("black hole", Kind.NODE, 10, 14),

	/** What the node sends is swallowed. */
	BLACKHOLE_OUT("black hole towards the broker", Kind.NODE, 10, 14),

	/** What the broker sends is swallowed. */
	BLACKHOLE_IN("black hole towards the node", Kind.NODE, 10, 14),

	/** Packets are dropped by the kernel, in both directions. */
	DROP("packets dropped", Kind.NODE, 10, 16),

	/** Packets to the node are dropped. */
	DROP_IN("packets to the node dropped", Kind.NODE, 10, 16),

	/** Packets from the node are dropped. */
	DROP_OUT("packets from the node dropped", Kind.NODE, 10, 16),

	/** Everything is delayed. */
	DELAY("300 ms delay", Kind.NODE, 8, 10),

	/** The journal reaches the node only slowly. */
	STARVE("journal reader starved", Kind.NODE, 10, 14),

	/** The wall clock jumps forward. */
	WALL_FORWARD("wall clock +1 h", Kind.NODE, 4, 8),

	/** The wall clock jumps back. */
	WALL_BACK("wall clock -1 h", Kind.NODE, 4, 8),

	/** The wall clock runs at double rate. */
	WALL_DOUBLE("wall clock at double rate", Kind.NODE, 8, 8),

	/** A node is killed while it joins. */
	JOIN_KILL("kill -9 while joining", Kind.NODE, 0, 10),

	/** A node is paused while it joins. */
	JOIN_STOP("SIGSTOP 5 s while joining", Kind.NODE, 5, 12),

	/** A node is cut off while it joins. */
	JOIN_BLACKHOLE("black hole while joining", Kind.NODE, 8, 14),

	/** A node comes back and writes what the others do not know yet. */
	UPGRADE("rolling upgrade", Kind.NODE, 4, 8),

	/** A node that is far behind writes expulsions of all sessions. */
	STALE_EXPEL("stale expulsions", Kind.CLUSTER, 1, 8),

	/** A client writes copies of the nodes' records. */
	NOISE_COPIES("noise: copies", Kind.CLUSTER, 6, 15),

	/** A client writes records of sessions without a node. */
	NOISE_STRANGERS("noise: strangers", Kind.CLUSTER, 6, 15),

	/** A client writes numbers of live sessions that are far ahead. */
	NOISE_GAPS("noise: gaps", Kind.CLUSTER, 6, 15),

	/** A client opens thousands of sessions. */
	NOISE_OPENINGS("noise: openings", Kind.CLUSTER, 6, 24),

	/** A client writes copies with a flipped bit, which the checksum reveals. */
	NOISE_FLIPPED("noise: flipped bits", Kind.CLUSTER, 6, 15),

	/** A client writes records in the names of live sessions. */
	NOISE_FORGED("noise: forged records", Kind.CLUSTER, 6, 24),

	/** A client writes messages that are not records. */
	NOISE_ODD("noise: odd messages", Kind.CLUSTER, 6, 15),

	/** The broker of the shards is killed and restarted. */
	BROKER_KILL("broker kill -9", Kind.CLUSTER, 4, 25),

	/** The broker of the shards is paused for less than the lease. */
	BROKER_STOP_5("broker SIGSTOP 5 s", Kind.CLUSTER, 5, 20),

	/** The broker of the shards is paused until another one takes its topics. */
	BROKER_STOP_20("broker SIGSTOP 20 s", Kind.CLUSTER, 20, 25),

	/** The broker of the shards is restarted cleanly. */
	BROKER_RESTART("broker restart", Kind.CLUSTER, 4, 25),

	/** The bundles are unloaded. */
	UNLOAD_NAMESPACE("bundles unloaded", Kind.CLUSTER, 1, 15),

	/** The shard topics are unloaded. */
	UNLOAD_TOPIC("shard topics unloaded", Kind.CLUSTER, 1, 15),

	/** An administrator deletes a shard topic that is in use. */
	DELETE_TOPIC("shard topic deleted", Kind.CLUSTER, 1, 25),

	/** An administrator deletes the subscriptions with which the nodes read. */
	DELETE_READERS("reader subscriptions deleted", Kind.CLUSTER, 1, 15),

	/** An administrator deletes the keeper. */
	DELETE_KEEPER("keeper subscription deleted", Kind.CLUSTER, 1, 15),

	/** The namespace gets a time to live of one second; brokers look once a minute. */
	POLICY_TTL("message TTL of 1 s", Kind.CLUSTER, 65, 10),

	/** The namespace gets no retention at all. */
	POLICY_RETENTION("retention set to nothing", Kind.CLUSTER, 8, 10),

	/** The namespace gets a backlog quota that is exceeded at once. */
	POLICY_BACKLOG("backlog quota of 1 byte", Kind.CLUSTER, 8, 20),

	/** The bookie is killed and restarted with its data. */
	BOOKIE_KILL("bookie kill -9", Kind.CLUSTER, 4, 40),

	/** The bookie's disk is full. */
	DISK_FULL("bookie's disk full", Kind.CLUSTER, 8, 40),

	/** A node comes back with a record version that the others cannot read. */
	NEWER("node of a newer record version", Kind.LAST, 8, 0);

	private final String title;

	private final Kind kind;

	private final Duration length;

	private final Duration bound;

	Fault(String title, Kind kind, int lengthSeconds, int boundSeconds) {
		this.title = title;
		this.kind = kind;
		this.length = Duration.ofSeconds(lengthSeconds);
		this.bound = Duration.ofSeconds(boundSeconds);
	}

	/** The name in reports. */
	String title() {
		return this.title;
	}

	Kind kind() {
		return this.kind;
	}

	/** The duration. */
	Duration length() {
		return this.length;
	}

	/**
	 * The time within which the lock must be granted again: after the fault for a node
	 * whose loss the others must detect, after its end if Pulsar itself was hit.
	 */
	Duration bound() {
		return this.bound;
	}

	/** Whether it ends the node's process. */
	boolean isLethal() {
		return switch (this) {
			case KILL, SHUTDOWN, JOIN_KILL, JOIN_STOP, JOIN_BLACKHOLE, UPGRADE, NEWER, WALL_FORWARD, WALL_BACK,
					WALL_DOUBLE ->
				true;
			default -> false;
		};
	}

	/** Whether the node's threads are paused, so that they cannot be notified. */
	boolean isPause() {
		return switch (this) {
			case STOP_1, STOP_5, STOP_20, STOP_70, JOIN_STOP -> true;
			default -> false;
		};
	}

	boolean isWallClock() {
		return switch (this) {
			case WALL_FORWARD, WALL_BACK, WALL_DOUBLE -> true;
			default -> false;
		};
	}

	boolean isWhileJoining() {
		return switch (this) {
			case JOIN_KILL, JOIN_STOP, JOIN_BLACKHOLE -> true;
			default -> false;
		};
	}

	/**
	 * The records that are written, if the fault is noise. Noise that takes locks from
	 * live sessions, such as a flipped bit with a matching checksum, is not included:
	 * without record keys no client is prevented from that, so there would be nothing to
	 * judge.
	 */
	Noise.@Nullable Kind noise() {
		return switch (this) {
			case NOISE_COPIES -> Noise.Kind.COPIES;
			case NOISE_STRANGERS -> Noise.Kind.STRANGERS;
			case NOISE_GAPS -> Noise.Kind.GAPS;
			case NOISE_OPENINGS -> Noise.Kind.OPENINGS;
			case NOISE_FLIPPED -> Noise.Kind.FLIPPED;
			case NOISE_FORGED -> Noise.Kind.FORGED;
			case NOISE_ODD -> Noise.Kind.ODD;
			default -> null;
		};
	}

	static Fault of(String name) {
		String constant = name.trim().toUpperCase(Locale.ROOT).replace('-', '_');
		return Arrays.stream(values())
			.filter((fault) -> fault.name().equals(constant))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("No such fault: " + name + "; there are "
					+ Arrays.stream(values())
						.map((fault) -> fault.name().toLowerCase(Locale.ROOT).replace('_', '-'))
						.collect(Collectors.joining(", "))));
	}

	/** The target of a fault. */
	enum Kind {

		/** One node. */
		NODE,

		/** Pulsar, and so all nodes. */
		CLUSTER,

		/** A fault after which nothing can continue. */
		LAST

	}

}

package io.pulsarlock.benchmarks.faults;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the brokers have open for the shard topics of a lock cluster.
 *
 * @param producers producers
 * @param readers consumers of subscriptions that are neither doors nor the keeper
 * @param keepers consumers of the keeper subscriptions
 * @param doors doors of locks
 * @param groupDoors consumers of doors of groups
 */
record Counted(int producers, int readers, int keepers, int doors, int groupDoors) {

	/** What is left when all nodes have ended. */
	static final Counted NOTHING = new Counted(0, 0, 0, 0, 0);

	/**
	 * Asks the brokers.
	 * @return null if they do not answer
	 */
	static @Nullable Counted of(Pulsar pulsar, List<String> topics) {
		List<TopicStats> all = pulsar.stats(topics);
		return (all != null) ? count(all) : null;
	}

	private static Counted count(List<TopicStats> all) {
		int producers = 0;
		int readers = 0;
		int keepers = 0;
		int doors = 0;
		int groupDoors = 0;
		for (TopicStats stats : all) {
			producers += stats.producers();
			for (var each : stats.subscriptions().entrySet()) {
				int consumers = each.getValue().consumers();
				switch (kind(each.getKey())) {
					case KEEPER -> keepers += consumers;
					case LOCK -> doors++;
					case GROUP -> groupDoors += consumers;
					default -> readers += consumers;
				}
			}
		}
		return new Counted(producers, readers, keepers, doors, groupDoors);
	}

	static Kind kind(String subscription) {
		if (subscription.equals("keeper")) {
			return Kind.KEEPER;
		}
		return subscription.startsWith("l_") ? Kind.LOCK : subscription.startsWith("g_") ? Kind.GROUP : Kind.READER;
	}

	/** What a subscription is for. */
	enum Kind {

		/** It keeps the journal. */
		KEEPER,

		/** It is the door of a lock. */
		LOCK,

		/** It is the door of a group. */
		GROUP,

		/** A node reads by it. */
		READER

	}

}

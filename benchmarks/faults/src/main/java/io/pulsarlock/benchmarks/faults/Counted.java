package io.pulsarlock.benchmarks.faults;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The open objects at the brokers for the shard topics of a lock cluster.
 *
 * @param producers producers
 * @param readers consumers of subscriptions that are not the keeper's
 * @param keepers consumers of the keeper subscriptions
 */
record Counted(int producers, int readers, int keepers) {

	/** What remains when all nodes have ended. */
	static final Counted NOTHING = new Counted(0, 0, 0);

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
		for (TopicStats stats : all) {
			producers += stats.producers();
			for (var each : stats.subscriptions().entrySet()) {
				int consumers = each.getValue().consumers();
				switch (kind(each.getKey())) {
					case KEEPER -> keepers += consumers;
					default -> readers += consumers;
				}
			}
		}
		return new Counted(producers, readers, keepers);
	}

	static Kind kind(String subscription) {
		return subscription.equals("keeper") ? Kind.KEEPER : Kind.READER;
	}

	/** The purpose of a subscription. */
	enum Kind {

		/** It retains the journal. */
		KEEPER,

		/** A node reads with it. */
		READER

	}

}

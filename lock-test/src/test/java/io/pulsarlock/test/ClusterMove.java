package io.pulsarlock.test;

import java.time.Duration;

import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.PulsarBroker;

/**
 * Nodes that move from one Pulsar cluster to another, whose ledgers have other numbers.
 */
final class ClusterMove {

	/** Larger than those of a new cluster, and of one that has used as many as a test. */
	static final int LEDGER = 50;

	static final Duration LEASE = Duration.ofSeconds(3);

	private ClusterMove() {
	}

	/** Gives the next ledgers of a cluster larger numbers than {@link #LEDGER}. */
	static void useLedgers(PulsarBroker broker) {
		AdminCommands admin = new AdminCommands(broker.adminUrl());
		for (int i = 0; i < LEDGER; i++) {
			admin.request("PUT persistent/public/default/any-" + i + " ");
		}
	}

	/** A node with a token floor, which keeps no lock after its release. */
	static LockNode node(String url, TopicSettings topics, String name, long floor) {
		return PulsarLocks.at(url)
			.topics(topics)
			.shards(1)
			.node(name)
			.times(LEASE, LEASE.dividedBy(2))
			.cache(Duration.ZERO, 1)
			.tokenFloor(floor)
			.connect();
	}

}

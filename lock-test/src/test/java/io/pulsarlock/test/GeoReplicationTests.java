package io.pulsarlock.test;

import java.time.Duration;
import java.util.Map;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.LockNode;
import io.pulsarlock.test.broker.PulsarBroker;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests two Pulsar clusters that copy each other's messages: each has its own order, so
 * nodes in both would hold the same lock.
 */
@Tag("proof")
class GeoReplicationTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final String NAMESPACE = "namespaces/public/geo";

	@Test
	void replicatedNamespaceIsRefusedAndItsCureHelps() throws Exception {
		try (PulsarBroker east = broker("east"); PulsarBroker west = broker("west")) {
			AdminCommands eastern = replicate(east, "east", west, "west");
			AdminCommands western = replicate(west, "west", east, "east");
			try (LockNode first = node(east, "first")) {
				first.awaitJoined(LIMIT);
				LockHandle held = first.obtain("lock").acquire(LIMIT);
				try (LockNode second = node(west, "second")) {
					// It may have joined before the first copy arrived.
					await().atMost(LIMIT).until(() -> !second.monitor().statistics().confirmed() && !held.isHeld());
					assertThat(refusal(() -> first.obtain("lock").acquire(LIMIT))).hasMessageContaining("Node 'second'")
						.hasMessageContaining("copied here from Pulsar cluster 'west'");
				}
				try (LockNode third = node(west, "third")) {
					assertThat(refusal(() -> third.awaitJoined(LIMIT))).hasMessageContaining("Node 'first'")
						.hasMessageContaining("copied here from Pulsar cluster 'east'")
						.hasMessageContaining("pulsar-lock.topic.namespace");
				}
				eastern.request("POST " + NAMESPACE + "/replication [\"east\"]");
				western.request("POST " + NAMESPACE + "/replication [\"west\"]");
				await().atMost(LIMIT).until(() -> first.monitor().statistics().confirmed());
				first.obtain("lock").acquire(LIMIT).close();
			}
			try (LockNode second = node(west, "second")) {
				await().atMost(LIMIT).until(() -> second.monitor().statistics().confirmed());
				second.obtain("lock").acquire(LIMIT).close();
			}
		}
	}

	private static LockConfigurationException refusal(ThrowingCallable call) {
		return catchThrowableOfType(LockConfigurationException.class, call);
	}

	private static PulsarBroker broker(String cluster) {
		return PulsarBroker.start(false, Map.of("clusterName", cluster));
	}

	private static AdminCommands replicate(PulsarBroker here, String name, PulsarBroker there, String other) {
		AdminCommands admin = new AdminCommands(here.adminUrl());
		admin.request("PUT clusters/" + other + " {\"serviceUrl\":\"" + there.adminUrl() + "\",\"brokerServiceUrl\":\""
				+ there.serviceUrl() + "\"}");
		String clusters = "[\"" + name + "\",\"" + other + "\"]";
		admin.request("POST tenants/public {\"adminRoles\":[],\"allowedClusters\":" + clusters + "}");
		admin.request("PUT " + NAMESPACE + " {\"replication_clusters\":" + clusters + "}");
		return admin;
	}

	private static LockNode node(PulsarBroker broker, String name) {
		return PulsarLocks.at(broker.serviceUrl())
			.topics(TopicSettings.of("geo").in("public", "geo"))
			.shards(1)
			.node(name)
			.times(Duration.ofSeconds(3), Duration.ofMillis(1500))
			.connect();
	}

}

package io.pulsarlock.test;

import java.time.Duration;
import java.util.Map;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.test.broker.PulsarBroker;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A namespace whose subscriptions expire when they are unused for a minute. The broker
 * looks every minute.
 */
@Tag("proof")
class SubscriptionExpiryTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	/** For what the broker does within two minutes, and a machine that is busy. */
	private static final Duration EXPIRY = Duration.ofMinutes(4);

	private static final String KEEPER = "\"keeper\"";

	private static final String UNUSED = "\"unused\"";

	@Test
	void subscriptionOfRunningNodesStaysAndThatOfStoppedOnesMayExpire() throws Exception {
		try (PulsarBroker broker = PulsarBroker.start(false, Map.of("subscriptionExpiryCheckIntervalInMinutes", "1"))) {
			PolicyNamespace namespace = new PolicyNamespace(broker);
			namespace.set("subscriptionExpirationTime", "1");
			String topic = namespace.topics().topic(0);
			long token;
			try (LockNode node = node(namespace)) {
				node.awaitJoined(LIMIT);
				LockHandle held = node.obtain("stock").acquire(LIMIT);
				token = held.fencingToken();
				namespace.carryOut("'pulsar-admin topics create-subscription --subscription unused " + topic + "'");
				assertThat(broker.admin().subscriptions(topic)).contains(UNUSED, KEEPER);
				await().atMost(EXPIRY).until(() -> !broker.admin().subscriptions(topic).contains(UNUSED));
				assertThat(broker.admin().subscriptions(topic)).contains(KEEPER);
				assertThat(held.isHeld()).isTrue();
			}
			// And then the topic, which nothing uses any more.
			await().atMost(EXPIRY)
				.until(() -> !broker.admin().topics(namespace.path()).contains(topic)
						|| !broker.admin().subscriptions(topic).contains(KEEPER));
			try (LockNode node = node(namespace)) {
				node.awaitJoined(LIMIT);
				assertThat(broker.admin().subscriptions(topic)).contains(KEEPER);
				try (LockHandle held = node.obtain("stock").acquire(LIMIT)) {
					assertThat(held.fencingToken()).isGreaterThan(token);
				}
			}
		}
	}

	private static LockNode node(PolicyNamespace namespace) {
		return namespace.locks(Duration.ofSeconds(6), Duration.ofSeconds(3)).shards(1).connect();
	}

}

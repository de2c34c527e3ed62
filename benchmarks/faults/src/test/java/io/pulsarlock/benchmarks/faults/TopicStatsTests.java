package io.pulsarlock.benchmarks.faults;

import java.util.Map;
import java.util.Set;

import io.pulsarlock.test.broker.Admin;
import io.pulsarlock.test.broker.TestPulsar;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerBuilder;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionMode;
import org.apache.pulsar.client.api.SubscriptionType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link TopicStats} and for the requests of the campaign to {@link Admin}.
 */
class TopicStatsTests {

	private final Admin admin = TestPulsar.shared().admin();

	private final String namespace = TestPulsar.shared().newNamespace();

	private final String topic = "persistent://" + this.namespace + "/stats";

	@Test
	void tellsProducersSubscriptionsAndStorage() throws Exception {
		assertThat(TopicStats.of(this.admin, this.topic)).isNull();
		try (PulsarClient client = PulsarClient.builder().serviceUrl(TestPulsar.shared().serviceUrl()).build();
				Consumer<byte[]> durable = consumer(client, "keeper", SubscriptionType.Shared).consumerName("k")
					.subscribe();
				Consumer<byte[]> first = subscription(client).consumerName("a").subscribe();
				Consumer<byte[]> second = subscription(client).consumerName("b").subscribe();
				Producer<byte[]> producer = client.newProducer(Schema.BYTES).topic(this.topic).create()) {
			producer.send(new byte[1000]);
			producer.send(new byte[1000]);
			TopicStats stats = TopicStats.of(this.admin, this.topic);
			assertThat(stats.producers()).isEqualTo(1);
			assertThat(stats.consumers()).isEqualTo(3);
			assertThat(stats.storageSize()).isGreaterThan(2000);
			assertThat(stats.backlogSize()).isGreaterThan(2000);
			assertThat(stats.subscriptions()).containsOnlyKeys("keeper", "any / x");
			assertThat(stats.subscriptions().get("keeper"))
				.isEqualTo(new TopicStats.Subscription("Shared", true, Map.of("k", 1), "", 2));
			TopicStats.Subscription any = stats.subscriptions().get("any / x");
			assertThat(any.type()).isEqualTo("Failover");
			assertThat(any.durable()).isFalse();
			assertThat(any.consumerNames()).isEqualTo(Map.of("a", 1, "b", 1));
			assertThat(any.activeConsumer()).isIn("a", "b");
			assertThat(this.admin.subscriptions(this.topic)).contains("keeper");
			first.close();
			second.close();
			durable.close();
			await()
				.until(() -> TopicStats.of(this.admin, this.topic).subscriptions().keySet().equals(Set.of("keeper")));
			this.admin.deleteSubscription(this.topic, "keeper");
			assertThat(TopicStats.of(this.admin, this.topic).subscriptions()).isEmpty();
		}
	}

	@Test
	void deletesASubscriptionInUse() throws Exception {
		try (PulsarClient client = PulsarClient.builder().serviceUrl(TestPulsar.shared().serviceUrl()).build();
				Consumer<byte[]> consumer = subscription(client).consumerName("a").subscribe()) {
			assertThat(consumer.isConnected()).isTrue();
			String before = TopicStats.of(this.admin, this.topic).toString();
			assertThat(before).contains("any / x");
			this.admin.deleteSubscription(this.topic, "any / x");
			// Its consumer reconnects and recreates it.
			await().until(() -> TopicStats.of(this.admin, this.topic).consumers() == 1 && consumer.isConnected());
			assertThatIllegalStateException().isThrownBy(() -> this.admin.deleteSubscription(this.topic, "nobody"))
				.withMessageContaining("404");
		}
	}

	private ConsumerBuilder<byte[]> consumer(PulsarClient client, String name, SubscriptionType type) {
		return client.newConsumer().topic(this.topic).subscriptionName(name).subscriptionType(type);
	}

	private ConsumerBuilder<byte[]> subscription(PulsarClient client) {
		return consumer(client, "any / x", SubscriptionType.Failover).subscriptionMode(SubscriptionMode.NonDurable);
	}

	@Test
	void setsAndRemovesPolicies() {
		String before = this.admin.policies(this.namespace);
		this.admin.setMessageTtl(this.namespace, 7);
		this.admin.setRetention(this.namespace, 3, 1);
		this.admin.setBacklogQuota(this.namespace, 5000, "consumer_backlog_eviction");
		assertThat(this.admin.policies(this.namespace)).contains("\"message_ttl_in_seconds\":7",
				"\"retentionTimeInMinutes\":3", "\"limitSize\":5000", "consumer_backlog_eviction");
		this.admin.setBacklogQuota(this.namespace, 5000, "producer_exception");
		assertThat(this.admin.policies(this.namespace)).contains("producer_exception");
		this.admin.removeMessageTtl(this.namespace);
		this.admin.removeRetention(this.namespace);
		this.admin.removeBacklogQuota(this.namespace);
		assertThat(this.admin.policies(this.namespace)).isEqualTo(before);
	}

	@Test
	void unloadsBundles() {
		assertThat(this.admin.bundles(this.namespace)).contains("0x00000000", "0xffffffff");
		this.admin.unloadBundle(this.namespace, "0x00000000_0xffffffff");
		this.admin.unloadNamespace(this.namespace);
	}

}

package io.pulsarlock.test.broker;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PulsarBroker} and {@link PulsarCluster}.
 */
@Tag("proof")
class PulsarBrokerTests {

	private static final String TOPIC = "persistent://public/default/broker-test";

	@Test
	void keepsWhatItAcknowledgedThroughACrash() throws Exception {
		try (PulsarBroker broker = PulsarBroker.start(true, Map.of())) {
			send(broker.serviceUrl(), "before");
			broker.kill();
			assertThat(broker.isAlive()).isFalse();
			broker.restart();
			assertThat(first(broker.serviceUrl())).isEqualTo("before");
			broker.pause();
			broker.resume();
			send(broker.serviceUrl(), "after");
		}
	}

	@Test
	void clusterServesATopicElsewhereWhenItsBrokerIsKilled() throws Exception {
		try (PulsarCluster cluster = PulsarCluster.start(2)) {
			send(cluster.serviceUrl(), "before");
			PulsarCluster.Broker owner = cluster.ownerOf(TOPIC);
			owner.admin().unload(TOPIC);
			assertThat(first(cluster.serviceUrl())).isEqualTo("before");
			cluster.ownerOf(TOPIC).kill();
			await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
				PulsarCluster.Broker other = cluster.ownerOf(TOPIC);
				assertThat(other.isAlive()).isTrue();
				assertThat(first(cluster.serviceUrl())).isEqualTo("before");
			});
		}
	}

	private static void send(String url, String text) throws PulsarClientException {
		try (PulsarClient client = client(url);
				Producer<byte[]> producer = client.newProducer().topic(TOPIC).create()) {
			producer.send(text.getBytes(StandardCharsets.UTF_8));
		}
	}

	private static String first(String url) throws java.io.IOException {
		try (PulsarClient client = client(url);
				Reader<byte[]> reader = client.newReader().topic(TOPIC).startMessageId(MessageId.earliest).create()) {
			return new String(reader.readNext(10, TimeUnit.SECONDS).getValue(), StandardCharsets.UTF_8);
		}
	}

	private static PulsarClient client(String url) throws PulsarClientException {
		return PulsarClient.builder().serviceUrl(url).operationTimeout(20, TimeUnit.SECONDS).build();
	}

}

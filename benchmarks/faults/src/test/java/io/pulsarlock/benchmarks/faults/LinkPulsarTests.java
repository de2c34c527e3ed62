package io.pulsarlock.benchmarks.faults;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.test.broker.TestPulsar;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.pulsar.autoconfigure.PulsarAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.pulsar.core.PulsarClientBuilderCustomizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests that all operations of a real Pulsar client pass through a {@link Link}.
 */
class LinkPulsarTests {

	private final TestPulsar pulsar = TestPulsar.shared();

	@Test
	void clientGoesThroughTheLinkAndFeelsItsFaults() throws Exception {
		try (Link link = Link.open("127.0.0.1");
				PulsarClient client = PulsarClient.builder()
					.serviceUrl(this.pulsar.serviceUrl())
					.socks5ProxyAddress(new InetSocketAddress("127.0.0.1", link.port()))
					.build()) {
			expectThroughLink(link, client);
		}
	}

	@Test
	void clientOfASpringApplicationGoesThroughTheLink() throws Exception {
		try (Link link = Link.open("127.0.0.1")) {
			PulsarClientBuilderCustomizer socks = (builder) -> builder.socks5ProxyAddress(link.address());
			new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PulsarAutoConfiguration.class))
				.withPropertyValues("spring.pulsar.client.service-url=" + this.pulsar.serviceUrl())
				.withBean(PulsarClientBuilderCustomizer.class, () -> socks)
				.run((context) -> expectThroughLink(link, context.getBean(PulsarClient.class)));
		}
	}

	private void expectThroughLink(Link link, PulsarClient client) throws Exception {
		String topic = "persistent://" + this.pulsar.newNamespace() + "/through-link";
		try (Producer<String> producer = client.newProducer(Schema.STRING)
			.topic(topic)
			.sendTimeout(2, TimeUnit.SECONDS)
			.create();
				Consumer<String> consumer = client.newConsumer(Schema.STRING)
					.topic(topic)
					.subscriptionName("s")
					// Otherwise the acknowledgement may be lost in the reset, and "two"
					// be delivered again.
					.isAckReceiptEnabled(true)
					.subscribe()) {
			assertThat(link.connections()).isPositive();
			producer.send("one");
			expect(consumer, "one");
			link.blackhole(false, true);
			assertThatExceptionOfType(PulsarClientException.TimeoutException.class)
				.isThrownBy(() -> producer.send("two"));
			assertThat(consumer.receive(1, TimeUnit.SECONDS)).isNull();
			link.heal();
			// Sent, but not acknowledged in time.
			expect(consumer, "two");
			link.resetAll();
			await().ignoreExceptions().until(() -> producer.send("three") != null);
			expect(consumer, "three");
		}
	}

	private static void expect(Consumer<String> consumer, String value) throws PulsarClientException {
		Message<String> message = consumer.receive(10, TimeUnit.SECONDS);
		assertThat(message.getValue()).isEqualTo(value);
		consumer.acknowledge(message);
	}

}

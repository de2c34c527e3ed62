package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.test.broker.TestPulsar;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerBuilder;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.ProducerAccessMode;
import org.apache.pulsar.client.api.ProducerBuilder;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Shows on a real broker where those simpler locks of {@code docs/why-not-simply.md}
 * break that use only Pulsar itself. The library is not part of these tests; the fault
 * campaign exposes it to the same fault as {@link Fault#RESET_BROKER_SIDE}.
 */
class SimplerLocksTests {

	private static final int CANDIDATES = 4;

	private static final int TOPICS = 20;

	private static final TestPulsar pulsar = TestPulsar.shared();

	private static PulsarClient otherClient;

	private String topic;

	private Link link;

	private PulsarClient holderClient;

	@BeforeAll
	static void connectOther() throws PulsarClientException {
		otherClient = PulsarClient.builder().serviceUrl(pulsar.serviceUrl()).build();
	}

	@AfterAll
	static void disconnectOther() throws PulsarClientException {
		otherClient.close();
	}

	@BeforeEach
	void connect() throws IOException {
		this.topic = "persistent://" + pulsar.newNamespace() + "/lock";
		this.link = Link.open("127.0.0.1");
		this.holderClient = PulsarClient.builder()
			.serviceUrl(pulsar.serviceUrl())
			.socks5ProxyAddress(this.link.address())
			.build();
	}

	@AfterEach
	void disconnect() {
		this.link.close();
		// Its threads end some seconds later.
		this.holderClient.closeAsync();
	}

	@Test
	void onlyProducerIsReplacedWithoutBeingTold() throws Exception {
		Producer<byte[]> holder = onlyProducer(this.holderClient).create();
		holder.send(heartbeat());
		CompletableFuture<Producer<byte[]>> next = onlyProducer(otherClient).createAsync();
		this.link.resetBrokerSide();
		next.get(10, TimeUnit.SECONDS).send(heartbeat());
		assertThat(holder.isConnected()).as("the first holder's view").isTrue();
		CompletableFuture<MessageId> unanswered = holder.sendAsync(heartbeat());
		assertThat(unanswered).isNotDone();
	}

	private ProducerBuilder<byte[]> onlyProducer(PulsarClient client) {
		return client.newProducer().topic(this.topic).accessMode(ProducerAccessMode.WaitForExclusive);
	}

	@Test
	void onlyConsumerIsReplacedWithoutBeingTold() throws Exception {
		Consumer<byte[]> holder = consumer(this.holderClient, SubscriptionType.Exclusive).subscribe();
		assertThatExceptionOfType(PulsarClientException.ConsumerBusyException.class)
			.isThrownBy(consumer(otherClient, SubscriptionType.Exclusive)::subscribe);
		this.link.resetBrokerSide();
		await().ignoreExceptionsInstanceOf(PulsarClientException.ConsumerBusyException.class)
			.until(() -> consumer(otherClient, SubscriptionType.Exclusive).subscribe().isConnected());
		assertThat(holder.isConnected()).as("the first holder's view").isTrue();
	}

	@Test
	void candidateThatJoinsTakesFailoverSubscriptionFromLeaderThatWorks() throws Exception {
		List<Consumer<byte[]>> started = List.of();
		// With hashes as they fall, one topic of four keeps its leader.
		for (int i = 0; i < TOPICS && started.size() < 2; i++) {
			this.topic = this.topic + i;
			started = candidatesThatStart();
		}
		assertThat(started).as("candidates whose scheduler runs").hasSize(2);
		assertThat(started).allMatch(Consumer::isConnected);
	}

	private List<Consumer<byte[]>> candidatesThatStart() throws PulsarClientException {
		List<Consumer<byte[]>> started = new ArrayList<>();
		ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
		try (Producer<byte[]> source = otherClient.newProducer().topic(this.topic).create()) {
			timer.scheduleAtFixedRate(() -> source.sendAsync(heartbeat()), 0, 20, TimeUnit.MILLISECONDS);
			Consumer<byte[]> leader = candidate(0);
			assertThat(leader.receive(10, TimeUnit.SECONDS)).as("the heartbeat that starts its scheduler").isNotNull();
			started.add(leader);
			for (int i = 1; i < CANDIDATES && started.size() == 1; i++) {
				Consumer<byte[]> candidate = candidate(i);
				if (candidate.receive(2, TimeUnit.SECONDS) != null) {
					started.add(candidate);
				}
			}
		}
		finally {
			timer.shutdownNow();
		}
		return started;
	}

	private Consumer<byte[]> candidate(int number) throws PulsarClientException {
		return consumer(otherClient, SubscriptionType.Failover).consumerName("candidate-" + number)
			.receiverQueueSize(1)
			.subscribe();
	}

	@Test
	void messageThatIsTheLockIsGivenToTwo() throws Exception {
		putMessage();
		Consumer<byte[]> holder = consumer(this.holderClient, SubscriptionType.Shared).subscribe();
		assertThat(holder.receive(10, TimeUnit.SECONDS)).isNotNull();
		Consumer<byte[]> other = consumer(otherClient, SubscriptionType.Shared).subscribe();
		this.link.resetBrokerSide();
		assertThat(other.receive(10, TimeUnit.SECONDS)).as("the message that the first holder has").isNotNull();
		assertThat(holder.isConnected()).as("the first holder's view").isTrue();
	}

	@Test
	void messageThatIsTheLockIsLostWithItsHolder() throws Exception {
		putMessage();
		Consumer<byte[]> holder = consumer(this.holderClient, SubscriptionType.Shared).isAckReceiptEnabled(true)
			.subscribe();
		Message<byte[]> lock = holder.receive(10, TimeUnit.SECONDS);
		// Acknowledged, so that it is not delivered twice. The holder would put it back.
		holder.acknowledge(lock);
		this.link.close();
		Consumer<byte[]> other = consumer(otherClient, SubscriptionType.Shared).subscribe();
		assertThat(other.receive(3, TimeUnit.SECONDS)).isNull();
	}

	private void putMessage() throws PulsarClientException {
		try (Producer<byte[]> producer = otherClient.newProducer().topic(this.topic).create()) {
			producer.send(new byte[0]);
		}
	}

	private ConsumerBuilder<byte[]> consumer(PulsarClient client, SubscriptionType type) {
		return client.newConsumer()
			.topic(this.topic)
			.subscriptionName("lock")
			.subscriptionType(type)
			.subscriptionInitialPosition(SubscriptionInitialPosition.Earliest);
	}

	private static byte[] heartbeat() {
		return new byte[1];
	}

}

package io.pulsarlock.test;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.pulsarlock.test.broker.PulsarBroker;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionMode;

import static org.awaitility.Awaitility.await;

/**
 * Measures what decides how fast a lock can move between nodes: how late a reader gets a
 * record, by the time since its last one; how soon it gets what it asks for once it knows
 * that it is there; how long a message that no topic stores takes to one node or to all;
 * and what of it is lost, and for how long, when the topic is unloaded and when the
 * broker dies. One broker at its defaults. Run it with {@code java -cp
 * 'lock-test/target/test-classes:lock-test/target/classes:lock-test/target/lib/*'
 * io.pulsarlock.test.HandOverMechanics [durable]}.
 */
final class HandOverMechanics {

	private static final int ROUNDS = 2000;

	private static final int UNLOADS = 20;

	private static final int KILLS = 5;

	private static final long DEAF_NANOS = TimeUnit.SECONDS.toNanos(20);

	private final PulsarBroker broker;

	private final PulsarClient client;

	private HandOverMechanics(PulsarBroker broker, PulsarClient client) {
		this.broker = broker;
		this.client = client;
	}

	public static void main(String[] args) throws Exception {
		boolean durable = args.length > 0 && args[0].equals("durable");
		try (PulsarBroker broker = PulsarBroker.start(durable, Map.of());
				PulsarClient client = PulsarClient.builder().serviceUrl(broker.serviceUrl()).build()) {
			HandOverMechanics mechanics = new HandOverMechanics(broker, client);
			mechanics.readerThatWaits();
			for (double millis : new double[] { 0.7, 3, 20 }) {
				mechanics.readerThatAsks(millis);
			}
			for (int nodes : new int[] { 2, 8 }) {
				for (int rate : new int[] { 10, 500, 1000 }) {
					for (HintTransport transport : HintTransport.values()) {
						mechanics.oneWay(transport, nodes, rate);
					}
				}
			}
			for (HintTransport transport : HintTransport.values()) {
				mechanics.interruptions(transport);
			}
		}
	}

	private void readerThatWaits() throws Exception {
		Map<Long, Times> byAge = new TreeMap<>();
		Times all = new Times();
		AtomicLong last = new AtomicLong();
		try (Producer<byte[]> producer = journal("waits");
				Consumer<byte[]> reader = reader("waits").receiverQueueSize(1000).subscribe()) {
			for (int i = -ROUNDS / 2; i < ROUNDS; i++) {
				LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(25_000_000));
				long age = System.nanoTime() - last.get();
				CompletableFuture<Message<byte[]>> received = reader.receiveAsync();
				producer.send(new byte[48]);
				long receipt = System.nanoTime();
				received.join();
				last.set(System.nanoTime());
				if (i >= 0) {
					byAge.computeIfAbsent(Math.min(age / 2_000_000, 10), (key) -> new Times())
						.add(last.get() - receipt);
					all.add(last.get() - receipt);
				}
			}
		}
		System.out.println("A reader that waits, from the receipt: " + all);
		byAge.forEach((key, times) -> System.out.printf("  last record %2d ms and more before: %s%n", 2 * key, times));
	}

	private void readerThatAsks(double millis) throws Exception {
		Times times = new Times();
		try (Producer<byte[]> producer = journal("asks-" + millis);
				Consumer<byte[]> reader = reader("asks-" + millis).receiverQueueSize(0).subscribe()) {
			for (int i = -ROUNDS / 2; i < ROUNDS; i++) {
				LockSupport.parkNanos((long) (millis * 1e6));
				producer.send(new byte[48]);
				long receipt = System.nanoTime();
				reader.receiveAsync().join();
				if (i >= 0) {
					times.add(System.nanoTime() - receipt);
				}
			}
		}
		System.out.printf("A reader that asks when it knows, a record every %.1f ms, from the receipt: %s%n", millis,
				times);
	}

	private Producer<byte[]> journal(String topic) throws PulsarClientException {
		return this.client.newProducer(Schema.BYTES).topic(topic).enableBatching(false).create();
	}

	private org.apache.pulsar.client.api.ConsumerBuilder<byte[]> reader(String topic) {
		return this.client.newConsumer(Schema.BYTES)
			.topic(topic)
			.subscriptionName("reader")
			.subscriptionMode(SubscriptionMode.NonDurable);
	}

	private void oneWay(HintTransport transport, int nodes, int rate) throws Exception {
		String topic = transport.newTopic();
		try (NodeProcess receivers = NodeProcess.start(HintReceivers.class, this.broker.serviceUrl(), topic, transport,
				nodes); Producer<byte[]> producer = HintTransport.producer(this.client, topic)) {
			await().atMost(Duration.ofSeconds(30)).until(() -> receivers.said("READY"));
			send(transport, producer, nodes, rate, 4);
			receivers.say("forget");
			await().until(() -> receivers.said("MEASURED"));
			int sent = send(transport, producer, nodes, rate, 6);
			int before = receivers.lines().size();
			receivers.say("print");
			await().until(() -> receivers.lines().size() > before);
			System.out.printf("%s, %d nodes, %d messages a second: %d sent, %s%n", transport, nodes, rate, sent,
					receivers.lines().get(before));
		}
	}

	private int send(HintTransport transport, Producer<byte[]> producer, int nodes, int rate, int seconds) {
		int count = rate * seconds;
		long begin = System.nanoTime();
		for (int i = 0; i < count; i++) {
			LockSupport.parkNanos(begin + i * TimeUnit.SECONDS.toNanos(1) / rate - System.nanoTime());
			int node = i % nodes;
			transport.to("node-" + node, producer.newMessage()).value(message(node)).sendAsync();
		}
		producer.flushAsync().join();
		return count;
	}

	private static byte[] message(int node) {
		return ByteBuffer.allocate(120).putLong(System.nanoTime()).putInt(node).array();
	}

	private void interruptions(HintTransport transport) throws Exception {
		String topic = transport.newTopic();
		AtomicLong heard = new AtomicLong();
		AtomicLong count = new AtomicLong();
		try (PulsarClient node = PulsarClient.builder().serviceUrl(this.broker.serviceUrl()).build();
				Producer<byte[]> producer = HintTransport.producer(this.client, topic);
				Consumer<byte[]> consumer = transport.subscribe(node, topic, "node-0", (from, message) -> {
					heard.set(System.nanoTime());
					count.incrementAndGet();
				})) {
			interrupt(transport, "unload", UNLOADS, producer, heard, count, () -> this.broker.admin().unload(topic));
			interrupt(transport, "kill -9 and restart of the broker", KILLS, producer, heard, count, () -> {
				this.broker.kill();
				this.broker.restart();
			});
		}
	}

	/** A message every 5 ms; deaf is a node that hears none of them for 20 s. */
	private void interrupt(HintTransport transport, String what, int rounds, Producer<byte[]> producer,
			AtomicLong heard, AtomicLong count, Runnable interruption) {
		Times silences = new Times();
		long lost = 0;
		int deaf = 0;
		for (int i = 0; i < rounds; i++) {
			long sent = 0;
			long before = count.get();
			sent += sendUntilHeard(transport, producer, count, before);
			long last = heard.get();
			CompletableFuture<Void> done = CompletableFuture.runAsync(interruption);
			long limit = System.nanoTime() + DEAF_NANOS;
			long longest = 0;
			while (System.nanoTime() < limit && (!done.isDone() || System.nanoTime() - heard.get() > 50_000_000
					|| System.nanoTime() < limit - DEAF_NANOS + 1_000_000_000)) {
				sent += send(transport, producer);
				long now = heard.get();
				longest = Math.max(longest, now - last);
				last = now;
			}
			if (System.nanoTime() >= limit) {
				deaf++;
			}
			else {
				silences.add(longest);
				lost += sent - (count.get() - before);
			}
		}
		System.out.printf("%s, %s, %d times: silent for %s; %.1f of 200 messages a second lost each time; deaf %d%n",
				transport, what, rounds, silences, (double) lost / rounds, deaf);
	}

	private static long sendUntilHeard(HintTransport transport, Producer<byte[]> producer, AtomicLong count,
			long before) {
		long sent = 0;
		long limit = System.nanoTime() + DEAF_NANOS;
		while (count.get() < before + 20 && System.nanoTime() < limit) {
			sent += send(transport, producer);
		}
		return sent;
	}

	private static long send(HintTransport transport, Producer<byte[]> producer) {
		transport.to("node-0", producer.newMessage()).value(message(0)).sendAsync();
		LockSupport.parkNanos(5_000_000);
		return 1;
	}

}

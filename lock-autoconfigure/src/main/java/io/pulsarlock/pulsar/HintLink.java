package io.pulsarlock.pulsar;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.KeySharedPolicy;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Range;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.util.Murmur3_32Hash;

/**
 * One node's way to and from the topic of hints: a producer, and a consumer that owns the
 * hash of one key, so that what is sent with that key reaches this node and no other. The
 * broker may leave a consumer of such a topic without messages and not say so. So after
 * each connection a message to itself shows that it hears. Any thread.
 */
final class HintLink {

	private static final String SUBSCRIPTION = "hints";

	private static final String ECHO = "echo";

	private static final long ECHO_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);

	/** One that has not heard itself for so long never will. */
	private static final long DEAF = TimeUnit.SECONDS.toNanos(5);

	private final long address;

	private final Producer<byte[]> producer;

	private final Consumer<byte[]> consumer;

	/** Of the connection by which it has heard itself. */
	private volatile long heard = -1;

	/** Of the present connection, which has not been heard by. */
	private long asking = -1;

	private long askingSince;

	private long askedAt;

	HintLink(long address, Producer<byte[]> producer, Consumer<byte[]> consumer) {
		this.address = address;
		this.producer = producer;
		this.consumer = consumer;
	}

	/**
	 * Opens one at an address of its own.
	 * @param listener gets all that is sent to it
	 */
	static CompletableFuture<HintLink> open(PulsarClient client, String topic, String subscriptionPrefix, String node,
			java.util.function.Consumer<byte[]> listener) {
		long address = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
		CompletableFuture<HintLink> opened = new CompletableFuture<>();
		int slot = slot(address);
		CompletableFuture<Consumer<byte[]>> consumer = client.newConsumer(Schema.BYTES)
			.topic(topic)
			.subscriptionName(subscriptionPrefix + SUBSCRIPTION)
			.subscriptionType(SubscriptionType.Key_Shared)
			.keySharedPolicy(KeySharedPolicy.stickyHashRange().ranges(Range.of(slot, slot)))
			.consumerName(node)
			.acknowledgmentGroupTime(0, TimeUnit.MILLISECONDS)
			.messageListener((from, message) -> received(message, opened, listener))
			.subscribeAsync();
		CompletableFuture<Producer<byte[]>> producer = client.newProducer(Schema.BYTES)
			.topic(topic)
			.enableBatching(false)
			.blockIfQueueFull(false)
			.maxPendingMessages(1000)
			.sendTimeout(2, TimeUnit.SECONDS)
			.createAsync();
		producer.thenCombine(consumer, (sends, hears) -> new HintLink(address, sends, hears))
			.whenComplete((link, ex) -> {
				if (ex == null) {
					opened.complete(link);
				}
				else {
					consumer.thenAccept(Consumer::closeAsync);
					producer.thenAccept(Producer::closeAsync);
					opened.completeExceptionally((ex instanceof CompletionException) ? ex.getCause() : ex);
				}
			});
		return opened;
	}

	private static void received(Message<byte[]> message, CompletableFuture<HintLink> opened,
			java.util.function.Consumer<byte[]> listener) {
		String echo = message.getProperty(ECHO);
		if (echo == null) {
			listener.accept(message.getValue());
		}
		else {
			opened.thenAccept((link) -> link.heard(echo));
		}
	}

	/** The hash of a key as the broker computes it, which has no slot 0. */
	private static int slot(long address) {
		int hash = Murmur3_32Hash.getInstance().makeHash(key(address).getBytes(StandardCharsets.UTF_8));
		int slot = hash % KeySharedPolicy.DEFAULT_HASH_RANGE_SIZE;
		return (slot == 0) ? 1 : slot;
	}

	private static String key(long address) {
		return Long.toHexString(address);
	}

	long address() {
		return this.address;
	}

	void send(long address, byte[] content) {
		this.producer.newMessage().key(key(address)).value(content).sendAsync();
	}

	/** Whether what is sent to it arrives, as far as is known. Finds it out if not. */
	boolean isHearing() {
		if (!this.producer.isConnected() || !this.consumer.isConnected()) {
			return false;
		}
		long connection = connection();
		if (connection == this.heard) {
			return true;
		}
		ask(connection);
		return false;
	}

	/**
	 * Sends without a lock: the client tells of a new producer while it holds the lock
	 * that sending needs, and whoever is told may be about to ask, too.
	 */
	private void ask(long connection) {
		if (mayAsk(connection)) {
			this.producer.newMessage()
				.key(key(this.address))
				.property(ECHO, Long.toHexString(connection))
				.value(new byte[0])
				.sendAsync();
		}
	}

	private synchronized boolean mayAsk(long connection) {
		long now = System.nanoTime();
		if (connection != this.asking) {
			this.asking = connection;
			this.askingSince = now;
			this.askedAt = now - ECHO_PAUSE;
		}
		if (now - this.askedAt < ECHO_PAUSE) {
			return false;
		}
		this.askedAt = now;
		return true;
	}

	private void heard(String echo) {
		if (echo.equals(Long.toHexString(connection()))) {
			this.heard = connection();
		}
	}

	/** Changes with every connection that was lost. Wall-clock stamps of the client. */
	private long connection() {
		return Math
			.abs(31 * this.producer.getLastDisconnectedTimestamp() + this.consumer.getLastDisconnectedTimestamp());
	}

	/**
	 * Whether it is connected and has not heard itself for so long that it never will.
	 */
	synchronized boolean isDeaf() {
		return this.asking >= 0 && this.asking != this.heard && this.asking == connection()
				&& System.nanoTime() - this.askingSince > DEAF && this.consumer.isConnected();
	}

	CompletableFuture<Void> close() {
		return CompletableFuture.allOf(Closing.gently(this.consumer::isConnected, this.consumer::closeAsync),
				Closing.gently(this.producer::isConnected, this.producer::closeAsync));
	}

}

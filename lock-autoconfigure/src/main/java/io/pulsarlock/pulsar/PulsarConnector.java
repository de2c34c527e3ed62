package io.pulsarlock.pulsar;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.session.Connector;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionMode;
import org.apache.pulsar.client.api.SubscriptionType;
import org.jspecify.annotations.Nullable;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Opens shards on a Pulsar client that is used for nothing else: a holder that does not
 * answer makes the broker close its whole connection, and bulk traffic on the same
 * connection would delay heartbeats.
 */
public final class PulsarConnector implements Connector {

	private static final Log logger = LogFactory.getLog(PulsarConnector.class);

	private static final String KEEPER = "keeper";

	static final String READER = "reader-";

	private static final long CLOSE_MILLIS = 300;

	private final PulsarClient client;

	private final boolean closeClient;

	private final TopicSettings topics;

	private final String node;

	private final Failures failures;

	private volatile boolean opened;

	/**
	 * Creates it.
	 * @param client the client, with the settings of {@link PulsarLocks#tune}
	 * @param closeClient whether it is closed with the connector
	 * @param topics where the shards are
	 * @param node the node's name, shown in the broker's statistics
	 */
	public PulsarConnector(PulsarClient client, boolean closeClient, TopicSettings topics, String node) {
		this.client = client;
		this.closeClient = closeClient;
		this.topics = topics;
		this.node = node;
		this.failures = new Failures(topics);
	}

	@Override
	public CompletionStage<Ports> open(int shard) {
		String topic = this.topics.topic(shard);
		Opening opening = new Opening();
		return this.client.getPartitionsForTopic(topic, true)
			.thenCompose((partitions) -> checkPartitions(topic, partitions))
			.thenCompose((none) -> keeper(topic))
			.thenCompose((keeper) -> {
				opening.keeper = keeper;
				return reader(topic);
			})
			.thenCompose((reader) -> {
				opening.reader = reader;
				return new JournalStart(this.client, topic, this.topics.subscriptionPrefix()).seek(reader);
			})
			.thenCompose((none) -> producer(topic))
			.<Ports>thenApply((producer) -> {
				this.opened = true;
				PulsarJournal journal = new PulsarJournal(producer, opening.reader(), opening.keeper(), this.failures,
						topic);
				return new Ports(journal, new PulsarDoor(this.client, topic, this.topics, this.node, this.failures));
			})
			.exceptionallyCompose((ex) -> {
				opening.close();
				return CompletableFuture.failedFuture(this.failures.translate(ex, topic));
			});
	}

	private CompletableFuture<Void> checkPartitions(String topic, List<String> partitions) {
		if (partitions.size() == 1 && partitions.get(0).equals(topic)) {
			return CompletableFuture.completedFuture(null);
		}
		return CompletableFuture.failedFuture(new LockConfigurationException("Topic '" + topic
				+ "' is partitioned, so its subscriptions exclude nobody. Delete it ('pulsar-admin topics "
				+ "delete-partitioned-topic " + topic
				+ "') and create it without partitions ('pulsar-admin topics create " + topic + "')"));
	}

	/** A durable subscription that keeps what joining nodes need to read. */
	private CompletableFuture<Consumer<byte[]>> keeper(String topic) {
		return this.client.newConsumer(Schema.BYTES)
			.topic(topic)
			.subscriptionName(this.topics.subscriptionPrefix() + KEEPER)
			.subscriptionType(SubscriptionType.Failover)
			.subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
			.consumerName(this.node)
			.receiverQueueSize(1)
			.startPaused(true)
			.acknowledgmentGroupTime(0, TimeUnit.MILLISECONDS)
			.subscribeAsync();
	}

	/**
	 * Reads from the earliest retained record, once it is resumed. A plain consumer and
	 * not the client's reader, which would acknowledge every record for nothing.
	 */
	private CompletableFuture<Consumer<byte[]>> reader(String topic) {
		return this.client.newConsumer(Schema.BYTES)
			.topic(topic)
			.subscriptionName(this.topics.subscriptionPrefix() + READER + UUID.randomUUID())
			.subscriptionType(SubscriptionType.Exclusive)
			.subscriptionMode(SubscriptionMode.NonDurable)
			.subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
			.consumerName(this.node)
			.receiverQueueSize(1000)
			.startPaused(true)
			.subscribeAsync();
	}

	private CompletableFuture<Producer<byte[]>> producer(String topic) {
		return this.client.newProducer(Schema.BYTES)
			.topic(topic)
			.enableBatching(false)
			.sendTimeout(0, TimeUnit.MILLISECONDS)
			.maxPendingMessages(100_000)
			.blockIfQueueFull(false)
			.properties(Map.of("node", this.node))
			.createAsync();
	}

	/**
	 * Closes the client. Its connections end at once; its threads do so some two seconds
	 * later, because Netty waits for latecomers that long, and nobody waits for them.
	 */
	@Override
	public void close() {
		if (!this.closeClient) {
			return;
		}
		CompletableFuture<Void> closed = this.client.closeAsync();
		try {
			// Whoever never got in has nobody to take leave of.
			closed.get(this.opened ? CLOSE_MILLIS : 0, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			shutdown();
		}
		catch (TimeoutException ex) {
			if (!this.opened) {
				shutdown();
			}
		}
		catch (ExecutionException ex) {
			logger.debug("The Pulsar client did not close in good order", ex);
			shutdown();
		}
	}

	/**
	 * Ends the client without a word. Takes it ten seconds and more while it has requests
	 * without an answer, so nobody waits for that.
	 */
	private void shutdown() {
		Thread thread = new Thread(() -> {
			try {
				this.client.shutdown();
			}
			catch (PulsarClientException | RuntimeException ex) {
				logger.debug("The Pulsar client did not shut down in good order", ex);
			}
		}, "pulsar-lock-shutdown");
		thread.setDaemon(true);
		thread.start();
	}

	/** What has been opened so far, to be closed if the rest fails. */
	private static final class Opening {

		private volatile @Nullable Consumer<byte[]> keeper;

		private volatile @Nullable Consumer<byte[]> reader;

		Consumer<byte[]> keeper() {
			return Objects.requireNonNull(this.keeper);
		}

		Consumer<byte[]> reader() {
			return Objects.requireNonNull(this.reader);
		}

		void close() {
			Consumer<byte[]> keeper = this.keeper;
			if (keeper != null) {
				keeper.closeAsync();
			}
			Consumer<byte[]> reader = this.reader;
			if (reader != null) {
				reader.closeAsync();
			}
		}

	}

}

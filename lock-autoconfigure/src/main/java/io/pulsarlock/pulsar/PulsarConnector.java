package io.pulsarlock.pulsar;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordSigner;
import io.pulsarlock.session.Connector;
import io.pulsarlock.session.HintChannel;
import io.pulsarlock.session.Journal;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerCryptoFailureAction;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionMode;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.client.impl.PulsarClientImpl;
import org.apache.pulsar.client.impl.conf.ClientConfigurationData;
import org.apache.pulsar.common.api.AuthData;
import org.jspecify.annotations.Nullable;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Opens shards on a Pulsar client that is used for nothing else: a holder that does not
 * answer makes the broker close its whole connection, and bulk traffic on the same
 * connection would delay heartbeats.
 *
 * @since 0.1.0
 */
public final class PulsarConnector implements Connector {

	private static final Log logger = LogFactory.getLog(PulsarConnector.class);

	static final String KEEPER = "keeper";

	static final String READER = "reader-";

	private static final long CLOSE_MILLIS = 300;

	private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(2);

	private final Supplier<? extends PulsarClient> clients;

	private final CompletableFuture<PulsarClient> shared;

	/** Of shards that have got stuck on the shared one, or on their own before. */
	private final Map<Integer, CompletableFuture<PulsarClient>> own = new ConcurrentHashMap<>();

	private final TopicSettings topics;

	private final String node;

	private final Failures failures;

	private final RecordKeys keys;

	/** The topics that are being opened. */
	private final Set<String> opening = ConcurrentHashMap.newKeySet();

	private final RecordEncryption encryption;

	private final Map<String, AgedBacklog> backlogs = new ConcurrentHashMap<>();

	/** Of topics that were read before. */
	private final Map<String, Position> earliest = new ConcurrentHashMap<>();

	private final HintChannel hints;

	private volatile boolean opened;

	private volatile long lastOpened;

	/**
	 * Creates it, for records that are not signed.
	 * @param clients makes clients with the settings of {@link PulsarLocks#tune}: one at
	 * once, for all shards, and another one for each shard whose opening gets stuck, on a
	 * thread of its own; all are closed with the connector
	 * @param topics where the shards are
	 * @param node the node's name, shown in the broker's statistics
	 */
	public PulsarConnector(Supplier<? extends PulsarClient> clients, TopicSettings topics, String node) {
		this(clients, topics, node, RecordKeys.none());
	}

	/**
	 * Creates it.
	 * @param clients makes clients with the settings of {@link PulsarLocks#tune}: one at
	 * once, for all shards, and another one for each shard whose opening gets stuck, on a
	 * thread of its own; all are closed with the connector
	 * @param topics where the shards are
	 * @param node the node's name, shown in the broker's statistics
	 * @param keys sign and verify the records
	 * @since 0.2.0
	 */
	public PulsarConnector(Supplier<? extends PulsarClient> clients, TopicSettings topics, String node,
			RecordKeys keys) {
		this(clients, topics, node, keys, RecordEncryption.none(), false);
	}

	/**
	 * Creates it.
	 * @param clients makes clients with the settings of {@link PulsarLocks#tune}: one at
	 * once, for all shards, and another one for each shard whose opening gets stuck, on a
	 * thread of its own; all are closed with the connector
	 * @param topics where the shards are
	 * @param node the node's name, shown in the broker's statistics
	 * @param keys sign and verify the records
	 * @param encryption encrypts and decrypts the records
	 * @param hints whether nodes send each other hints; not where records are encrypted,
	 * because hints are not
	 * @since 0.2.0
	 */
	public PulsarConnector(Supplier<? extends PulsarClient> clients, TopicSettings topics, String node, RecordKeys keys,
			RecordEncryption encryption, boolean hints) {
		this.clients = clients;
		this.shared = CompletableFuture.completedFuture(patient(clients.get()));
		this.topics = topics;
		this.node = node;
		this.failures = new Failures(topics);
		this.keys = keys;
		this.encryption = encryption;
		this.hints = (hints && encryption.isEmpty())
				? new PulsarHints(this.shared, topics, node, keys.signer(topics.hintTopic()), this::isSettled)
				: HintChannel.NONE;
	}

	@Override
	public HintChannel hints() {
		return this.hints;
	}

	/** Whether no shard is about to be opened, as far as is known. */
	private boolean isSettled() {
		return this.opened && this.opening.isEmpty() && System.nanoTime() - this.lastOpened > SETTLE_NANOS;
	}

	@Override
	public CompletionStage<Journal> open(int shard) {
		String topic = this.topics.topic(shard);
		this.opening.add(topic);
		return this.own.getOrDefault(shard, this.shared)
			.thenCompose((client) -> checkTls(client).thenCompose((none) -> open(client, topic))
				.exceptionallyCompose((ex) -> explained(client, ex)))
			.exceptionallyCompose((ex) -> CompletableFuture.failedFuture(this.failures.translate(ex, topic)))
			.whenComplete((journal, ex) -> {
				this.lastOpened = System.nanoTime();
				this.opening.remove(topic);
			});
	}

	private PulsarClient patient(PulsarClient client) {
		return PatientLookup.install(client, this.opening::contains);
	}

	private CompletableFuture<Journal> open(PulsarClient client, String topic) {
		Opening opening = new Opening();
		RecordSigner signer = this.keys.signer(topic);
		JournalStart start = new JournalStart(client, topic, this.topics.subscriptionPrefix(), signer, this.encryption);
		return client.getPartitionsForTopic(topic, true)
			.thenCompose((partitions) -> checkPartitions(topic, partitions))
			.thenCompose((none) -> keeper(client, topic))
			.thenCompose((keeper) -> {
				opening.keeper = keeper;
				// Before there is a reader: if it is moved later, it is moved past this.
				Position known = this.earliest.remove(topic);
				return start.find(keeper, (known != null) ? known : Position.NONE);
			})
			.thenCompose((begin) -> {
				opening.begin = begin;
				return reader(client, topic, DemandReader.queueSize(client));
			})
			.thenCompose((reader) -> {
				opening.reader = reader;
				return (opening.begin.entryId() < 0) ? CompletableFuture.completedFuture(null)
						: reader.seekAsync(PulsarJournal.id(opening.begin));
			})
			.thenCompose((none) -> producer(client, topic))
			.exceptionallyCompose((ex) -> Failures.isBacklog(ex) ? outOfQuota(topic, opening, start, ex)
					: CompletableFuture.failedFuture(ex))
			.<Journal>thenApply((producer) -> {
				this.opened = true;
				this.failures.accepted();
				return new PulsarJournal(producer, opening.reader(),
						new DemandReader(opening.reader(), opening.begin, start.last()), opening.keeper(),
						new RangeReader(() -> reader(client, topic, RangeReader.QUEUE_SIZE), opening.begin),
						new JournalBegin(opening.begin, start.wasEmpty(), (ledger) -> this.earliest.put(topic, ledger)),
						this.failures, topic, signer, !this.encryption.isEmpty(),
						new Diversion(opening.keeper(), start.last(), () -> this.failures.diverted(topic)));
			})
			.whenComplete((journal, ex) -> {
				if (ex != null) {
					opening.close();
				}
			});
	}

	/** The backlog that keeps the producer out is the library's own. */
	private CompletionStage<Producer<byte[]>> outOfQuota(String topic, Opening opening, JournalStart start,
			Throwable failure) {
		return this.backlogs.computeIfAbsent(topic, AgedBacklog::new)
			.refused(opening.keeper(), (last) -> start.longestLease(opening.begin, last),
					() -> this.failures.translate(failure, topic))
			.thenCompose(CompletableFuture::failedFuture);
	}

	/**
	 * Looks at TLS itself before this node has been let in for the first time: the client
	 * would try for ten seconds what cannot succeed, and no start waits for that.
	 */
	private CompletableFuture<Void> checkTls(PulsarClient client) {
		if (this.failures.isAccepted() || !(client instanceof PulsarClientImpl known)
				|| !known.getConfiguration().isUseTls()) {
			return CompletableFuture.completedFuture(null);
		}
		return probe(() -> TlsProbe.reason(known.getConfiguration()))
			.thenCompose((reason) -> (reason != null) ? CompletableFuture.failedFuture(this.failures.tls(reason, null))
					: CompletableFuture.completedFuture(null));
	}

	/** Finds out what a client does not say when a connection is closed at once. */
	private CompletableFuture<Journal> explained(PulsarClient client, Throwable failure) {
		if (!Failures.isClosedAtOnce(failure) || !(client instanceof PulsarClientImpl known)) {
			return CompletableFuture.failedFuture(failure);
		}
		return probe(() -> explanation(known.getConfiguration(), Failures.unwrap(failure)))
			.thenCompose(CompletableFuture::failedFuture);
	}

	/** A handshake blocks, and a supplier of credentials may. */
	private static <T extends @Nullable Object> CompletableFuture<T> probe(Supplier<T> probe) {
		return CompletableFuture.supplyAsync(probe, (task) -> aside("pulsar-lock-probe", task));
	}

	private Throwable explanation(ClientConfigurationData client, Throwable failure) {
		try {
			client.getAuthentication().getAuthData("").authenticate(AuthData.INIT_AUTH_DATA);
		}
		catch (Exception ex) {
			return this.failures.noCredentials(ex);
		}
		TlsProbe.Reason reason = TlsProbe.reason(client);
		return (reason != null) ? this.failures.tls(reason, failure) : failure;
	}

	/**
	 * Gives the shard a client of its own. A client shares lookups that are under way
	 * with the next caller, so one that never ends keeps the shard closed for as long as
	 * the client lives. It happens behind a SOCKS5 proxy: Netty's handler for it keeps
	 * the end of a connection to itself that ends before the proxy has answered.
	 * <p>
	 * To make a client may mean to fetch a token over the network that is in trouble just
	 * now, and the caller's thread is the one that keeps all other shards alive.
	 */
	@Override
	public void abandon(int shard) {
		CompletableFuture<PulsarClient> made = CompletableFuture.supplyAsync(() -> patient(this.clients.get()),
				(task) -> aside("pulsar-lock-client", task));
		CompletableFuture<PulsarClient> before = this.own.put(shard, made);
		if (before != null) {
			before.thenAccept(PulsarConnector::shutdown);
		}
		made.exceptionally((ex) -> {
			logger.warn("No other Pulsar client can be created for shard " + shard, ex);
			this.own.remove(shard, made);
			return null;
		});
	}

	private CompletableFuture<Void> checkPartitions(String topic, List<String> partitions) {
		if (partitions.size() == 1 && partitions.get(0).equals(topic)) {
			return CompletableFuture.completedFuture(null);
		}
		return CompletableFuture.failedFuture(this.failures.partitioned(topic));
	}

	/** A durable subscription that keeps what joining nodes need to read. */
	private CompletableFuture<Consumer<byte[]>> keeper(PulsarClient client, String topic) {
		return client.newConsumer(Schema.BYTES)
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
	private CompletableFuture<Consumer<byte[]>> reader(PulsarClient client, String topic, int queueSize) {
		return this.encryption.apply(client.newConsumer(Schema.BYTES))
			.topic(topic)
			.subscriptionName(this.topics.subscriptionPrefix() + READER + UUID.randomUUID())
			.subscriptionType(SubscriptionType.Exclusive)
			.subscriptionMode(SubscriptionMode.NonDurable)
			.subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
			.consumerName(this.node)
			.receiverQueueSize(queueSize)
			.startPaused(true)
			// It acknowledges nothing, and need not look ten times a second whether it
			// does.
			.acknowledgmentGroupTime(0, TimeUnit.MILLISECONDS)
			// Every entry is told, whatever it is: what is never told is a loss.
			.messagePayloadProcessor(new MessageContent())
			.cryptoFailureAction(ConsumerCryptoFailureAction.CONSUME)
			.subscribeAsync();
	}

	private CompletableFuture<Producer<byte[]>> producer(PulsarClient client, String topic) {
		return this.encryption.apply(client.newProducer(Schema.BYTES))
			.topic(topic)
			.enableBatching(false)
			.sendTimeout(0, TimeUnit.MILLISECONDS)
			.maxPendingMessages(100_000)
			.blockIfQueueFull(false)
			.properties(Map.of("node", this.node))
			.createAsync();
	}

	/**
	 * Closes the clients. Their connections end at once; their threads do so some two
	 * seconds later, because Netty waits for latecomers that long, and no caller waits
	 * for them.
	 */
	@Override
	public void close() {
		Collection<CompletableFuture<PulsarClient>> all = new ArrayList<>(this.own.values());
		all.add(this.shared);
		CompletableFuture<Void> closed = CompletableFuture.allOf(all.stream()
			.map((each) -> each.thenCompose(PulsarClient::closeAsync))
			.toArray(CompletableFuture<?>[]::new));
		if (!closesByItself(closed)) {
			all.forEach((each) -> each.thenAccept(PulsarConnector::shutdown));
		}
	}

	private boolean closesByItself(CompletableFuture<Void> closed) {
		try {
			// Nothing is to be said goodbye to if no shard was ever opened.
			closed.get(this.opened ? CLOSE_MILLIS : 0, TimeUnit.MILLISECONDS);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		catch (TimeoutException ex) {
			return this.opened;
		}
		catch (ExecutionException ex) {
			logger.debug("The Pulsar client did not close cleanly", ex);
			return false;
		}
	}

	/**
	 * Ends a client without a word. Takes it ten seconds and more while it has requests
	 * without an answer, so no caller waits for that.
	 */
	private static void shutdown(PulsarClient client) {
		aside("pulsar-lock-shutdown", () -> {
			try {
				client.shutdown();
			}
			catch (PulsarClientException | RuntimeException ex) {
				logger.debug("The Pulsar client did not shut down cleanly", ex);
			}
		});
	}

	static void aside(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
	}

	/** What has been opened so far, to be closed if the rest fails. */
	private static final class Opening {

		private volatile @Nullable Consumer<byte[]> keeper;

		private volatile @Nullable Consumer<byte[]> reader;

		private volatile Position begin = Position.NONE;

		Consumer<byte[]> keeper() {
			return Objects.requireNonNull(this.keeper);
		}

		Consumer<byte[]> reader() {
			return Objects.requireNonNull(this.reader);
		}

		void close() {
			Consumer<byte[]> keeper = this.keeper;
			if (keeper != null) {
				Closing.gently(keeper::isConnected, keeper::closeAsync);
			}
			Consumer<byte[]> reader = this.reader;
			if (reader != null) {
				Closing.gently(reader::isConnected, reader::closeAsync);
			}
		}

	}

}

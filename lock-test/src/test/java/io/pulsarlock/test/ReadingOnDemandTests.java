package io.pulsarlock.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.SkipCause;
import io.pulsarlock.pulsar.PulsarConnector;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.session.Journal;
import io.pulsarlock.test.broker.TestPulsar;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that a journal that is read on demand is read in time, and completely, whatever
 * happens to its topic.
 */
@Tag("proof")
class ReadingOnDemandTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final JournalRecord RECORD = new Release(new UUID(1, 2), 3, "l:any", 3);

	private final TestPulsar pulsar = TestPulsar.shared();

	private final String namespace = this.pulsar.newNamespace();

	private final TopicSettings topics = TopicSettings.of("demand")
		.in("public", this.namespace.substring("public/".length()));

	private final Told told = new Told();

	private PulsarClient client;

	private Producer<byte[]> others;

	private PulsarConnector connector;

	private Journal journal;

	@BeforeEach
	void open() throws Exception {
		this.client = PulsarClient.builder().serviceUrl(this.pulsar.serviceUrl()).build();
		this.others = this.client.newProducer(Schema.BYTES)
			.topic(this.topics.topic(0))
			.enableBatching(false)
			.maxPendingMessages(10_000)
			.create();
		this.connector = new PulsarConnector(this::tuned, this.topics, "reader");
		this.journal = this.connector.open(0).toCompletableFuture().get(20, TimeUnit.SECONDS);
		this.journal.start(this.told);
	}

	@AfterEach
	void close() throws Exception {
		this.journal.close().toCompletableFuture().get(20, TimeUnit.SECONDS);
		this.connector.close();
		this.client.close();
	}

	@Test
	void whatOthersWriteIsReadSoonerAfterAnOwnRequestThanByAnOrdinaryReader() throws Exception {
		Map<Position, Long> ordinary = new ConcurrentHashMap<>();
		this.client.newConsumer(Schema.BYTES)
			.topic(this.topics.topic(0))
			.subscriptionName("ordinary")
			.subscriptionMode(SubscriptionMode.NonDurable)
			.messageListener((consumer, message) -> ordinary.put(position((MessageIdAdv) message.getMessageId()),
					System.nanoTime()))
			.subscribe();
		Map<Position, Long> receipts = new ConcurrentHashMap<>();
		Random random = new Random(1);
		for (int i = 0; i < 1000; i++) {
			writeByOthers();
			if (i % 10 == 9) {
				this.journal.publish(new Request(new UUID(1, 2), 3, "l:any"))
					.thenAccept((position) -> receipts.put(position, System.nanoTime()))
					.toCompletableFuture()
					.get(20, TimeUnit.SECONDS);
			}
			LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(6000)));
		}
		await().atMost(LIMIT).until(() -> ordinary.keySet().containsAll(receipts.keySet()));
		await().atMost(LIMIT).until(() -> this.told.at.keySet().containsAll(receipts.keySet()));
		long onDemand = median(receipts, this.told.at);
		long before = median(receipts, ordinary);
		System.out.printf("after the receipt: on demand %.2f ms, ordinary %.2f ms%n", onDemand / 1e6, before / 1e6);
		assertThat(onDemand).isLessThan(before / 2);
	}

	@Test
	void whatOthersWriteIsReadWithoutOwnRecords() throws Exception {
		CompletableFuture<?> last = CompletableFuture.completedFuture(null);
		for (int i = 0; i < 3000; i++) {
			last = this.others.sendAsync(RecordCodec.encode(RECORD));
		}
		last.get(20, TimeUnit.SECONDS);
		await().atMost(LIMIT).untilAsserted(() -> assertThat(this.told.at).hasSize(3000));
		assertThat(this.told.positions).isSorted();
		assertThat(new TreeSet<>(this.told.positions)).hasSize(3000);
	}

	@Test
	void entryIsReadAtOnceWhereItIsQuiet() throws Exception {
		List<Long> delays = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
			Position written = writeByOthers();
			long receipt = System.nanoTime();
			await().pollInterval(Duration.ofMillis(1)).atMost(LIMIT).until(() -> this.told.at.containsKey(written));
			delays.add(this.told.at.get(written) - receipt);
		}
		assertThat(delays.stream().sorted().toList().get(10)).isLessThan(TimeUnit.MILLISECONDS.toNanos(8));
	}

	@Test
	void readingGoesOnAfterAnUnload() throws Exception {
		for (int i = 0; i < 5; i++) {
			long connection = this.journal.connection();
			this.pulsar.admin().unload(this.topics.topic(0));
			// With an own record, and without.
			Position own = (i % 2 == 0) ? this.journal.publish(RECORD).toCompletableFuture().get(20, TimeUnit.SECONDS)
					: Position.NONE;
			Position written = writeByOthers();
			await().atMost(LIMIT).until(() -> this.journal.connection() > connection);
			await().atMost(LIMIT).until(() -> this.told.at.containsKey(written));
			assertThat(own.equals(Position.NONE) || this.told.at.containsKey(own)).isTrue();
		}
	}

	/** A reader connects again at most every ten seconds. */
	@Test
	void readingGoesOnWhenAnOperatorHasMovedIt() throws Exception {
		for (int i = 0; i < 2; i++) {
			CompletableFuture<Position> last = CompletableFuture.completedFuture(null);
			for (int j = 0; j < 200; j++) {
				this.others.sendAsync(RecordCodec.encode(RECORD));
				last = this.journal.publish(RECORD).toCompletableFuture();
			}
			this.pulsar.admin().clearBacklog(this.namespace);
			Position own = last.get(20, TimeUnit.SECONDS);
			await().atMost(LIMIT.multipliedBy(3)).until(() -> {
				this.journal.connection();
				return this.told.at.containsKey(own);
			});
		}
	}

	@Test
	void manyRecordsOfItsOwnAreReadToo() throws Exception {
		CompletableFuture<Position> last = CompletableFuture.completedFuture(null);
		for (int i = 0; i < 5000; i++) {
			last = this.journal.publish(RECORD).toCompletableFuture();
		}
		Position own = last.get(20, TimeUnit.SECONDS);
		await().atMost(LIMIT).until(() -> this.told.at.containsKey(own));
		assertThat(this.told.at).hasSize(5000);
		assertThat(this.told.positions).isSorted();
	}

	@Test
	void journalWithManyLedgersIsReadFromItsBeginning() throws Exception {
		for (int i = 0; i < 4; i++) {
			for (int j = 0; j < 100; j++) {
				this.others.send(RecordCodec.encode(RECORD));
			}
			this.pulsar.admin().unload(this.topics.topic(0));
		}
		Told all = new Told();
		PulsarConnector connector = new PulsarConnector(this::tuned, this.topics, "another");
		try {
			Journal journal = connector.open(0).toCompletableFuture().get(20, TimeUnit.SECONDS);
			journal.start(all);
			Position own = journal.publish(RECORD).toCompletableFuture().get(20, TimeUnit.SECONDS);
			await().atMost(LIMIT).until(() -> all.at.containsKey(own));
			assertThat(new TreeSet<>(all.positions)).hasSize(401);
			journal.close().toCompletableFuture().get(20, TimeUnit.SECONDS);
		}
		finally {
			connector.close();
		}
	}

	private Position writeByOthers() throws PulsarClientException {
		return position((MessageIdAdv) this.others.send(RecordCodec.encode(RECORD)));
	}

	private static Position position(MessageIdAdv id) {
		return new Position(id.getLedgerId(), id.getEntryId());
	}

	private static long median(Map<Position, Long> from, Map<Position, Long> to) {
		List<Long> delays = from.entrySet()
			.stream()
			.map((each) -> to.get(each.getKey()) - each.getValue())
			.sorted()
			.toList();
		return delays.get(delays.size() / 2);
	}

	private PulsarClient tuned() {
		try {
			return PulsarLocks.tune(PulsarClient.builder().serviceUrl(this.pulsar.serviceUrl())).build();
		}
		catch (PulsarClientException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static final class Told implements Journal.Listener {

		private final Map<Position, Long> at = new ConcurrentHashMap<>();

		private final List<Position> positions = Collections.synchronizedList(new ArrayList<>());

		@Override
		public void received(Position position, JournalRecord record) {
			this.positions.add(position);
			this.at.put(position, System.nanoTime());
		}

		@Override
		public void skipped(Position position, SkipCause cause) {
			received(position, RECORD);
		}

	}

}

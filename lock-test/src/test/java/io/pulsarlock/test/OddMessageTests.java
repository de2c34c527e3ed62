package io.pulsarlock.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SkipCause;
import io.pulsarlock.pulsar.PulsarConnector;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.session.Journal;
import io.pulsarlock.test.broker.TestPulsar;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that a message that is not a record, whatever it is, prevents neither holding nor
 * granting locks nor joining.
 */
class OddMessageTests {

	private static final Duration LEASE = Duration.ofSeconds(3);

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private final TestPulsar pulsar = TestPulsar.shared();

	private final String cluster = "odd-" + UUID.randomUUID();

	private final String topic = TopicSettings.of(this.cluster).topic(0);

	private PulsarClient client;

	@BeforeEach
	void connect() throws PulsarClientException {
		this.client = PulsarClient.builder().serviceUrl(this.pulsar.serviceUrl()).build();
	}

	@AfterEach
	void disconnect() throws PulsarClientException {
		this.client.close();
	}

	static Stream<String> odd() {
		return OddMessages.all().keySet().stream();
	}

	@ParameterizedTest
	@MethodSource("odd")
	@Execution(ExecutionMode.CONCURRENT)
	void locksAreHeldGrantedAndJoinedForAsBefore(String kind) throws Exception {
		try (LockNode a = node("a")) {
			a.awaitJoined(LIMIT);
			try (LockHandle held = a.obtain("held").acquire(LIMIT)) {
				OddMessages.all().get(kind).write(this.client, this.topic);
				// Every further grant follows it in the journal.
				a.obtain("other").acquire(LEASE).close();
				try (LockNode b = node("b")) {
					b.awaitJoined(LEASE.multipliedBy(2));
					assertThat(b.obtain("held").tryAcquire()).isEmpty();
					b.obtain("other").acquire(LEASE).close();
				}
				assertThat(held.isHeld()).isTrue();
				assertThat(a.monitor().statistics().skipped()).isPositive();
			}
		}
	}

	@Test
	void everyPositionIsTold() throws Exception {
		Told told = new Told();
		PulsarConnector connector = new PulsarConnector(this::tuned, TopicSettings.of(this.cluster), "reader");
		try {
			Journal journal = connector.open(0).toCompletableFuture().get();
			journal.start(told);
			for (Map.Entry<String, OddMessages.Way> each : OddMessages.all().entrySet()) {
				journal.publish(new Release(new UUID(1, 2), 3, "l:any", 3));
				each.getValue().write(this.client, this.topic);
			}
			Position last = journal.publish(new Release(new UUID(1, 2), 3, "l:any", 3)).toCompletableFuture().get();
			await().atMost(LIMIT).untilAsserted(() -> assertThat(List.copyOf(told.positions)).contains(last));
			assertThat(last.ledgerId()).isEqualTo(told.positions.get(0).ledgerId());
			assertThat(new TreeSet<>(told.positions)).hasSize((int) last.entryId() + 1);
			assertThat(told.positions).isSorted();
			assertThat(told.causes).contains(SkipCause.EMPTY, SkipCause.BATCH, SkipCause.CHUNK, SkipCause.ENCRYPTED,
					SkipCause.FOREIGN, SkipCause.DAMAGED);
			journal.close().toCompletableFuture().get();
		}
		finally {
			connector.close();
		}
	}

	private PulsarClient tuned() {
		try {
			return PulsarLocks.tune(PulsarClient.builder().serviceUrl(this.pulsar.serviceUrl())).build();
		}
		catch (PulsarClientException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private LockNode node(String name) {
		return PulsarLocks.at(this.pulsar.serviceUrl())
			.cluster(this.cluster)
			.node(name)
			.shards(1)
			.times(LEASE, LEASE.dividedBy(2))
			.connect();
	}

	private static final class Told implements Journal.Listener {

		private final List<Position> positions = Collections.synchronizedList(new ArrayList<>());

		private final List<SkipCause> causes = Collections.synchronizedList(new ArrayList<>());

		@Override
		public void received(Position position, JournalRecord record) {
			this.positions.add(position);
		}

		@Override
		public void skipped(Position position, SkipCause cause) {
			this.causes.add(cause);
			this.positions.add(position);
		}

	}

}

package io.pulsarlock.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockNode;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.TestPulsar;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests nodes with record keys on a broker where other clients may produce, too.
 */
class RecordKeyTests {

	private static final Duration LEASE = Duration.ofSeconds(3);

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final String OLD = key(1);

	private static final String NEW = key(2);

	private final TestPulsar pulsar = TestPulsar.shared();

	private final String cluster = "keys-" + UUID.randomUUID();

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

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void whoHasNoKeyTakesNothing() throws Exception {
		try (LockNode a = node("a", OLD)) {
			a.awaitJoined(LIMIT);
			LockHandle held = a.obtain("held").acquire(LIMIT);
			forge();
			for (int i = 0; i < 3; i++) {
				// Each follows the forged records.
				a.obtain("other").acquire(LEASE).close();
			}
			try (LockNode b = node("b", OLD)) {
				b.awaitJoined(LEASE.multipliedBy(3));
				assertThat(b.obtain("held").tryAcquire()).isEmpty();
				assertThat(held.isHeld()).isTrue();
				assertThat(a.monitor().statistics().skipped()).isPositive();
				held.close();
				b.obtain("held").acquire(LEASE).close();
			}
		}
	}

	/** Ends every session that has written, in its own name, and copies everything. */
	private void forge() throws Exception {
		Map<UUID, Long> sessions = new HashMap<>();
		try (Reader<byte[]> reader = this.client.newReader(Schema.BYTES)
			.topic(this.topic)
			.startMessageId(MessageId.earliest)
			.create();
				Producer<byte[]> producer = this.client.newProducer(Schema.BYTES)
					.topic(this.topic)
					.enableBatching(false)
					.create()) {
			List<byte[]> copies = new ArrayList<>();
			while (reader.hasMessageAvailable()) {
				Message<byte[]> message = reader.readNext();
				Unverified record = (Unverified) RecordCodec.decode(message.getData());
				assertThat(record.doubt()).isEqualTo(Unverified.Doubt.NO_KEY);
				sessions.merge(record.session(), record.sequence(), Math::max);
				copies.add(message.getData());
			}
			for (byte[] copy : copies) {
				producer.send(copy);
			}
			assertThat(sessions).isNotEmpty();
			for (Map.Entry<UUID, Long> each : sessions.entrySet()) {
				producer.send(RecordCodec.encode(new Bye(each.getKey(), each.getValue() + 1000, 0)));
			}
		}
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void keyIsChangedWhileALockIsHeld() throws Exception {
		try (LockNode holder = node("holder", OLD, NEW)) {
			holder.awaitJoined(LIMIT);
			CompletableFuture<LockLoss> lost = new CompletableFuture<>();
			try (LockHandle held = holder.obtain("held").acquire(LIMIT)) {
				held.onLost(lost::complete);
				for (List<String> keys : List.of(List.of(OLD), List.of(OLD, NEW), List.of(NEW, OLD), List.of(NEW))) {
					try (LockNode other = node("other", keys.toArray(String[]::new))) {
						other.awaitJoined(LIMIT);
						assertThat(other.obtain("held").tryAcquire()).as("%s", keys).isEmpty();
						other.obtain("free").acquire(LEASE).close();
					}
				}
				assertThat(lost).isNotDone();
				assertThat(held.isHeld()).isTrue();
			}
			try (LockNode other = node("other", NEW)) {
				other.obtain("held").acquire(LIMIT).close();
			}
		}
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void nodeWithoutKeysIsRefusedWhereThereAreSome() throws Exception {
		try (LockNode a = node("a", OLD)) {
			a.awaitJoined(LIMIT);
			LockHandle held = a.obtain("held").acquire(LIMIT);
			try (LockNode b = node("b")) {
				assertThatExceptionOfType(LockConfigurationException.class)
					.isThrownBy(() -> b.awaitJoined(LEASE.multipliedBy(2)))
					.withMessageContaining("Node 'a'")
					.withMessageContaining("are signed, and this node has no key")
					.withMessageContaining("pulsar-lock.security.record-keys");
				assertThat(held.isHeld()).isTrue();
				held.close();
				a.close();
				await().ignoreExceptions()
					.atMost(LEASE.multipliedBy(3))
					.untilAsserted(() -> b.obtain("held").acquire(LEASE).close());
			}
		}
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void nodeWithKeysComesAfterThoseThatHaveNone() throws Exception {
		try (LockNode a = node("a")) {
			a.awaitJoined(LIMIT);
			LockHandle held = a.obtain("held").acquire(LIMIT);
			long token = held.fencingToken();
			try (LockNode b = node("b", OLD)) {
				try (LockHandle next = b.obtain("held").acquire(LIMIT)) {
					assertThat(held.isHeld()).isFalse();
					assertThat(next.fencingToken()).isGreaterThan(token);
					// Unknown until the next heartbeat shows that the other node is
					// alive.
					await().atMost(LEASE.multipliedBy(3))
						.untilAsserted(() -> assertThatExceptionOfType(LockConfigurationException.class)
							.isThrownBy(() -> a.obtain("held").tryAcquire()));
				}
			}
		}
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void nodesWithoutACommonKeyRefuseEachOther() throws Exception {
		try (LockNode a = node("a", OLD)) {
			a.awaitJoined(LIMIT);
			LockHandle held = a.obtain("held").acquire(LIMIT);
			try (LockNode b = node("b", NEW)) {
				assertThatExceptionOfType(LockConfigurationException.class)
					.isThrownBy(() -> b.awaitJoined(LEASE.multipliedBy(2)))
					.withMessageContaining("Node 'a'")
					.withMessageContaining("signed with a key which this node does not have");
				assertThat(held.isHeld()).isTrue();
				a.obtain("other").acquire(LEASE).close();
				held.close();
				a.close();
				await().ignoreExceptions()
					.atMost(LEASE.multipliedBy(3))
					.untilAsserted(() -> b.obtain("held").acquire(LEASE).close());
			}
		}
	}

	private LockNode node(String name, String... keys) {
		return PulsarLocks.at(this.pulsar.serviceUrl())
			.cluster(this.cluster)
			.node(name)
			.shards(1)
			.times(LEASE, LEASE.dividedBy(2))
			.recordKeys(List.of(keys))
			.connect();
	}

	private static String key(int fill) {
		byte[] key = new byte[32];
		Arrays.fill(key, (byte) fill);
		return Base64.getEncoder().encodeToString(key);
	}

}

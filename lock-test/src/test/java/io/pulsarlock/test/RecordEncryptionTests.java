package io.pulsarlock.test;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.RecordEncryption;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.TestPulsar;
import org.apache.pulsar.client.api.CryptoKeyReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests namespaces that require encryption, and nodes that cannot read each other.
 */
class RecordEncryptionTests {

	private static final Duration LEASE = Duration.ofSeconds(3);

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final String KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

	private final TestPulsar pulsar = TestPulsar.shared();

	private final String namespace = "encrypted-" + UUID.randomUUID();

	@BeforeEach
	void createNamespace() {
		this.pulsar.admin().createNamespace("public/" + this.namespace);
	}

	@Test
	void nodesWithAKeyShareLocksWhereEncryptionIsRequired() throws Exception {
		this.pulsar.admin().requireEncryption("public/" + this.namespace);
		CryptoKeyReader keys = new OddMessages.Keys();
		try (LockNode a = node("a", keys, List.of()); LockNode b = node("b", keys, List.of())) {
			a.awaitJoined(LIMIT);
			b.awaitJoined(LIMIT);
			long token;
			try (LockHandle held = a.obtain("stock").acquire(LIMIT)) {
				token = held.fencingToken();
				assertThat(b.obtain("stock").tryAcquire()).isEmpty();
			}
			try (LockHandle held = b.obtain("stock").acquire(LIMIT)) {
				assertThat(held.fencingToken()).isGreaterThan(token);
				assertThat(a.monitor().statistics().skipped()).isZero();
			}
			// A node that joins later reads the existing records.
			try (LockHandle held = a.obtain("kept").acquire(LIMIT); LockNode c = node("c", keys, List.of())) {
				c.awaitJoined(LIMIT);
				assertThat(c.obtain("kept").tryAcquire()).isEmpty();
				assertThat(held.isHeld()).isTrue();
			}
		}
	}

	@Test
	void recordKeysAndEncryptionGoTogether() throws Exception {
		this.pulsar.admin().requireEncryption("public/" + this.namespace);
		CryptoKeyReader keys = new OddMessages.Keys();
		try (LockNode a = node("a", keys, List.of(KEY)); LockNode b = node("b", keys, List.of(KEY))) {
			a.awaitJoined(LIMIT);
			b.awaitJoined(LIMIT);
			try (LockHandle held = a.obtain("stock").acquire(LIMIT)) {
				assertThat(b.obtain("stock").tryAcquire()).isEmpty();
				assertThat(held.isHeld()).isTrue();
			}
		}
	}

	@Test
	void nodeWithoutTheKeyGrantsNothingBesideOneWithIt() throws Exception {
		try (LockNode encrypts = node("encrypts", new OddMessages.Keys(), List.of())) {
			encrypts.awaitJoined(LIMIT);
			LockHandle held = encrypts.obtain("stock").acquire(LIMIT);
			try (LockNode without = node("without", null, List.of())) {
				assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> without.awaitJoined(LIMIT))
					.withMessageContaining("Node 'encrypts'")
					.withMessageContaining("encrypted with a key which this node does not have")
					.withMessageContaining("pulsar-lock.security.encryption-keys");
				assertThat(held.isHeld()).isTrue();
				encrypts.close();
				await().atMost(LIMIT).until(() -> without.monitor().statistics().confirmed());
				without.obtain("stock").acquire(LIMIT).close();
			}
		}
	}

	@Test
	void nodeWithoutTheKeyStopsWhenOneWithItComes() throws Exception {
		try (LockNode without = node("without", null, List.of())) {
			without.awaitJoined(LIMIT);
			LockHandle held = without.obtain("stock").acquire(LIMIT);
			try (LockNode encrypts = node("encrypts", new OddMessages.Keys(), List.of())) {
				LockHandle next = encrypts.obtain("stock").acquire(LIMIT);
				assertThat(held.isHeld()).isFalse();
				assertThat(next.fencingToken()).isPositive();
				assertThat(without.monitor().statistics().confirmed()).isFalse();
			}
		}
	}

	@Test
	void nodesWithDifferentKeysAreNeverBothGrantedALock() throws Exception {
		try (LockNode one = node("one", new OddMessages.Keys(), List.of())) {
			one.awaitJoined(LIMIT);
			LockHandle held = one.obtain("stock").acquire(LIMIT);
			try (LockNode other = node("other", new OddMessages.Keys(), List.of())) {
				assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> other.awaitJoined(LIMIT))
					.withMessageContaining("Node 'one'");
				await().atMost(LIMIT).until(() -> !held.isHeld());
				assertThat(other.monitor().statistics().confirmed()).isFalse();
			}
			await().atMost(LIMIT).until(() -> one.monitor().statistics().confirmed());
		}
	}

	private LockNode node(String name, CryptoKeyReader keys, List<String> recordKeys) {
		PulsarLocks locks = PulsarLocks.at(this.pulsar.serviceUrl())
			.topics(TopicSettings.of("c").in("public", this.namespace))
			.node(name)
			.shards(1)
			.times(LEASE, LEASE.dividedBy(2))
			.recordKeys(recordKeys);
		return ((keys != null) ? locks.encryption(RecordEncryption.of(keys, List.of("locks"))) : locks).connect();
	}

}

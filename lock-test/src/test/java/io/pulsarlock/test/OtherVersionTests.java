package io.pulsarlock.test;

import java.time.Duration;
import java.util.UUID;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.TestPulsar;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests that an upgrade can be rolled back: a node of another version of records stops
 * the others only while it is present, and leaves nothing behind.
 */
class OtherVersionTests {

	private static final Duration LEASE = Duration.ofSeconds(3);

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private final TestPulsar pulsar = TestPulsar.shared();

	private final String cluster = "version-" + UUID.randomUUID();

	private PulsarClient client;

	@BeforeEach
	void connect() throws PulsarClientException {
		this.client = PulsarClient.builder().serviceUrl(this.pulsar.serviceUrl()).build();
	}

	@AfterEach
	void disconnect() throws PulsarClientException {
		this.client.close();
	}

	@ParameterizedTest
	@CsvSource({ "4, true", "4, false", "2, true", "1, false" })
	@Execution(ExecutionMode.CONCURRENT)
	void nodesGoOnAndJoinWhenTheOtherOneIsGone(int version, boolean orderly) throws Exception {
		try (LockNode a = node("a")) {
			a.awaitJoined(LIMIT);
			LockHandle held = a.obtain("held").acquire(LIMIT);
			long token = held.fencingToken();
			OtherVersionNode other = new OtherVersionNode(this.client, TopicSettings.of(this.cluster).topic(0), version,
					LEASE);
			await().atMost(LEASE.multipliedBy(2)).until(() -> !held.isHeld());
			assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> a.obtain("held").tryAcquire())
				.withMessageContaining("Node 'other'")
				.withMessageContaining("records of version " + version)
				.withMessageContaining("records of version " + RecordCodec.VERSION)
				.withMessageContaining((version > RecordCodec.VERSION) ? "Upgrade this node" : "Upgrade that node");
			try (LockNode b = node("b")) {
				assertThatExceptionOfType(LockConfigurationException.class)
					.isThrownBy(() -> b.awaitJoined(LEASE.multipliedBy(2)))
					.withMessageContaining("Node 'other'");
			}
			if (orderly) {
				other.stop();
			}
			else {
				other.kill();
			}
			await().atMost(LEASE.multipliedBy(3)).until(() -> a.monitor().statistics().confirmed());
			try (LockHandle again = a.obtain("held").acquire(LEASE)) {
				assertThat(again.fencingToken()).isGreaterThan(token);
				// What it wrote is still in the journal.
				try (LockNode c = node("c")) {
					c.awaitJoined(LEASE);
					assertThat(c.obtain("held").tryAcquire()).isEmpty();
					c.obtain("other").acquire(LEASE).close();
				}
			}
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

}

package io.pulsarlock.test;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.broker.PulsarBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests a broker with limits that just let a node join: holding locks needs nothing more.
 */
class PulsarLimitTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static PulsarBroker broker;

	private final String cluster = "m" + UUID.randomUUID();

	/** A node that has joined has two consumers. */
	@BeforeAll
	static void startBroker() {
		broker = PulsarBroker.start(false, Map.of("maxConsumersPerTopic", "2"));
	}

	@AfterAll
	static void stopBroker() {
		broker.close();
	}

	@Test
	void nodeThatHasJoinedLeadsAndHolds() throws Exception {
		try (LockNode locks = PulsarLocks.at(broker.serviceUrl())
			.cluster(this.cluster)
			.shards(1)
			.times(Duration.ofSeconds(6), Duration.ofSeconds(2))
			.connect()) {
			locks.awaitJoined(LIMIT);
			LeaderGroup group = locks.leadership().group("digest");
			await().atMost(LIMIT).until(group::isLeader);
			long term = group.term().orElseThrow();
			LockHandle held = locks.obtain("stock").acquire(LIMIT);
			CompletableFuture<LockHandle> next = locks.obtain("stock").acquireAsync(LIMIT);
			// For longer than one record keeps a lock.
			await().during(Duration.ofSeconds(7))
				.atMost(LIMIT)
				.until(() -> held.isHeld() && !next.isDone() && group.term().equals(OptionalLong.of(term)));
			assertThat(group.isVacant()).isFalse();
			held.close();
			next.get(20, TimeUnit.SECONDS).close();
		}
	}

}

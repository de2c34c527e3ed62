package io.pulsarlock.test;

import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.TestPulsar;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests locks and leaders on a real broker.
 */
class PulsarLocksTests {

	private final TestPulsar pulsar = TestPulsar.shared();

	private final String cluster = "c" + UUID.randomUUID();

	@Test
	void lockHasOneHolderAndTokensGrow() throws Exception {
		try (LockNode a = node("a"); LockNode b = node("b")) {
			a.awaitJoined(Duration.ofSeconds(20));
			b.awaitJoined(Duration.ofSeconds(20));
			FencedLock mine = a.obtain("stock/é ..");
			FencedLock theirs = b.obtain("stock/é ..");
			long first;
			try (LockHandle held = mine.acquire(Duration.ofSeconds(5))) {
				first = held.fencingToken();
				await().untilAsserted(() -> assertThat(theirs.tryAcquire()).isEmpty());
				assertThatExceptionOfType(LockBusyException.class)
					.isThrownBy(() -> theirs.acquire(Duration.ofMillis(300)));
			}
			try (LockHandle held = theirs.acquire(Duration.ofSeconds(5))) {
				assertThat(held.fencingToken()).isGreaterThan(first);
				assertThat(b.monitor().view().locks()).singleElement()
					.satisfies((lock) -> assertThat(lock.holder().node()).isEqualTo("b"));
			}
			long[] micros = new long[300];
			for (int i = 0; i < micros.length; i++) {
				long begin = System.nanoTime();
				mine.acquire(Duration.ofSeconds(5)).close();
				micros[i] = (System.nanoTime() - begin) / 1000;
			}
			Arrays.sort(micros);
			System.out.println("acquire and release p50 " + micros[150] + " us, p99 " + micros[297] + " us");
		}
	}

	@Test
	void clusterWithoutANameIsRefused() {
		assertThatExceptionOfType(LockConfigurationException.class)
			.isThrownBy(() -> PulsarLocks.at(this.pulsar.serviceUrl()).node("a").shards(1).connect())
			.withMessageContaining("cluster(..)");
	}

	@Test
	void leadershipGoesOnWhenTheLeaderResignsAndWhenItEnds() throws Exception {
		LockNode a = node("a");
		try (LockNode b = node("b")) {
			LeaderGroup mine = a.leadership().group("digest");
			await().until(mine::isLeader);
			LeaderGroup theirs = b.leadership().group("digest");
			await().until(() -> theirs.participants().size() == 2);
			mine.resign();
			await().until(theirs::isLeader);
			assertThat(mine.isLeader()).isFalse();
			theirs.resign();
			await().until(mine::isLeader);
			a.close();
			await().until(theirs::isLeader);
		}
		finally {
			a.close();
		}
	}

	@Test
	void missingNamespaceIsNamed() {
		try (LockNode locks = PulsarLocks.at(this.pulsar.serviceUrl())
			.topics(TopicSettings.of(this.cluster).in("public", "nowhere"))
			.connect()) {
			assertThatExceptionOfType(LockConfigurationException.class)
				.isThrownBy(() -> locks.awaitJoined(Duration.ofSeconds(20)))
				.withMessageContaining("pulsar-admin namespaces create public/nowhere");
		}
	}

	private LockNode node(String name) {
		return PulsarLocks.at(this.pulsar.serviceUrl()).cluster(this.cluster).node(name).shards(2).connect();
	}

}

package io.pulsarlock.test;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.PulsarBroker;
import io.pulsarlock.test.broker.TestPulsar;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests hints between nodes on a real broker.
 */
@Tag("proof")
class HintTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final int HAND_OVERS = 40;

	private static final TestPulsar pulsar = TestPulsar.shared();

	private final TopicSettings topics = TopicSettings.of("h" + UUID.randomUUID());

	@Test
	void nextNodeIsTold() throws Exception {
		try (LockNode a = node(pulsar.serviceUrl(), "a", Duration.ZERO);
				LockNode b = node(pulsar.serviceUrl(), "b", Duration.ZERO)) {
			awaitHints(a, b);
			long before = hintedGrants(a, b);
			handOver(a, b, HAND_OVERS);
			assertThat(hintedGrants(a, b) - before).isGreaterThan(HAND_OVERS / 2);
		}
	}

	@Test
	void nodeThatKeepsTheLockIsAsked() throws Exception {
		try (LockNode a = node(pulsar.serviceUrl(), "a", Duration.ofMinutes(1));
				LockNode b = node(pulsar.serviceUrl(), "b", Duration.ofMinutes(1))) {
			awaitHints(a, b);
			long before = hintedGrants(a, b);
			for (int i = 0; i < HAND_OVERS; i++) {
				a.obtain("kept").acquire(LIMIT).close();
				b.obtain("kept").acquire(LIMIT).close();
			}
			assertThat(hintedGrants(a, b) - before).isGreaterThan(HAND_OVERS / 2);
		}
	}

	@Test
	void hintsComeBackAfterTheirTopicWasUnloaded() throws Exception {
		try (LockNode a = node(pulsar.serviceUrl(), "a", Duration.ZERO);
				LockNode b = node(pulsar.serviceUrl(), "b", Duration.ZERO)) {
			awaitHints(a, b);
			for (int i = 0; i < 3; i++) {
				pulsar.admin().unload(this.topics.hintTopic());
				handOver(a, b, HAND_OVERS);
				awaitHints(a, b);
			}
			long before = hintedGrants(a, b);
			handOver(a, b, HAND_OVERS);
			assertThat(hintedGrants(a, b) - before).isGreaterThan(HAND_OVERS / 2);
		}
	}

	@Test
	void nodeWithoutHintsTakesPart() throws Exception {
		try (LockNode a = node(pulsar.serviceUrl(), "a", Duration.ZERO);
				LockNode b = builder(pulsar.serviceUrl(), "b", Duration.ZERO).hints(false).connect()) {
			a.awaitJoined(LIMIT);
			b.awaitJoined(LIMIT);
			await().atMost(LIMIT).until(() -> a.monitor().statistics().hints());
			handOver(a, b, HAND_OVERS);
			assertThat(hintedGrants(a, b)).isZero();
			assertThat(b.monitor().statistics().hints()).isFalse();
		}
	}

	@Test
	void topicThatIsRefusedCostsNothing() throws Exception {
		try (PulsarBroker broker = PulsarBroker.start(false, Map.of("enableNonPersistentTopics", "false"));
				LockNode a = node(broker.serviceUrl(), "a", Duration.ZERO);
				LockNode b = node(broker.serviceUrl(), "b", Duration.ZERO)) {
			try (LockHandle held = a.obtain("held").acquire(LIMIT)) {
				// They would have been there by now.
				await().during(Duration.ofSeconds(6)).atMost(LIMIT).until(() -> !a.monitor().statistics().hints());
				assertThat(held.isHeld()).isTrue();
			}
			handOver(a, b, HAND_OVERS);
			assertThat(hintedGrants(a, b)).isZero();
		}
	}

	@Test
	void brokerThatDiesTakesTheHintsWithIt() throws Exception {
		try (PulsarBroker broker = PulsarBroker.start();
				LockNode a = node(broker.serviceUrl(), "a", Duration.ZERO);
				LockNode b = node(broker.serviceUrl(), "b", Duration.ZERO)) {
			awaitHints(a, b);
			broker.kill();
			await().atMost(LIMIT).until(() -> !a.monitor().statistics().hints() && !b.monitor().statistics().hints());
			broker.restart();
			handOver(a, b, HAND_OVERS);
			awaitHints(a, b);
			long before = hintedGrants(a, b);
			handOver(a, b, HAND_OVERS);
			assertThat(hintedGrants(a, b) - before).isGreaterThan(HAND_OVERS / 2);
		}
	}

	/** From one to the other and back, while the next one waits already. */
	private static void handOver(LockNode a, LockNode b, int times) throws Exception {
		LockHandle held = a.obtain("handed over").acquire(LIMIT);
		for (int i = 0; i < times; i++) {
			LockNode next = (i % 2 == 0) ? b : a;
			CompletableFuture<LockHandle> awaited = next.obtain("handed over").acquireAsync(LIMIT);
			await().pollInterval(Duration.ofMillis(5))
				.atMost(LIMIT)
				.until(() -> next.monitor().statistics().waiting() > 0);
			long token = held.fencingToken();
			held.close();
			held = awaited.get(30, TimeUnit.SECONDS);
			assertThat(held.fencingToken()).isGreaterThan(token);
		}
		held.close();
	}

	private static long hintedGrants(LockNode... nodes) {
		long sum = 0;
		for (LockNode node : nodes) {
			sum += node.monitor().statistics().hintedGrants();
		}
		return sum;
	}

	/** Each of them is told something by the other. */
	private static void awaitHints(LockNode a, LockNode b) {
		long ofA = hintedGrants(a);
		long ofB = hintedGrants(b);
		await().atMost(LIMIT).until(() -> {
			handOver(a, b, 4);
			return hintedGrants(a) > ofA && hintedGrants(b) > ofB;
		});
		assertThat(a.monitor().statistics().hints() && b.monitor().statistics().hints()).isTrue();
	}

	private LockNode node(String serviceUrl, String name, Duration kept) throws InterruptedException {
		LockNode node = builder(serviceUrl, name, kept).connect();
		node.awaitJoined(LIMIT);
		return node;
	}

	private PulsarLocks builder(String serviceUrl, String name, Duration kept) {
		return PulsarLocks.at(serviceUrl)
			.topics(this.topics)
			.node(name)
			.shards(1)
			.times(Duration.ofSeconds(6), Duration.ofSeconds(2))
			.cache(kept, 10)
			.hints(true);
	}

}

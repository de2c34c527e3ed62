package io.pulsarlock.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.TestPulsar;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that many held and awaited locks cost nothing, neither the broker nor the log of
 * the waiting node. Uses a real broker, and default settings except for one shard.
 */
@Tag("proof")
class HeldLocksTests {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private static final Duration WATCHED = Duration.ofSeconds(8);

	private static final int LOCKS = 500;

	private final TestPulsar pulsar = TestPulsar.shared();

	private final String cluster = "h" + UUID.randomUUID();

	private final String topic = TopicSettings.of(this.cluster).topic(0);

	@Test
	void brokerHasNoObjectsAndRequestsForLocksThatAreHeldAndAwaited() throws Exception {
		try (LockNode a = node("a"); LockNode b = node("b")) {
			a.awaitJoined(LIMIT);
			b.awaitJoined(LIMIT);
			int subscriptions = stats().path("subscriptions").size();
			List<LockHandle> held = hold(a, 1);
			List<CompletableFuture<LockHandle>> next = ask(b, 1);
			long few = messagesIn(WATCHED);
			held.addAll(hold(a, LOCKS));
			next.addAll(ask(b, LOCKS));
			long many = messagesIn(WATCHED);
			assertThat(stats().path("subscriptions").size()).isEqualTo(subscriptions);
			// A claim takes some bytes in each heartbeat, and heartbeats vary in time.
			assertThat(many).as("messages in %s; with one lock %d", WATCHED, few).isBetween(few - 6, few + 6);
			assertThat(held).allMatch(LockHandle::isHeld);
			assertThat(next).noneMatch(CompletableFuture::isDone);
			held.forEach(LockHandle::close);
			for (CompletableFuture<LockHandle> each : next) {
				each.get(60, TimeUnit.SECONDS).close();
			}
		}
	}

	@Test
	void nodeThatWaitsLogsNothing() throws Exception {
		try (LockNode a = node("a")) {
			List<LockHandle> held = hold(a, 100);
			try (NodeProcess waiting = NodeProcess.start(WaitingNode.class, this.pulsar.serviceUrl(), this.cluster,
					"100")) {
				await().atMost(LIMIT).until(() -> waiters(a) == 100);
				int before = waiting.lines().size();
				await().during(Duration.ofSeconds(12)).atMost(LIMIT).until(() -> waiters(a) == 100);
				assertThat(waiting.lines().subList(before, waiting.lines().size())).isEmpty();
			}
			assertThat(held).allMatch(LockHandle::isHeld);
		}
	}

	private static long waiters(LockNode node) {
		return node.monitor().view().locks().stream().mapToLong((lock) -> lock.waiters().size()).sum();
	}

	private LockNode node(String name) {
		return PulsarLocks.at(this.pulsar.serviceUrl()).cluster(this.cluster).shards(1).node(name).connect();
	}

	private static List<LockHandle> hold(LockNode node, int count) throws Exception {
		List<CompletableFuture<LockHandle>> all = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			all.add(node.obtain("lock " + count, i).acquireAsync(LIMIT));
		}
		List<LockHandle> held = new ArrayList<>();
		for (CompletableFuture<LockHandle> each : all) {
			held.add(each.get(60, TimeUnit.SECONDS));
		}
		return held;
	}

	private static List<CompletableFuture<LockHandle>> ask(LockNode node, int count) {
		List<CompletableFuture<LockHandle>> all = new ArrayList<>();
		long before = waiters(node);
		for (int i = 0; i < count; i++) {
			all.add(node.obtain("lock " + count, i).acquireAsync(Duration.ofMinutes(5)));
		}
		await().atMost(LIMIT).until(() -> waiters(node) == before + count);
		return all;
	}

	private long messagesIn(Duration time) throws Exception {
		long before = stats().path("msgInCounter").asLong();
		long begin = System.nanoTime();
		await().atMost(LIMIT).until(() -> System.nanoTime() - begin >= time.toNanos());
		return stats().path("msgInCounter").asLong() - before;
	}

	private JsonNode stats() throws Exception {
		return new ObjectMapper().readTree(this.pulsar.admin().stats(this.topic));
	}

}

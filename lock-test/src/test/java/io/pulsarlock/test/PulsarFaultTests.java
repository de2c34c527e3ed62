package io.pulsarlock.test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRecovered;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.PulsarBroker;
import io.pulsarlock.test.broker.PulsarCluster;
import io.pulsarlock.test.broker.TestPulsar;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests locks under faults of processes, connections and topics, with real processes and
 * a real broker.
 */
class PulsarFaultTests {

	private static final int LEASE = 6000;

	private static final int GRACE = 2000;

	private final TestPulsar pulsar = TestPulsar.shared();

	private final String cluster = "f" + UUID.randomUUID();

	@TempDir
	private Path folder;

	@Test
	@Tag("proof")
	void noIncrementIsLostUnderContentionOfEightNodes() throws Exception {
		int seconds = Integer.getInteger("pulsarlock.contention.seconds", 60);
		List<NodeProcess> nodes = new ArrayList<>();
		try {
			for (int i = 0; i < 4; i++) {
				nodes.add(NodeProcess.start(CountingNode.class, this.pulsar.serviceUrl(), this.cluster, this.folder, 5,
						seconds));
			}
			long done = 0;
			for (NodeProcess node : nodes) {
				assertThat(node.await(seconds + 90)).isZero();
				assertThat(node.said("FAILED")).as(() -> node.lines().toString()).isFalse();
				assertThat(node.number("WRONG")).isZero();
				done += node.number("DONE");
			}
			long counted = 0;
			try (var files = Files.list(this.folder)) {
				for (Path file : files.toList()) {
					counted += Long.parseLong(Files.readString(file).split(" ")[0]);
				}
			}
			assertThat(counted).isEqualTo(done);
			assertThat(done).isGreaterThan(100);
			System.out.println(done + " guarded increments by 8 nodes in " + seconds + " s, none lost");
		}
		finally {
			nodes.forEach(NodeProcess::close);
		}
	}

	@Test
	void lockOfAKilledProcessGoesToTheNextWithinGraceAndLease() throws Exception {
		try (NodeProcess child = holdingNode("killed"); LockNode locks = node("parent")) {
			await().atMost(30, TimeUnit.SECONDS).until(() -> child.said("HELD"));
			CompletableFuture<LockHandle> next = locks.obtain("killed").acquireAsync(Duration.ofSeconds(60));
			await().until(() -> !locks.monitor().view().locks().isEmpty()
					&& !locks.monitor().view().locks().get(0).waiters().isEmpty());
			long killed = System.nanoTime();
			child.close();
			LockHandle held = next.get(60, TimeUnit.SECONDS);
			long millis = (System.nanoTime() - killed) / 1_000_000;
			System.out.println("after kill -9 the next holder enters in " + millis + " ms (grace " + GRACE + " ms)");
			assertThat(held.fencingToken()).isGreaterThan(child.number("HELD"));
			assertThat(millis).isBetween((long) GRACE / 2, (long) (LEASE * 1.3));
		}
	}

	@Test
	@Tag("proof")
	void lockOfAKilledProcessRestsOn() throws Exception {
		Duration rest = Duration.ofSeconds(20);
		long begin = System.nanoTime();
		try (NodeProcess child = NodeProcess.start(HoldingNode.class, this.pulsar.serviceUrl(), this.cluster, "rests",
				LEASE, GRACE, rest.toMillis()); LockNode locks = node("parent")) {
			await().atMost(30, TimeUnit.SECONDS).until(() -> child.said("HELD"));
			long said = System.nanoTime();
			CompletableFuture<LockHandle> next = locks.obtain("rests").acquireAsync(Duration.ofSeconds(90));
			child.close();
			await().atMost(30, TimeUnit.SECONDS).until(() -> locks.monitor().view().sessions().size() == 1);
			assertThat(locks.obtain("rests").tryAcquire()).isEmpty();
			LockHandle held = next.get(90, TimeUnit.SECONDS);
			assertThat(held.fencingToken()).isGreaterThan(child.number("HELD"));
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(rest);
			System.out.println("after kill -9 a lock rests on until "
					+ ((System.nanoTime() - said) / 1_000_000 - rest.toMillis()) + " ms after its time");
		}
	}

	@Test
	void shardsCanBeChangedAlthoughTheLastNodeWasKilled() throws Exception {
		try (NodeProcess child = holdingNode("changed")) {
			await().atMost(30, TimeUnit.SECONDS).until(() -> child.said("HELD"));
			child.close();
			this.pulsar.admin().unloadNamespace("public/default");
			try (LockNode locks = PulsarLocks.at(this.pulsar.serviceUrl())
				.cluster(this.cluster)
				.shards(3)
				.times(Duration.ofMillis(LEASE), Duration.ofMillis(GRACE))
				.connect()) {
				// Its lease, the drift, and as much again for a busy machine.
				locks.awaitJoined(Duration.ofMillis(2 * LEASE));
				for (String name : List.of("changed", "1", "2", "3", "4", "5")) {
					try (LockHandle held = locks.obtain(name).acquire(Duration.ofSeconds(30))) {
						assertThat(held.fencingToken()).isGreaterThan(child.number("HELD"));
					}
				}
			}
		}
	}

	@Test
	@Tag("proof")
	void pausedHolderKnowsThatItLostTheLock() throws Exception {
		try (NodeProcess child = holdingNode("paused"); LockNode locks = node("parent")) {
			await().atMost(30, TimeUnit.SECONDS).until(() -> child.said("HELD"));
			CompletableFuture<LockHandle> next = locks.obtain("paused").acquireAsync(Duration.ofSeconds(90));
			await().until(() -> !locks.monitor().view().locks().isEmpty()
					&& !locks.monitor().view().locks().get(0).waiters().isEmpty());
			child.signal("STOP");
			long stopped = System.nanoTime();
			try {
				LockHandle held = next.get(90, TimeUnit.SECONDS);
				long granted = System.nanoTime();
				System.out.println("after SIGSTOP the next holder enters in " + (granted - stopped) / 1_000_000
						+ " ms (lease " + LEASE + " ms)");
				await().atMost(40, TimeUnit.SECONDS)
					.until(() -> System.nanoTime() - stopped > Duration.ofSeconds(20).toNanos());
				assertThat(held.isHeld()).isTrue();
			}
			finally {
				child.signal("CONT");
			}
			await().atMost(10, TimeUnit.SECONDS).until(() -> child.said("LOST"));
			assertThat(child.lines().stream().filter((line) -> line.startsWith("LOST"))).hasSize(1);
		}
	}

	@Test
	void orderlyEndHandsTheLockOnAtOnce() throws Exception {
		try (NodeProcess child = holdingNode("ended"); LockNode locks = node("parent")) {
			await().atMost(30, TimeUnit.SECONDS).until(() -> child.said("HELD"));
			CompletableFuture<LockHandle> next = locks.obtain("ended").acquireAsync(Duration.ofSeconds(60));
			await().until(() -> !locks.monitor().view().locks().isEmpty()
					&& !locks.monitor().view().locks().get(0).waiters().isEmpty());
			long asked = System.nanoTime();
			child.signal("TERM");
			next.get(60, TimeUnit.SECONDS);
			long millis = (System.nanoTime() - asked) / 1_000_000;
			System.out.println("after SIGTERM the next holder enters in " + millis + " ms");
			assertThat(millis).isLessThan(GRACE);
		}
	}

	@Test
	@Tag("proof")
	void holderKeepsTheLockWhileItsTopicIsUnloaded() throws Exception {
		try (LockNode a = node("a"); LockNode b = node("b")) {
			List<LockEvent> events = new CopyOnWriteArrayList<>();
			a.addListener(events::add);
			LockHandle held = a.obtain("unloaded").acquire(Duration.ofSeconds(30));
			CompletableFuture<LockHandle> next = b.obtain("unloaded").acquireAsync(Duration.ofSeconds(60));
			for (int i = 0; i < 3; i++) {
				this.pulsar.admin().unload(TopicSettings.of(this.cluster).topic(0));
				// An unload may be over before it is jeopardy.
				a.obtain("after " + i).acquire(Duration.ofSeconds(20)).close();
			}
			assertThat(held.isHeld()).isTrue();
			assertThat(next).isNotDone();
			long token = held.fencingToken();
			held.close();
			assertThat(next.get(20, TimeUnit.SECONDS).fencingToken()).isGreaterThan(token);
			assertThat(count(events, LockLost.class)).isZero();
		}
	}

	@Test
	void holderKeepsTheLockBetweenTwoHeartbeats() throws Exception {
		List<LockEvent> events = new CopyOnWriteArrayList<>();
		try (LockNode locks = PulsarLocks.at(this.pulsar.serviceUrl())
			.cluster(this.cluster)
			.shards(1)
			.times(Duration.ofSeconds(60), Duration.ofSeconds(1))
			.connect()) {
			locks.addListener(events::add);
			LockHandle held = locks.obtain("seldom").acquire(Duration.ofSeconds(30));
			await().during(Duration.ofSeconds(8)).atMost(Duration.ofSeconds(10)).until(held::isHeld);
			assertThat(events).hasExactlyElementsOfTypes(LockAcquired.class);
		}
	}

	@Test
	void tokensGrowWhenTheTopicIsDeletedWhileNobodyUsesIt() throws Exception {
		long token;
		try (LockNode locks = node("before")) {
			token = locks.obtain("deleted").acquire(Duration.ofSeconds(30)).fencingToken();
		}
		this.pulsar.admin().delete(TopicSettings.of(this.cluster).topic(0));
		try (LockNode locks = node("after")) {
			assertThat(locks.obtain("deleted").acquire(Duration.ofSeconds(30)).fencingToken()).isGreaterThan(token);
		}
	}

	@Test
	@Tag("proof")
	void tokensGrowFromLedgerToLedger() throws Exception {
		Map<String, String> settings = Map.of("managedLedgerMaxEntriesPerLedger", "40",
				"managedLedgerMinLedgerRolloverTimeMinutes", "0");
		try (PulsarBroker broker = PulsarBroker.start(false, settings);
				LockNode a = slowNode(broker.serviceUrl(), "a");
				LockNode b = slowNode(broker.serviceUrl(), "b")) {
			LockHandle kept = a.obtain("kept").acquire(Duration.ofSeconds(30));
			Set<Long> ledgers = new HashSet<>();
			long token = 0;
			for (int i = 0; i < 100; i++) {
				try (LockHandle held = ((i % 3 == 0) ? a : b).obtain("handed on").acquire(Duration.ofSeconds(10))) {
					assertThat(held.fencingToken()).isGreaterThan(token);
					token = held.fencingToken();
					ledgers.add(token >> 28);
				}
			}
			assertThat(ledgers).hasSizeGreaterThan(3);
			assertThat(kept.isHeld()).isTrue();
			assertThat(b.obtain("kept").tryAcquire()).isEmpty();
		}
	}

	@Test
	@Tag("proof")
	void locksSurviveThatBothNodesOfAPairAreRestarted() throws Exception {
		long token;
		try (NodeProcess child = holdingNode("pair"); LockNode b = node("b")) {
			await().atMost(30, TimeUnit.SECONDS).until(() -> child.said("HELD"));
			token = child.number("HELD");
			b.awaitJoined(Duration.ofSeconds(30));
		}
		// The first was killed with the lock, and no node was left to detect it.
		try (LockNode a = node("a"); LockNode b = node("b")) {
			LockHandle held = a.obtain("pair").acquire(Duration.ofSeconds(30));
			assertThat(held.fencingToken()).isGreaterThan(token);
			assertThat(b.obtain("pair").tryAcquire()).isEmpty();
			token = held.fencingToken();
		}
		try (LockNode a = node("a")) {
			assertThat(a.obtain("pair").acquire(Duration.ofSeconds(30)).fencingToken()).isGreaterThan(token);
		}
	}

	@Test
	@Tag("proof")
	void holderKeepsTheLockWhenItsBrokerIsKilled() throws Exception {
		try (PulsarCluster brokers = PulsarCluster.start(2);
				LockNode a = slowNode(brokers.serviceUrl(), "a");
				LockNode b = slowNode(brokers.serviceUrl(), "b")) {
			List<LockEvent> events = new CopyOnWriteArrayList<>();
			a.addListener(events::add);
			LockHandle held = a.obtain("moved").acquire(Duration.ofSeconds(30));
			CompletableFuture<LockHandle> next = b.obtain("moved").acquireAsync(Duration.ofSeconds(120));
			brokers.ownerOf(TopicSettings.of(this.cluster).topic(0)).kill();
			// Only the other broker can store that. Whether the move took long enough for
			// jeopardy depends on the brokers.
			a.obtain("after").acquire(Duration.ofSeconds(60)).close();
			assertThat(held.isHeld()).isTrue();
			assertThat(next).isNotDone();
			held.close();
			assertThat(next.get(30, TimeUnit.SECONDS).isHeld()).isTrue();
			assertThat(count(events, LockLost.class)).isZero();
		}
	}

	private static long count(List<LockEvent> events, Class<? extends LockEvent> type) {
		return events.stream().filter(type::isInstance).count();
	}

	private NodeProcess holdingNode(String lock) {
		return NodeProcess.start(HoldingNode.class, this.pulsar.serviceUrl(), this.cluster, lock, LEASE, GRACE);
	}

	private LockNode node(String name) {
		return PulsarLocks.at(this.pulsar.serviceUrl())
			.cluster(this.cluster)
			.shards(1)
			.node(name)
			.times(Duration.ofMillis(LEASE), Duration.ofMillis(GRACE))
			.connect();
	}

	private LockNode slowNode(String url, String name) {
		return PulsarLocks.at(url)
			.cluster(this.cluster)
			.shards(1)
			.node(name)
			.times(Duration.ofSeconds(60), Duration.ofSeconds(40))
			.connect();
	}

}

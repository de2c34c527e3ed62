package io.pulsarlock.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.ClusterView.LockView;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockJeopardized;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.broker.TestPulsar;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Kills processes that have released a lock and said so, before the journal stores it.
 */
@Tag("proof")
class HintKillTests {

	private static final int KILLS = 20;

	private static final int AT_ONCE = 4;

	private static final Duration LIMIT = Duration.ofSeconds(60);

	/** So long that nobody who waits for it gets in within a grace. */
	private static final Duration LEASE = Duration.ofSeconds(20);

	private static final Duration GRACE = Duration.ofSeconds(2);

	private final String cluster = "q" + UUID.randomUUID();

	private final List<LockEvent> events = new CopyOnWriteArrayList<>();

	private final List<Long> millis = new CopyOnWriteArrayList<>();

	@Test
	void whoWasToldStaysTheOnlyHolderIfTheReleaseIsNeverStored() throws Exception {
		try (LockNode heir = node("heir"); LockNode next = node("next")) {
			awaitHints(heir, next);
			heir.addListener(this.events::add);
			long before = heir.monitor().statistics().hintedGrants();
			ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
			try {
				List<Future<?>> kills = new ArrayList<>();
				for (int i = 0; i < KILLS; i++) {
					String lock = "left " + i;
					kills.add(threads.submit(() -> {
						killHolder(lock, heir, next);
						return null;
					}));
				}
				for (Future<?> kill : kills) {
					kill.get(5, TimeUnit.MINUTES);
				}
			}
			finally {
				threads.shutdownNow();
			}
			assertThat(heir.monitor().statistics().hintedGrants() - before).isEqualTo(KILLS);
			assertThat(this.events).noneMatch(LockLost.class::isInstance);
			this.millis.sort(null);
			System.out.println(KILLS + " killed after 'Gone' and before the release was stored: expelled after "
					+ this.millis.get(0) + " to " + this.millis.get(KILLS - 1) + " ms, grace " + GRACE.toMillis()
					+ " ms, " + this.events.stream().filter(LockJeopardized.class::isInstance).count()
					+ " times in jeopardy");
		}
	}

	private void killHolder(String lock, LockNode heir, LockNode next) throws Exception {
		try (NodeProcess holder = NodeProcess.start(LeavingNode.class, TestPulsar.shared().serviceUrl(), this.cluster,
				lock, LEASE.toMillis(), GRACE.toMillis())) {
			String killed = LeavingNode.name(holder.pid());
			await().atMost(LIMIT).until(() -> holder.said("HELD"));
			CompletableFuture<LockHandle> second = heir.obtain(lock).acquireAsync(LIMIT);
			awaitWaiters(heir, lock, 1);
			CompletableFuture<LockHandle> third = next.obtain(lock).acquireAsync(LIMIT);
			awaitWaiters(heir, lock, 2);
			await().atMost(LIMIT).until(() -> holder.said("AWAITED"));
			holder.say("LEAVE");
			LockHandle held = second.get(60, TimeUnit.SECONDS);
			holder.signal("KILL");
			long then = System.nanoTime();
			assertThat(holder.said("STUCK")).isTrue();
			long token = held.fencingToken();
			assertThat(token).isGreaterThan(holder.number("HELD"));
			// As the journal has it.
			assertThat(view(next, lock).holder().node()).isEqualTo(killed);
			await().pollInterval(Duration.ofMillis(20)).atMost(LIMIT).until(() -> {
				// First, so that it is not expelled between the two.
				boolean there = isThere(killed, next);
				assertThat(held.isHeld() && !third.isDone()).isTrue();
				return !there;
			});
			long millis = (System.nanoTime() - then) / 1_000_000;
			this.millis.add(millis);
			assertThat(millis).isBetween(GRACE.toMillis() / 2, LEASE.toMillis() / 2);
			assertThat(view(next, lock).holder().node()).isEqualTo("heir");
			assertThat(view(next, lock).waiters()).singleElement()
				.satisfies((waiter) -> assertThat(waiter.node()).isEqualTo("next"));
			assertThat(held.isHeld() && !third.isDone()).isTrue();
			held.close();
			try (LockHandle last = third.get(60, TimeUnit.SECONDS)) {
				assertThat(last.fencingToken()).isGreaterThan(token);
			}
		}
	}

	private static boolean isThere(String name, LockNode node) {
		return node.monitor().view().sessions().stream().anyMatch((session) -> session.node().equals(name));
	}

	private static void awaitWaiters(LockNode node, String lock, int count) {
		await().atMost(LIMIT).until(() -> view(node, lock).waiters().size() == count);
	}

	private static LockView view(LockNode node, String lock) {
		return node.monitor()
			.view()
			.locks()
			.stream()
			.filter((each) -> each.name().equals(lock))
			.findFirst()
			.orElseThrow();
	}

	/** The nodes know each other's address, so others will know them as well. */
	private static void awaitHints(LockNode a, LockNode b) {
		await().atMost(LIMIT).until(() -> {
			a.obtain("warm").acquire(LIMIT).close();
			b.obtain("warm").acquire(LIMIT).close();
			return a.monitor().statistics().hintedGrants() > 0 && b.monitor().statistics().hintedGrants() > 0;
		});
	}

	private LockNode node(String name) throws InterruptedException {
		LockNode node = PulsarLocks.at(TestPulsar.shared().serviceUrl())
			.cluster(this.cluster)
			.node(name)
			.shards(1)
			.times(LEASE, GRACE)
			.hints(true)
			.connect();
		node.awaitJoined(LIMIT);
		return node;
	}

}

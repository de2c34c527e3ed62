package io.pulsarlock.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.pulsarlock.LockException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.TestPulsar;
import org.apache.pulsar.client.api.PulsarClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The short form of the hostile rounds: whatever somebody writes into the journals, no
 * lock has two holders, tokens grow, and when it ends all is soon as before.
 * {@code -Dnoise.seconds} makes a round longer.
 */
@Tag("proof")
class NoiseTests {

	private static final Duration LEASE = Duration.ofSeconds(4);

	private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("noise.seconds", 4));

	private static final Duration WINDOW = Duration.ofSeconds(2);

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final int SHARDS = 2;

	private static final int LOCKS = 6;

	private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

	private final String cluster = "noise-" + UUID.randomUUID();

	private final List<LockNode> nodes = new ArrayList<>();

	private final List<Thread> users = new ArrayList<>();

	private final Map<String, AtomicReference<LockHandle>> holders = new ConcurrentHashMap<>();

	private final Map<String, AtomicLong> tokens = new ConcurrentHashMap<>();

	private final Queue<String> violations = new ConcurrentLinkedQueue<>();

	private final AtomicLong grants = new AtomicLong();

	private final AtomicLong failures = new AtomicLong();

	private volatile boolean ended;

	@AfterEach
	void end() throws InterruptedException {
		this.ended = true;
		this.nodes.forEach(LockNode::close);
		for (Thread user : this.users) {
			user.join();
		}
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "TAKING")
	void allIsAsBeforeWhenTheNoiseEnds(Noise.Kind kind) throws Exception {
		round(kind, List.of());
	}

	@ParameterizedTest
	@EnumSource(names = { "FLIPPED", "FORGED", "TAKING" })
	void whoeverHasNoKeyTakesNothing(Noise.Kind kind) throws Exception {
		round(kind, List.of(KEY));
		assertThat(this.failures).hasValue(0);
	}

	/** Else the rounds would show nothing. */
	@Test
	void whoeverMayWriteTakesLocksWhereThereIsNoKey() throws Exception {
		start(List.of());
		noise(Noise.Kind.TAKING);
		assertThat(this.failures.get()).isPositive();
	}

	private void round(Noise.Kind kind, List<String> keys) throws Exception {
		start(keys);
		// The machine has other things to do now and then.
		long before = Math.min(grantsInAWindow(), grantsInAWindow());
		int written = noise(kind);
		assertThat(written).isPositive();
		AtomicLong after = new AtomicLong();
		await().atMost(LEASE.multipliedBy(4)).until(() -> {
			after.set(grantsInAWindow());
			return after.get() >= before * 9 / 10;
		});
		LockNode late = node("late", keys);
		// With keys until what others have written is history.
		late.awaitJoined(LEASE.multipliedBy(keys.isEmpty() ? 2 : 6));
		System.out.printf("%s%s: %d messages, %d grants in %d s before and %d after%n", kind,
				keys.isEmpty() ? "" : " with keys", written, before, WINDOW.toSeconds(), after.get());
		assertThat(this.violations).isEmpty();
	}

	private int noise(Noise.Kind kind) throws Exception {
		List<String> topics = new ArrayList<>();
		for (int shard = 0; shard < SHARDS; shard++) {
			topics.add(TopicSettings.of(this.cluster).topic(shard));
		}
		try (PulsarClient client = PulsarClient.builder().serviceUrl(TestPulsar.shared().serviceUrl()).build()) {
			return new Noise(client, topics, 1).make(kind, LENGTH);
		}
	}

	private void start(List<String> keys) throws Exception {
		for (int i = 0; i < 3; i++) {
			node("n" + i, keys).awaitJoined(LIMIT);
		}
		for (int i = 0; i < LOCKS; i++) {
			String lock = "lock-" + i;
			this.holders.put(lock, new AtomicReference<>());
			this.tokens.put(lock, new AtomicLong());
			for (LockNode node : this.nodes) {
				Thread user = new Thread(() -> use(node, lock));
				user.start();
				this.users.add(user);
			}
		}
		await().atMost(LIMIT).until(() -> this.grants.get() > 1000);
		this.failures.set(0);
	}

	private void use(LockNode node, String lock) {
		while (!this.ended) {
			try (LockHandle held = node.obtain(lock).acquire(LIMIT)) {
				long token = held.fencingToken();
				LockHandle other = this.holders.get(lock).getAndSet(held);
				if (other != null && other.isHeld() && held.isHeld()) {
					this.violations.add("Two hold " + lock);
				}
				if (this.tokens.get(lock).getAndSet(token) >= token && held.isHeld()) {
					this.violations.add("Token " + token + " of " + lock + " is not the largest");
				}
				this.grants.incrementAndGet();
				this.holders.get(lock).compareAndSet(held, null);
			}
			catch (LockException ex) {
				this.failures.incrementAndGet();
			}
			catch (InterruptedException ex) {
				return;
			}
		}
	}

	private long grantsInAWindow() {
		long before = this.grants.get();
		Arena.sleep(WINDOW);
		return this.grants.get() - before;
	}

	private LockNode node(String name, List<String> keys) {
		LockNode node = PulsarLocks.at(TestPulsar.shared().serviceUrl())
			.cluster(this.cluster)
			.node(name)
			.shards(SHARDS)
			.times(LEASE, LEASE.dividedBy(2))
			.recordKeys(keys)
			.connect();
		this.nodes.add(node);
		return node;
	}

}

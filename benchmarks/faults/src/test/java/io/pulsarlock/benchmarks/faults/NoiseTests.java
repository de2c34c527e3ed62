package io.pulsarlock.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;

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
 * The short form of the hostile rounds: whatever a client writes into the journals, no
 * lock has two holders, tokens grow, and the cluster soon recovers when the noise ends. A
 * second cluster without noise on the same broker is the reference, because the speed of
 * a machine changes from second to second. {@code -Dnoise.seconds} makes a round longer.
 */
@Tag("proof")
class NoiseTests {

	private static final Duration LEASE = Duration.ofSeconds(4);

	private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("noise.seconds", 4));

	private static final Duration PAUSE = Duration.ofMillis(2);

	private static final Duration WINDOW = Duration.ofSeconds(2);

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final int SHARDS = 2;

	private static final int NODES = 3;

	private static final int LOCKS = 4;

	private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

	private final Users noisy = new Users();

	private final Users quiet = new Users();

	@AfterEach
	void end() throws InterruptedException {
		this.noisy.end();
		this.quiet.end();
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = { "FITTED", "TAKING" })
	void allIsAsBeforeWhenTheNoiseEnds(Noise.Kind kind) throws Exception {
		round(kind, List.of());
	}

	@ParameterizedTest
	@EnumSource(names = { "FITTED", "FORGED", "TAKING" })
	void whoeverHasNoKeyTakesNothing(Noise.Kind kind) throws Exception {
		round(kind, List.of(KEY));
		assertThat(this.noisy.failures).hasValue(0);
	}

	/** Otherwise the rounds would prove nothing. */
	@Test
	void whoeverMayWriteTakesLocksWhereThereIsNoKey() throws Exception {
		this.noisy.start(List.of());
		noise(Noise.Kind.TAKING);
		assertThat(this.noisy.failures.get()).isPositive();
	}

	@Test
	void campaignMakesNoiseOfEachKindThatTakesNoLocks() {
		assertThat(Arrays.stream(Fault.values()).map(Fault::noise).filter(Objects::nonNull))
			.containsExactlyInAnyOrderElementsOf(
					EnumSet.complementOf(EnumSet.of(Noise.Kind.TAKING, Noise.Kind.FITTED)));
	}

	private void round(Noise.Kind kind, List<String> keys) throws Exception {
		this.noisy.start(keys);
		this.quiet.start(keys);
		// The machine is busy at times. Both clusters are alike, so more than all of the
		// quiet one's grants is chance.
		double before = Math.min(1, Math.min(share(), share()));
		int written = noise(kind);
		assertThat(written).isPositive();
		List<Double> after = new ArrayList<>();
		await().atMost(LEASE.multipliedBy(4))
			.conditionEvaluationListener(
					(condition) -> System.out.printf("%s: share %s before and %s after%n", kind, before, after))
			.until(() -> {
				after.add(share());
				return after.get(after.size() - 1) >= before * 0.9;
			});
		LockNode late = this.noisy.node("late", keys);
		// With keys, until foreign records are history.
		late.awaitJoined(LEASE.multipliedBy(keys.isEmpty() ? 2 : 6));
		System.out.printf("%s%s: %d messages%n", kind, keys.isEmpty() ? "" : " with keys", written);
		assertThat(this.noisy.violations).isEmpty();
		assertThat(this.quiet.violations).isEmpty();
	}

	/**
	 * Measures one time window.
	 * @return the grants of the slowest node of the noisy cluster as a share of those of
	 * the quiet one. The slowest node, because a node that is alone keeps its locks and
	 * is faster than three
	 */
	private double share() {
		Map<String, Long> noisy = this.noisy.grants();
		Map<String, Long> quiet = this.quiet.grants();
		Arena.sleep(WINDOW);
		long slowest = Users.since(noisy, this.noisy.grants()).min().orElseThrow();
		return slowest * (double) NODES / Users.since(quiet, this.quiet.grants()).sum();
	}

	private int noise(Noise.Kind kind) throws Exception {
		List<String> topics = new ArrayList<>();
		for (int shard = 0; shard < SHARDS; shard++) {
			topics.add(TopicSettings.of(this.noisy.cluster).topic(shard));
		}
		try (PulsarClient client = PulsarClient.builder().serviceUrl(TestPulsar.shared().serviceUrl()).build()) {
			return new Noise(client, topics, PAUSE, Duration.ofHours(1), 1).make(kind, LENGTH);
		}
	}

	/** A cluster of nodes, each with a thread per lock that requests it continually. */
	private static final class Users {

		private final String cluster = "noise-" + UUID.randomUUID();

		private final List<LockNode> nodes = new ArrayList<>();

		private final List<Thread> threads = new ArrayList<>();

		private final Map<String, AtomicReference<LockHandle>> holders = new ConcurrentHashMap<>();

		private final Map<String, AtomicLong> tokens = new ConcurrentHashMap<>();

		private final Queue<String> violations = new ConcurrentLinkedQueue<>();

		private final Map<String, AtomicLong> grants = new ConcurrentHashMap<>();

		private final AtomicLong failures = new AtomicLong();

		private volatile boolean ended;

		void start(List<String> keys) throws Exception {
			for (int i = 0; i < NODES; i++) {
				String name = "n" + i;
				LockNode node = node(name, keys);
				node.awaitJoined(LIMIT);
				this.grants.put(name, new AtomicLong());
			}
			for (int i = 0; i < LOCKS; i++) {
				String lock = "lock-" + i;
				this.holders.put(lock, new AtomicReference<>());
				this.tokens.put(lock, new AtomicLong());
				for (int node = 0; node < NODES; node++) {
					LockNode at = this.nodes.get(node);
					AtomicLong counted = this.grants.get("n" + node);
					Thread user = new Thread(() -> use(at, counted, lock));
					user.start();
					this.threads.add(user);
				}
			}
			await().atMost(LIMIT).until(() -> this.grants.values().stream().allMatch((count) -> count.get() > 300));
			this.failures.set(0);
		}

		private void use(LockNode node, AtomicLong counted, String lock) {
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
					counted.incrementAndGet();
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

		Map<String, Long> grants() {
			Map<String, Long> result = new HashMap<>();
			this.grants.forEach((node, count) -> result.put(node, count.get()));
			return result;
		}

		static LongStream since(Map<String, Long> before, Map<String, Long> now) {
			return now.entrySet().stream().mapToLong((entry) -> entry.getValue() - before.get(entry.getKey()));
		}

		LockNode node(String name, List<String> keys) {
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

		void end() throws InterruptedException {
			this.ended = true;
			this.nodes.forEach(LockNode::close);
			for (Thread user : this.threads) {
				user.join();
			}
		}

	}

}

package io.pulsarlock.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.Admin;
import io.pulsarlock.test.broker.TestPulsar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that an operator may clear the backlog of topics in use. This also moves the
 * readers of the nodes: records that were written but not sent yet are read by some nodes
 * and not sent to others.
 */
class BacklogTests {

	private static final int NODES = 4;

	private static final int NAMES = 3;

	/**
	 * The least number of commands, and the number until readers were seen to be moved.
	 */
	private static final int ROUNDS = 8;

	private static final int MOST_ROUNDS = 400;

	private static final int MOVED = 3;

	private final TestPulsar pulsar = TestPulsar.shared();

	private final Admin admin = this.pulsar.admin();

	private final String namespace = "backlog" + UUID.randomUUID();

	private final TopicSettings topics = TopicSettings.of("c").in("public", this.namespace);

	private final List<LockNode> nodes = new ArrayList<>();

	private final List<Thread> workers = new ArrayList<>();

	private final AtomicBoolean ended = new AtomicBoolean();

	private final AtomicLong grants = new AtomicLong();

	private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();

	private final Map<String, AtomicInteger> inside = new ConcurrentHashMap<>();

	private final Map<String, AtomicLong> tokens = new ConcurrentHashMap<>();

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.pulsarlock.session.LeftOutRecords");

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	@BeforeEach
	void start() throws InterruptedException {
		this.logger.setLevel(Level.INFO);
		this.log.start();
		this.logger.addAppender(this.log);
		this.admin.createNamespace("public/" + this.namespace);
		for (int i = 0; i < NODES; i++) {
			LockNode node = PulsarLocks.at(this.pulsar.serviceUrl())
				.topics(this.topics)
				.node("node" + i)
				.shards(1)
				.cache(Duration.ZERO, 1)
				.connect();
			node.addListener((event) -> {
				if (event instanceof LockLost) {
					this.problems.add(event.toString());
				}
			});
			this.nodes.add(node);
		}
		for (LockNode node : this.nodes) {
			node.awaitJoined(Duration.ofSeconds(30));
		}
	}

	@AfterEach
	void end() throws InterruptedException {
		this.ended.set(true);
		for (Thread worker : this.workers) {
			worker.join();
		}
		this.nodes.forEach(LockNode::close);
		this.logger.detachAppender(this.log);
		this.logger.setLevel(null);
	}

	@Test
	void backlogOfLocksInUseIsClearedAndNoNodeLosesAnythingOrHoldsBesideAnother() throws Exception {
		List<LockHandle> kept = new ArrayList<>();
		for (LockNode node : this.nodes) {
			kept.add(node.obtain("kept-" + kept.size()).acquire(Duration.ofSeconds(10)));
			for (int i = 0; i < NAMES; i++) {
				Thread worker = new Thread(() -> work(node));
				this.workers.add(worker);
				worker.start();
			}
		}
		int rounds = 0;
		while (rounds < ROUNDS || (moved() < MOVED && rounds < MOST_ROUNDS)) {
			long before = this.grants.get();
			await().atMost(Duration.ofSeconds(10)).until(() -> this.grants.get() > before + 50);
			if (rounds % 4 == 3) {
				this.admin.truncate(this.topics.topic(0));
			}
			else {
				this.admin.clearBacklog("public/" + this.namespace);
			}
			rounds++;
			assertThat(this.problems).as("after %d rounds", rounds).isEmpty();
		}
		long before = this.grants.get();
		await().atMost(Duration.ofSeconds(10)).until(() -> this.grants.get() > before + 200);
		System.out.printf("%d commands, %d times a reader was moved past records, %d grants%n", rounds, moved(),
				this.grants.get());
		assertThat(this.problems).isEmpty();
		assertThat(kept).allMatch(LockHandle::isHeld);
		assertThat(moved()).isGreaterThanOrEqualTo(MOVED);
		kept.forEach(LockHandle::close);
	}

	private void work(LockNode node) {
		while (!this.ended.get()) {
			String name = "busy-" + ThreadLocalRandom.current().nextInt(NAMES);
			AtomicInteger inside = this.inside.computeIfAbsent(name, (any) -> new AtomicInteger());
			try (LockHandle held = node.obtain(name).acquire(Duration.ofSeconds(30))) {
				if (inside.incrementAndGet() != 1) {
					this.problems.add("two hold " + name);
				}
				long before = this.tokens.computeIfAbsent(name, (any) -> new AtomicLong())
					.getAndSet(held.fencingToken());
				if (before >= held.fencingToken()) {
					this.problems.add(name + ": token " + held.fencingToken() + " after " + before);
				}
				this.grants.incrementAndGet();
				inside.decrementAndGet();
			}
			catch (Exception ex) {
				this.problems.add(ex.toString());
				return;
			}
		}
	}

	private long moved() {
		return List.copyOf(this.log.list)
			.stream()
			.filter((event) -> event.getFormattedMessage().contains("reads them again"))
			.count();
	}

}

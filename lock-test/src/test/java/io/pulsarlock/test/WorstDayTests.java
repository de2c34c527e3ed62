package io.pulsarlock.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.pulsar.PulsarConnector;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.session.Connector;
import io.pulsarlock.session.SessionLockNode;
import io.pulsarlock.session.SessionSettings;
import io.pulsarlock.test.broker.PulsarBroker;
import io.pulsarlock.test.broker.TestPulsar;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Carries out the steps of "The worst day" on the operations page, on real brokers, by
 * the requests that the commands send.
 */
@Tag("proof")
class WorstDayTests {

	private static final Duration LEASE = ClusterMove.LEASE;

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final Pattern RECORD = Pattern.compile("records\\?name=(\\d+)/(\\d+):(\\d+)");

	private final TopicSettings topics = TopicSettings.of("worst-" + UUID.randomUUID());

	private final List<LockNode> nodes = new ArrayList<>();

	@AfterEach
	void stopNodes() {
		this.nodes.forEach(LockNode::close);
	}

	// Skip a record

	@Test
	void recordThatStopsAllNodesIsSkippedAtOneOfThemAndAllGoOn() throws Exception {
		String url = TestPulsar.shared().serviceUrl();
		LockNode a = defective(url, "a");
		LockNode b = defective(url, "b");
		a.awaitJoined(LIMIT);
		b.awaitJoined(LIMIT);
		long token = use(a);
		try (LockNode healthy = node(url, "healthy", 0)) {
			healthy.awaitJoined(LIMIT);
			healthy.obtain("poison").acquire(LIMIT).close();
		}
		// 1. The message names the record.
		String message = messageOfStopped(a);
		assertThat(messageOfStopped(b)).contains("Node 'b' cannot apply the record at");
		// It does not pass by itself: no node discards what joining nodes need.
		await().during(LEASE.multipliedBy(4))
			.atMost(LEASE.multipliedBy(5))
			.until(() -> !a.monitor().statistics().confirmed() && !b.monitor().statistics().confirmed());
		// 2. On any node.
		skip(a, message);
		// 3. After two leases all of them continue.
		await().atMost(LIMIT).until(() -> a.monitor().statistics().confirmed() && b.monitor().statistics().confirmed());
		assertThat(use(b)).isGreaterThan(token);
		// The record stays in the journal and does not stop nodes that start later.
		LockNode late = defective(url, "late");
		await().atMost(LIMIT).until(() -> late.monitor().statistics().confirmed());
		use(late);
	}

	@Test
	void recordThatStopsOneNodeIsSkippedAndTheOthersKeepTheirLocks() throws Exception {
		String url = TestPulsar.shared().serviceUrl();
		LockNode healthy = node(url, "healthy", 0);
		LockNode stopped = defective(url, "stopped");
		healthy.awaitJoined(LIMIT);
		stopped.awaitJoined(LIMIT);
		LockHandle held = healthy.obtain("poison").acquire(LIMIT);
		String message = messageOfStopped(stopped);
		skip(stopped, message);
		await().atMost(LIMIT).until(() -> stopped.monitor().statistics().confirmed());
		// It knows the lock that the record took, from what its holder has repeated.
		assertThat(stopped.obtain("poison").tryAcquire()).isEmpty();
		assertThat(held.isHeld()).isTrue();
		held.close();
	}

	private static void skip(LockNode node, String message) {
		Matcher record = RECORD.matcher(message);
		assertThat(record.find()).isTrue();
		node.administration()
			.skipRecord(Integer.parseInt(record.group(1)), Long.parseLong(record.group(2)),
					Long.parseLong(record.group(3)));
	}

	private static String messageOfStopped(LockNode node) {
		StringBuilder message = new StringBuilder();
		await().atMost(LIMIT).until(() -> {
			LockUnavailableException stopped = catchThrowableOfType(LockUnavailableException.class,
					() -> node.obtain("any").acquire(Duration.ofMillis(200)).close());
			message.setLength(0);
			message.append((stopped != null) ? stopped.getMessage() : "");
			return RECORD.matcher(message).find();
		});
		return message.toString();
	}

	// Empty or delete a topic

	@Test
	void topicsAreEmptiedWhileNoNodeRunsAndTokensGoOnGrowing() throws Exception {
		tokensGoOnGrowingAfter(TestPulsar.shared().admin()::truncate);
	}

	@Test
	void topicsAreDeletedWhileNoNodeRunsAndTokensGoOnGrowing() throws Exception {
		tokensGoOnGrowingAfter(TestPulsar.shared().admin()::delete);
	}

	private void tokensGoOnGrowingAfter(Consumer<String> operation) throws Exception {
		String url = TestPulsar.shared().serviceUrl();
		long token = usedAndStopped(url);
		operation.accept(this.topics.topic(0));
		LockNode node = node(url, "new", 0);
		node.awaitJoined(LIMIT);
		assertThat(use(node)).isGreaterThan(token);
	}

	@Test
	void topicIsDeletedByAccidentWhileNodesRunAndTheyGoOnByThemselves() throws Exception {
		TestPulsar pulsar = TestPulsar.shared();
		LockNode a = node(pulsar.serviceUrl(), "a", 0);
		LockNode b = node(pulsar.serviceUrl(), "b", 0);
		a.awaitJoined(LIMIT);
		b.awaitJoined(LIMIT);
		long token = use(a);
		pulsar.admin().delete(this.topics.topic(0));
		long[] next = { 0 };
		await().atMost(LIMIT.multipliedBy(2)).ignoreExceptions().until(() -> (next[0] = use(b)) > token);
		assertThat(use(a)).isGreaterThan(next[0]);
	}

	private long usedAndStopped(String url) throws Exception {
		try (LockNode node = node(url, "old", 0)) {
			node.awaitJoined(LIMIT);
			return use(node);
		}
	}

	// Another Pulsar cluster

	@Test
	void lockClusterMovesToAnotherPulsarClusterAndTokensGoOnGrowing() throws Exception {
		try (PulsarBroker old = PulsarBroker.start(); PulsarBroker other = PulsarBroker.start()) {
			ClusterMove.useLedgers(old);
			LockNode last = node(old.serviceUrl(), "last", 0);
			last.awaitJoined(LIMIT);
			long token = use(last);
			// 1. Read the highest token.
			long floor = last.monitor().statistics().highestToken();
			assertThat(floor).isGreaterThanOrEqualTo(token);
			// 2. Stop all nodes.
			last.close();
			// What happens without a floor.
			try (LockNode without = node(other.serviceUrl(), "without", 0)) {
				without.awaitJoined(LIMIT);
				assertThat(use(without)).isLessThan(token);
			}
			// 3. Start them with the floor.
			LockNode first = node(other.serviceUrl(), "first", floor);
			first.awaitJoined(LIMIT);
			long next = use(first);
			assertThat(next).isGreaterThan(floor).isGreaterThan(token);
			assertThat(first.monitor().statistics().highestToken()).isGreaterThanOrEqualTo(next);
			// A node that was forgotten is refused.
			LockNode forgotten = node(other.serviceUrl(), "forgotten", 0);
			assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> forgotten.awaitJoined(LIMIT))
				.withMessageContaining("fencing tokens above 0, but node 'first' for tokens above " + floor)
				.withMessageContaining("pulsar-lock.fencing.token-floor=" + floor);
		}
	}

	@Test
	void floorIsFoundByTheLedgerWhenNoNodeRunsAnyMore() throws Exception {
		TestPulsar pulsar = TestPulsar.shared();
		long token = usedAndStopped(pulsar.serviceUrl());
		Matcher ledger = Pattern.compile("\"lastConfirmedEntry\"\\s*:\\s*\"(\\d+):")
			.matcher(pulsar.admin().internalStats(this.topics.topic(0)));
		assertThat(ledger.find()).isTrue();
		long floor = (Long.parseLong(ledger.group(1)) + 1) * 2_147_483_648L;
		assertThat(floor).isGreaterThan(token);
		assertThat(floor - token).isLessThan(2 * 2_147_483_648L);
	}

	@Test
	void nodesThatRunWhileTheirClientIsLedToAnotherClusterAreRefusedAndTheFloorOfTheMessageHelps() throws Exception {
		try (PulsarBroker blue = PulsarBroker.start(); PulsarBroker green = PulsarBroker.start()) {
			ClusterMove.useLedgers(blue);
			PulsarClient client = client(blue.serviceUrl());
			LockNode node = node("node", new PulsarConnector(() -> client, this.topics, "node"));
			node.awaitJoined(LIMIT);
			LockHandle held = node.obtain("stock").acquire(LIMIT);
			long token = held.fencingToken();
			// As a client does that fails over.
			client.updateServiceUrl(green.serviceUrl());
			blue.kill();
			await().atMost(LIMIT).until(() -> !held.isHeld());
			LockConfigurationException[] refusal = { null };
			await().atMost(LIMIT).until(() -> {
				LockException unavailable = catchThrowableOfType(LockException.class,
						() -> node.obtain("stock").acquire(Duration.ofMillis(200)).close());
				refusal[0] = (unavailable instanceof LockConfigurationException refused) ? refused : null;
				return refusal[0] != null;
			});
			assertThat(refusal[0]).hasMessageContaining("The journal has gone back from");
			Matcher floor = Pattern.compile("token-floor=(\\d+)").matcher(refusal[0].getMessage());
			assertThat(floor.find()).isTrue();
			node.close();
			LockNode again = node(green.serviceUrl(), "again", Long.parseLong(floor.group(1)));
			again.awaitJoined(LIMIT);
			assertThat(use(again)).isGreaterThan(token);
		}
	}

	// A backup

	@Test
	void clusterIsRestoredFromABackupAndTokensGoOnGrowing() throws Exception {
		try (PulsarBroker broker = PulsarBroker.start()) {
			usedAndStopped(broker.serviceUrl());
			broker.kill();
			Path backup = Files.createTempDirectory("worst-day");
			try {
				copy(broker.directory(), backup);
				broker.restart();
				ClusterMove.useLedgers(broker);
				LockNode last = node(broker.serviceUrl(), "last", 0);
				last.awaitJoined(LIMIT);
				long token = use(last);
				long floor = last.monitor().statistics().highestToken();
				last.close();
				broker.kill();
				copy(backup, broker.directory());
				broker.restart();
				try (LockNode without = node(broker.serviceUrl(), "without", 0)) {
					without.awaitJoined(LIMIT);
					assertThat(use(without)).isLessThan(token);
				}
				LockNode first = node(broker.serviceUrl(), "first", floor);
				first.awaitJoined(LIMIT);
				assertThat(use(first)).isGreaterThan(token);
			}
			finally {
				delete(backup);
			}
		}
	}

	private static void copy(Path from, Path to) throws IOException {
		delete(to);
		try (Stream<Path> files = Files.walk(from)) {
			files.forEach((file) -> {
				try {
					Files.copy(file, to.resolve(from.relativize(file).toString()));
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
		}
	}

	private static void delete(Path directory) throws IOException {
		if (!Files.exists(directory)) {
			return;
		}
		try (Stream<Path> files = Files.walk(directory)) {
			files.sorted((one, other) -> other.compareTo(one)).forEach((file) -> file.toFile().delete());
		}
	}

	private static long use(LockNode node) throws InterruptedException {
		try (LockHandle held = node.obtain("stock").acquire(LIMIT)) {
			return held.fencingToken();
		}
	}

	private LockNode node(String url, String name, long floor) {
		LockNode node = ClusterMove.node(url, this.topics, name, floor);
		this.nodes.add(node);
		return node;
	}

	private LockNode defective(String url, String name) {
		return node(name, new DefectiveConnector(new PulsarConnector(() -> client(url), this.topics, name), "poison"));
	}

	private LockNode node(String name, Connector connector) {
		SessionSettings settings = SessionSettings.of(name)
			.withShards(1)
			.withTimes(LEASE, LEASE.dividedBy(2))
			.withAffinity(Duration.ZERO, 1);
		LockNode node = new SessionLockNode(settings, connector);
		this.nodes.add(node);
		return node;
	}

	private static PulsarClient client(String url) {
		try {
			return PulsarLocks.tune(PulsarClient.builder().serviceUrl(url)).build();
		}
		catch (PulsarClientException ex) {
			throw new IllegalStateException(ex);
		}
	}

}

package io.pulsarlock.test;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.PulsarBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Marks a Pulsar cluster, "blue", as migrated to another one, "green", while nodes use
 * locks there: blue closes its topics for ever and sends clients to green.
 */
@Tag("proof")
class ClusterMigrationTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final Duration TURN = Duration.ofMillis(200);

	private static final Pattern FLOOR = Pattern.compile("token-floor=(\\d+)");

	private final TopicSettings topics = TopicSettings.of("migrated-" + UUID.randomUUID());

	private PulsarBroker blue;

	private PulsarBroker green;

	private LockNode a;

	private LockNode b;

	/** The latest grant. */
	private LockHandle held;

	private long token;

	/** Who was granted the lock in a ledger with a large number. */
	private final Set<LockNode> grantedLate = new HashSet<>();

	private final Map<LockNode, String> refusals = new HashMap<>();

	@BeforeEach
	void startBrokers() {
		// Off by default: then only topics that are loaded later are migrated.
		this.blue = PulsarBroker.start(false,
				Map.of("clusterName", "blue", "clusterMigrationCheckDurationSeconds", "1"));
		this.green = PulsarBroker.start(false, Map.of("clusterName", "green"));
	}

	@AfterEach
	void stopAll() {
		List.of(this.a, this.b).forEach(LockNode::close);
		this.blue.close();
		this.green.close();
	}

	/** Pulsar sends what writes to green, and leaves what reads on blue. */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void nodesThatReadInOneClusterAndWriteInTheOtherAreRefusedAndTheCureHelps(boolean greenIsOlder) throws Exception {
		ClusterMove.useLedgers(greenIsOlder ? this.green : this.blue);
		startNodes();
		migrate();
		useUntil(() -> areRefused("comes to another Pulsar cluster than the one that it reads"));
		assertThat(this.refusals.values()).allSatisfy((refusal) -> assertThat(refusal)
			.contains("spring.pulsar.client.service-url", "token-floor", "highestToken"));
		try (LockNode late = node(this.blue.serviceUrl(), "late", 0)) {
			LockConfigurationException refusal = catchThrowableOfType(LockConfigurationException.class,
					() -> late.awaitJoined(LIMIT));
			assertThat(refusal).hasMessageContaining("comes to another Pulsar cluster");
		}
		goesOnInGreen(this.a.monitor().statistics().highestToken());
	}

	/** What reads is sent to green when its topic is loaded again. */
	@Test
	void nodesThatAreLedToAClusterWithSmallerLedgersAreRefusedAndTheCureHelps() throws Exception {
		ClusterMove.useLedgers(this.blue);
		startNodes();
		migrate();
		unload();
		useUntil(() -> areRefused("has gone back from"));
		Matcher floor = FLOOR.matcher(this.refusals.get(this.a));
		assertThat(floor.find()).isTrue();
		goesOnInGreen(Long.parseLong(floor.group(1)));
	}

	@Test
	void nodesThatAreLedToAClusterWithLargerLedgersGoOnThere() throws Exception {
		ClusterMove.useLedgers(this.green);
		startNodes();
		migrate();
		unload();
		useUntil(() -> this.grantedLate.size() == 2);
	}

	private void startNodes() throws Exception {
		this.a = node(this.blue.serviceUrl(), "a", 0);
		this.b = node(this.blue.serviceUrl(), "b", 0);
		this.a.awaitJoined(LIMIT);
		this.b.awaitJoined(LIMIT);
		granted(this.a, this.a.obtain("stock").acquire(LIMIT));
	}

	/** Whether both nodes are refused for that reason. */
	private boolean areRefused(String reason) {
		return this.refusals.size() == 2
				&& this.refusals.values().stream().allMatch((refusal) -> refusal.contains(reason));
	}

	/** As {@code pulsar-admin clusters update-cluster-migration} does. */
	private void migrate() {
		new AdminCommands(this.blue.adminUrl()).request("POST clusters/blue/migrate?migrated=true {\"serviceUrl\":\""
				+ this.green.adminUrl() + "\",\"brokerServiceUrl\":\"" + this.green.serviceUrl() + "\"}");
	}

	private void unload() {
		new AdminCommands(this.blue.adminUrl()).request("PUT namespaces/public/default/unload ");
	}

	/** The nodes pass the lock to each other until something has come about. */
	private void useUntil(BooleanSupplier end) throws InterruptedException {
		long begin = System.nanoTime();
		while (!end.getAsBoolean()) {
			assertThat(System.nanoTime() - begin).as("refusals %s, grants %s", this.refusals, this.grantedLate)
				.isLessThan(2 * LIMIT.toNanos());
			for (LockNode node : List.of(this.b, this.a)) {
				ask(node);
				this.held.close();
				ask(node);
			}
		}
	}

	private void ask(LockNode node) throws InterruptedException {
		try {
			LockHandle next = node.obtain("stock").acquire(TURN);
			assertThat(this.held.isHeld()).as("the lock of the former holder").isFalse();
			granted(node, next);
			this.refusals.remove(node);
		}
		catch (LockConfigurationException ex) {
			this.refusals.put(node, String.valueOf(ex.getMessage()));
		}
		catch (LockException ex) {
			// Busy, or not known yet.
		}
	}

	private void granted(LockNode node, LockHandle next) {
		assertThat(next.fencingToken()).isGreaterThan(this.token);
		this.held = next;
		this.token = next.fencingToken();
		if (this.token > (long) ClusterMove.LEDGER << 31) {
			this.grantedLate.add(node);
		}
	}

	private void goesOnInGreen(long floor) throws Exception {
		assertThat(floor).isGreaterThanOrEqualTo(this.token);
		this.a.close();
		this.b.close();
		try (LockNode again = node(this.green.serviceUrl(), "again", floor)) {
			again.awaitJoined(LIMIT);
			try (LockHandle next = again.obtain("stock").acquire(LIMIT)) {
				assertThat(next.fencingToken()).isGreaterThan(this.token);
			}
		}
	}

	private LockNode node(String url, String name, long floor) {
		return ClusterMove.node(url, this.topics, name, floor);
	}

}

package io.pulsarlock.test;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.broker.PulsarBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests common policies of operators with which locks work or which they refuse at
 * startup.
 */
@Tag("proof")
class PulsarUsualPolicyTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	/** So long a start waits by default. */
	private static final Duration START_LIMIT = Duration.ofSeconds(10);

	private static final Duration LEASE = Duration.ofSeconds(6);

	private static final Duration GRACE = Duration.ofSeconds(2);

	private static PulsarBroker broker;

	private PolicyNamespace namespace;

	/** Checks for inactive topics as often as possible. */
	@BeforeAll
	static void startBroker() {
		broker = PulsarBroker.start(false, Map.of("brokerDeleteInactiveTopicsFrequencySeconds", "1",
				"brokerDeleteInactiveTopicsMode", "delete_when_subscriptions_caught_up"));
	}

	@AfterAll
	static void stopBroker() {
		broker.close();
	}

	@BeforeEach
	void createNamespace() {
		this.namespace = new PolicyNamespace(broker);
	}

	@Test
	void topicsThatWereUsedOutliveTheRemovalOfInactiveOnes() throws Exception {
		long token;
		try (LockNode node = node("old")) {
			node.awaitJoined(LIMIT);
			try (LockHandle held = node.obtain("stock").acquire(LIMIT)) {
				token = held.fencingToken();
			}
		}
		// Created in advance and never used, it is removed by the next check.
		this.namespace.carryOut("'pulsar-admin topics create persistent://" + this.namespace.path() + "/unused'");
		await().atMost(LIMIT).until(() -> !broker.admin().topics(this.namespace.path()).contains("unused"));
		assertThat(broker.admin().topics(this.namespace.path())).contains("pulsar-lock-policy-0");
		try (LockNode node = node("new")) {
			node.awaitJoined(LIMIT);
			try (LockHandle held = node.obtain("stock").acquire(LIMIT)) {
				assertThat(held.fencingToken()).isGreaterThan(token);
			}
		}
	}

	/** As the page on operations calculates them, for two nodes that hold something. */
	@ParameterizedTest
	@ValueSource(strings = { "publishRate", "subscriptionDispatchRate", "dispatchRate" })
	void ratesOfTheFormulaLoseNothing(String policy) throws Exception {
		double records = 2 * (2 * 3.0 / LEASE.toSeconds() + 2 * 8.0 / GRACE.toSeconds() + 2 * 1);
		int rate = (int) Math.ceil(policy.equals("dispatchRate") ? 2 * records : records);
		this.namespace.set(policy,
				policy.equals("publishRate")
						? "{\"publishThrottlingRateInMsg\":" + rate + ",\"publishThrottlingRateInByte\":-1}"
						: "{\"dispatchThrottlingRateInMsg\":" + rate
								+ ",\"dispatchThrottlingRateInByte\":-1,\"ratePeriodInSecond\":1}");
		AtomicInteger lost = new AtomicInteger();
		try (LockNode a = node("a"); LockNode b = node("b")) {
			a.awaitJoined(LIMIT);
			b.awaitJoined(LIMIT);
			a.addListener((event) -> lost.addAndGet((event instanceof LockLost) ? 1 : 0));
			b.addListener((event) -> lost.addAndGet((event instanceof LockLost) ? 1 : 0));
			LockHandle kept = a.obtain("kept").acquire(LIMIT);
			LockHandle other = b.obtain("other").acquire(LIMIT);
			for (int i = 0; i < 10; i++) {
				LockNode next = (i % 2 == 0) ? b : a;
				CompletableFuture<LockHandle> turn = next.obtain("turn").acquireAsync(LIMIT);
				turn.get(LIMIT.toSeconds(), TimeUnit.SECONDS).close();
				await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
			}
			assertThat(kept.isHeld() && other.isHeld()).isTrue();
			assertThat(lost).hasValue(0);
			kept.close();
			other.close();
		}
	}

	@Test
	void unknownListenerIsRefused() {
		try (LockNode node = this.namespace.locks(LEASE, GRACE)
			.client((client) -> client.listenerName("nowhere"))
			.connect()) {
			assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> node.awaitJoined(LIMIT))
				.withMessageContaining("Set the client's listenerName to one of the broker's advertisedListeners");
		}
	}

	@Test
	void limitOfConnectionsPassesByItself() throws Exception {
		try (PulsarBroker limited = PulsarBroker.start(false, Map.of("brokerMaxConnections", "1"))) {
			LockNode first = node(limited, "first");
			first.awaitJoined(LIMIT);
			try (LockNode second = node(limited, "second")) {
				assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(() -> second.awaitJoined(LIMIT))
					.withMessageContaining("maximum number of connections");
				first.close();
				second.awaitJoined(LIMIT);
				second.obtain("any").acquire(LIMIT).close();
			}
		}
	}

	/** Such brokers answer like those that are about to start, so it is no refusal. */
	@Test
	void brokersWithoutPersistentTopicsAreNamedAsAPossibleCause() {
		try (PulsarBroker limited = PulsarBroker.start(false, Map.of("enablePersistentTopics", "false"));
				LockNode node = node(limited, "node")) {
			String cure = "enablePersistentTopics=true";
			LockUnavailableException waits = catchThrowableOfType(LockUnavailableException.class,
					() -> node.awaitJoined(START_LIMIT));
			assertThat(waits).isNotInstanceOf(LockConfigurationException.class).hasMessageContaining(cure);
			// What health says.
			assertThat(catchThrowableOfType(LockException.class, node.monitor()::view)).hasMessageContaining(cure);
			// What callers are told.
			assertThat(catchThrowableOfType(LockException.class, () -> node.obtain("any").tryAcquire()))
				.hasMessageContaining(cure);
		}
	}

	private LockNode node(String name) {
		return named(this.namespace.locks(LEASE, GRACE), name);
	}

	private static LockNode node(PulsarBroker other, String name) {
		return named(PulsarLocks.at(other.serviceUrl()).cluster("policy").times(LEASE, GRACE), name);
	}

	private static LockNode named(PulsarLocks locks, String name) {
		return locks.node(name).shards(1).cache(Duration.ZERO, 1).connect();
	}

}

package io.pulsarlock.test;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.test.broker.PulsarBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests common restrictions of operators: each policy is refused at startup, with
 * Pulsar's reason, and the cure in the message, carried out as it is written, helps
 * without a restart.
 */
@Tag("proof")
class PulsarPolicyTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static PulsarBroker broker;

	private PolicyNamespace namespace;

	@BeforeAll
	static void startBroker() {
		broker = PulsarBroker.start(false,
				Map.of("backlogQuotaCheckIntervalInSeconds", "1", "preciseTimeBasedBacklogQuotaCheck", "true"));
		broker.admin().allowCluster("elsewhere");
	}

	@AfterAll
	static void stopBroker() {
		broker.close();
	}

	@BeforeEach
	void createNamespace() {
		this.namespace = new PolicyNamespace(broker);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					autoTopicCreation | {"allowAutoTopicCreation":true,"topicType":"partitioned","defaultNumPartitions":2} | is partitioned
					autoTopicCreation | {"allowAutoTopicCreation":false} | Automatic creation of topics is disabled
					autoSubscriptionCreation | {"allowAutoSubscriptionCreation":false} | Automatic creation of subscriptions is disabled
					encryptionRequired | true | Encryption is required
					maxTopicsPerNamespace | 1 | maximum number of topics
					subscriptionTypesEnabled | ["Shared"] | sub type
					""")
	void policyIsRefusedAndItsCureHelps(String policy, String value, String reason) throws Exception {
		this.namespace.set(policy, value);
		try (LockNode node = node(broker.serviceUrl())) {
			cure(node, reason);
		}
	}

	@ParameterizedTest
	@CsvSource({ "maxProducersPerTopic, 1, max producers limit", "maxConsumersPerTopic, 2, max consumers limit",
			"maxConsumersPerSubscription, 1, Subscription reached max consumers limit",
			"maxSubscriptionsPerTopic, 2, maximum number of subscriptions" })
	void limitThatOneNodeReachesIsRefusedToTheNextAndItsCureHelps(String policy, String value, String reason)
			throws Exception {
		this.namespace.set(policy, value);
		try (LockNode first = node(broker.serviceUrl())) {
			first.awaitJoined(LIMIT);
			try (LockNode second = node(broker.serviceUrl())) {
				cure(second, reason);
			}
		}
	}

	/** The library's own subscription is not moved while no node runs. */
	@ParameterizedTest
	@ValueSource(strings = { "producer_exception", "producer_request_hold" })
	void nodesJoinAfterAStopThatIsLongerThanAQuotaOfAge(String policy) throws Exception {
		Duration lease = Duration.ofSeconds(2);
		Duration quota = lease.multipliedBy(5);
		this.namespace.set("backlogQuota?backlogQuotaType=message_age",
				"{\"limitTime\":" + quota.toSeconds() + ",\"policy\":\"" + policy + "\"}");
		try (LockNode node = node(broker.serviceUrl(), lease)) {
			node.awaitJoined(LIMIT);
			node.obtain("any").acquire(LIMIT).close();
		}
		long stopped = System.nanoTime();
		await().atMost(LIMIT).until(() -> System.nanoTime() - stopped > quota.plusSeconds(2).toNanos());
		try (LockNode node = node(broker.serviceUrl(), lease); LockNode other = node(broker.serviceUrl(), lease)) {
			await().atMost(LIMIT.multipliedBy(2)).until(() -> {
				LockUnavailableException waits = catchThrowableOfType(LockUnavailableException.class,
						() -> node.obtain("any").acquire(Duration.ofMillis(100)).close());
				return waits != null && waits.getMessage().contains("older than a backlog quota allows");
			});
			await().atMost(LIMIT.multipliedBy(3))
				.until(() -> node.monitor().statistics().confirmed() && other.monitor().statistics().confirmed());
			// Running nodes move it themselves.
			long joined = System.nanoTime();
			await().atMost(LIMIT).until(() -> {
				node.obtain("any").acquire(lease).close();
				other.obtain("any").acquire(lease).close();
				return System.nanoTime() - joined > quota.plusSeconds(2).toNanos();
			});
		}
	}

	@Test
	void quotaOfAgeThatIsTooShortForLocksInUseIsRefusedAndItsCureHelps() throws Exception {
		this.namespace.set("backlogQuota?backlogQuotaType=message_age",
				"{\"limitTime\":1,\"policy\":\"producer_exception\"}");
		try (LockNode node = node(broker.serviceUrl())) {
			node.awaitJoined(LIMIT);
			LockConfigurationException[] refusal = { null };
			await().atMost(LIMIT.multipliedBy(4)).until(() -> {
				refusals(node).stream()
					.findFirst()
					.ifPresent((each) -> refusal[0] = new LockConfigurationException(each));
				return refusal[0] != null;
			});
			assertThat(refusal[0]).hasMessageContaining("an age of five leases");
			this.namespace.carryOut(String.valueOf(refusal[0].getMessage()));
			works(node);
		}
	}

	@Test
	void namespaceOfAnotherClusterIsRefusedAndItsCureHelps() throws Exception {
		this.namespace.set("replication", "[\"elsewhere\"]");
		try (LockNode node = node(broker.serviceUrl())) {
			cure(node, "missing local cluster name");
		}
	}

	@Test
	void namespaceThatIsMissingIsRefusedOverHttpToo() throws Exception {
		this.namespace.delete();
		try (LockNode node = node(broker.adminUrl())) {
			LockConfigurationException refusal = refusal(node);
			String command = "'pulsar-admin namespaces create " + this.namespace.path() + "'";
			assertThat(refusal).hasMessageContaining(command);
			this.namespace.carryOut(command);
			works(node);
		}
	}

	private void cure(LockNode node, String reason) throws Exception {
		LockConfigurationException refusal = refusal(node);
		assertThat(refusal).hasMessageContaining(reason)
			.hasMessageContaining(this.namespace.path())
			.hasMessageNotContaining("reqId");
		Set<String> cured = new HashSet<>();
		Deque<String> refusals = new ArrayDeque<>(List.of(String.valueOf(refusal.getMessage())));
		while (!refusals.isEmpty()) {
			String next = refusals.poll();
			this.namespace.carryOut(next);
			cured.add(next);
			// The cure for one topic may also be needed for the other.
			await().atMost(LIMIT)
				.until(() -> node.monitor().statistics().confirmed() || !cured.containsAll(refusals(node)));
			refusals.addAll(refusals(node));
			refusals.removeAll(cured);
		}
		works(node);
	}

	/** The exceptions of callers for locks in both shards. */
	private static Set<String> refusals(LockNode node) throws InterruptedException {
		Set<String> refusals = new HashSet<>();
		for (int i = 0; i < 10; i++) {
			try {
				node.obtain("lock " + i).tryAcquire().ifPresent(LockHandle::close);
			}
			catch (LockConfigurationException ex) {
				refusals.add(String.valueOf(ex.getMessage()));
			}
			catch (LockUnavailableException ex) {
				// Not known yet.
			}
		}
		return refusals;
	}

	private static LockConfigurationException refusal(LockNode node) {
		LockConfigurationException refusal = catchThrowableOfType(LockConfigurationException.class,
				() -> node.awaitJoined(LIMIT));
		assertThat(refusal).isNotNull();
		return refusal;
	}

	private static void works(LockNode node) throws Exception {
		await().atMost(LIMIT).until(() -> node.monitor().statistics().confirmed());
		node.obtain("any").acquire(LIMIT).close();
	}

	private LockNode node(String url) {
		return node(url, Duration.ofSeconds(3));
	}

	private LockNode node(String url, Duration lease) {
		return this.namespace.locks(url, lease, lease.dividedBy(2)).shards(2).connect();
	}

}

package io.pulsarlock.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.PulsarBroker;
import org.apache.pulsar.client.impl.auth.AuthenticationBasic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests brokers that refuse or do not exist: each case has its exception, whose message
 * names the cure.
 */
class PulsarRefusalTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static PulsarBroker broker;

	private final String cluster = "r" + UUID.randomUUID();

	/** Anonymous clients may do everything; "app" may do nothing. */
	@BeforeAll
	static void startBroker() {
		String users = "app:$apr1$locksalt$ADYTNh3ovBmC4umRXvgSa0";
		broker = PulsarBroker.start(false,
				Map.of("authenticationEnabled", "true", "authorizationEnabled", "true", "authenticationProviders",
						"org.apache.pulsar.broker.authentication.AuthenticationProviderBasic", "anonymousUserRole",
						"root", "superUserRoles", "root", "basicAuthConf",
						"data:;base64," + Base64.getEncoder().encodeToString(users.getBytes(StandardCharsets.UTF_8))));
	}

	@AfterAll
	static void stopBroker() {
		broker.close();
	}

	@Test
	void missingPermissionIsNamed() {
		try (LockNode locks = node("secret")) {
			assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> locks.awaitJoined(LIMIT))
				.withMessageContaining("pulsar-admin namespaces grant-permission public/default");
			assertThatExceptionOfType(LockConfigurationException.class)
				.isThrownBy(() -> locks.obtain("any").tryAcquire());
		}
	}

	@Test
	void wrongCredentialsAreNamed() {
		try (LockNode locks = node("wrong")) {
			assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> locks.awaitJoined(LIMIT))
				.withMessageContaining("refuses the credentials");
		}
	}

	@Test
	void missingTenantIsNamed() {
		try (LockNode locks = PulsarLocks.at(broker.serviceUrl())
			.topics(TopicSettings.of(this.cluster).in("nobody", "nowhere"))
			.connect()) {
			assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> locks.awaitJoined(LIMIT))
				.withMessageContaining("pulsar-admin tenants create nobody");
		}
	}

	@Test
	void nodeThatDisagreesAboutTheShardsIsToldWhatToSet() throws Exception {
		try (LockNode first = shards(2)) {
			first.awaitJoined(LIMIT);
			try (LockNode second = shards(3)) {
				assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> second.awaitJoined(LIMIT))
					.withMessageContaining("pulsar-lock.topic.shards=2");
				for (int i = 0; i < 30; i++) {
					// A third of them are in a shard that only the second one has.
					FencedLock lock = second.obtain("order-" + i);
					assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> lock.acquire(LIMIT));
				}
				assertThat(second.monitor().statistics().confirmed()).isFalse();
				first.obtain("goes on").acquire(LIMIT).close();
			}
		}
	}

	@Test
	void refusalThatIsOverIsOver() throws Exception {
		String namespace = "late-" + this.cluster;
		TopicSettings topics = TopicSettings.of(this.cluster).in("public", namespace);
		try (LockNode locks = PulsarLocks.at(broker.serviceUrl()).topics(topics).shards(2).connect()) {
			assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> locks.awaitJoined(LIMIT))
				.withMessageContaining("pulsar-admin namespaces create public/" + namespace);
			broker.admin().createNamespace("public/" + namespace);
			// An attempt that was in progress may still be refused.
			await().atMost(LIMIT).ignoreExceptionsInstanceOf(LockConfigurationException.class).until(() -> {
				locks.awaitJoined(LIMIT);
				return true;
			});
			locks.obtain("any").acquire(LIMIT).close();
		}
	}

	@Test
	void missingSubscriptionPrefixIsNamedAndHelps() throws Exception {
		String namespace = "public/prefix-" + this.cluster;
		broker.admin().createNamespace(namespace);
		broker.admin().grant(namespace, "app", "produce", "consume");
		new AdminCommands(broker.adminUrl())
			.request("POST namespaces/" + namespace + "/subscriptionAuthMode \"Prefix\"");
		TopicSettings topics = TopicSettings.of(this.cluster).in("public", "prefix-" + this.cluster);
		try (LockNode locks = node("secret", topics)) {
			assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> locks.awaitJoined(LIMIT))
				.withMessageContaining("Set pulsar-lock.topic.subscription-prefix to the role and a hyphen");
		}
		try (LockNode locks = node("secret", topics.withSubscriptionPrefix("app-"))) {
			locks.awaitJoined(LIMIT);
			locks.obtain("any").acquire(LIMIT).close();
		}
	}

	private LockNode shards(int shards) {
		return PulsarLocks.at(broker.serviceUrl()).cluster(this.cluster).shards(shards).connect();
	}

	@Test
	void partitionedTopicIsRefused() {
		broker.admin().createPartitionedTopic(TopicSettings.of(this.cluster).topic(0), 2);
		try (LockNode locks = PulsarLocks.at(broker.serviceUrl()).cluster(this.cluster).shards(1).connect()) {
			assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> locks.awaitJoined(LIMIT))
				.withMessageContaining("is partitioned");
		}
	}

	@Test
	void brokerThatIsNotThereIsUnknownAndThenFound() throws Exception {
		try (PulsarBroker own = PulsarBroker.start()) {
			own.kill();
			try (LockNode locks = PulsarLocks.at(own.serviceUrl()).cluster(this.cluster).connect()) {
				FencedLock lock = locks.obtain("late");
				long begin = System.nanoTime();
				assertThatExceptionOfType(LockUnavailableException.class)
					.isThrownBy(() -> lock.acquire(Duration.ofSeconds(1)));
				assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(990),
						Duration.ofMillis(1150));
				own.restart();
				lock.acquire(Duration.ofSeconds(30)).close();
			}
		}
	}

	private LockNode node(String password) {
		return node(password, TopicSettings.of(this.cluster));
	}

	private static LockNode node(String password, TopicSettings topics) {
		AuthenticationBasic authentication = new AuthenticationBasic();
		authentication.configure("{\"userId\":\"app\",\"password\":\"" + password + "\"}");
		return PulsarLocks.at(broker.serviceUrl())
			.topics(topics)
			.client((builder) -> builder.authentication(authentication))
			.connect();
	}

}

package io.pulsarlock.starter;

import java.time.Duration;
import java.util.UUID;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.broker.PulsarBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

/**
 * Tests that applications that are configured for another number of shards than the
 * running nodes are granted nothing, however they start.
 */
class StartupAgreementTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static PulsarBroker broker;

	private final String cluster = "s" + UUID.randomUUID();

	@BeforeAll
	static void startBroker() {
		broker = PulsarBroker.start();
	}

	@AfterAll
	static void stopBroker() {
		broker.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "fail", "wait", "background" })
	void startFailsWithTheCure(String startup) throws Exception {
		try (LockNode other = other()) {
			assertThatExceptionOfType(Exception.class).isThrownBy(() -> start(startup))
				.havingCause()
				.isInstanceOf(LockConfigurationException.class)
				.withMessageContaining("set pulsar-lock.topic.shards=4 here");
			other.obtain("goes on").acquire(LIMIT).close();
		}
	}

	@Test
	void applicationThatDoesNotWaitForASlowBrokerIsGrantedNothing() throws Exception {
		try (LockNode other = other()) {
			broker.pause();
			ConfigurableApplicationContext started;
			try {
				started = start("background");
			}
			finally {
				broker.resume();
			}
			try (ConfigurableApplicationContext context = started) {
				LockRegistry locks = context.getBean(LockRegistry.class);
				for (int i = 0; i < 30; i++) {
					String name = "order-" + i;
					expectRefusal(locks, name);
					other.obtain(name).acquire(LIMIT).close();
				}
				other.close();
				locks.obtain("later").acquire(LIMIT).close();
			}
		}
	}

	private static void expectRefusal(LockRegistry locks, String name) throws InterruptedException {
		long end = System.nanoTime() + LIMIT.toNanos();
		while (System.nanoTime() - end < 0) {
			try (LockHandle held = locks.obtain(name).acquire(Duration.ofSeconds(1))) {
				fail(name + " was granted");
			}
			catch (LockConfigurationException ex) {
				assertThat(ex).hasMessageContaining("configured for 8 shards");
				return;
			}
			catch (LockUnavailableException ex) {
				// Not refused yet.
			}
		}
		fail(name + " was not refused");
	}

	private LockNode other() throws InterruptedException {
		// Longer than an application takes to start while the broker is paused: a node
		// whose lease has expired is no longer first.
		LockNode other = PulsarLocks.at(broker.serviceUrl())
			.cluster(this.cluster)
			.shards(4)
			.times(Duration.ofSeconds(60), Duration.ofSeconds(20))
			.connect();
		other.awaitJoined(LIMIT);
		return other;
	}

	private ConfigurableApplicationContext start(String startup) {
		return new SpringApplicationBuilder(Application.class).run(
				"--spring.pulsar.client.service-url=" + broker.serviceUrl(), "--pulsar-lock.cluster=" + this.cluster,
				"--pulsar-lock.topic.shards=8", "--pulsar-lock.startup=" + startup,
				"--spring.main.web-application-type=none");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}

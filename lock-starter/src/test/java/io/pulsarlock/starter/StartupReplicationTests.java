package io.pulsarlock.starter;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.test.broker.PulsarBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Applications whose locks are in a namespace that has several Pulsar clusters. They find
 * out at the start where Pulsar's administration is configured.
 */
@Tag("proof")
class StartupReplicationTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static PulsarBroker broker;

	private final String namespace = "n" + UUID.randomUUID();

	@BeforeAll
	static void startBroker() {
		broker = PulsarBroker.start();
		broker.admin().allowCluster("elsewhere");
	}

	@AfterAll
	static void stopBroker() {
		broker.close();
	}

	@BeforeEach
	void createNamespace() {
		broker.admin().createNamespace("public/" + this.namespace);
	}

	@ParameterizedTest
	@ValueSource(strings = { "fail", "wait", "background" })
	void replicatedNamespaceIsRefusedAndItsCureHelps(String startup) throws Exception {
		replicate("standalone", "elsewhere");
		assertThatExceptionOfType(Exception.class).isThrownBy(() -> start(startup, broker.adminUrl()))
			.havingCause()
			.isInstanceOf(LockConfigurationException.class)
			.withMessageContaining("'public/" + this.namespace + "' is replicated between the Pulsar clusters")
			.withMessageContaining("elsewhere")
			.withMessageContaining("set-clusters --clusters <cluster> public/" + this.namespace);
		replicate("standalone");
		try (ConfigurableApplicationContext context = start(startup, broker.adminUrl())) {
			context.getBean(LockRegistry.class).obtain("lock").acquire(LIMIT).close();
		}
	}

	@Test
	void nobodyIsAskedWhereTheAdministrationIsNotConfigured() {
		replicate("standalone", "elsewhere");
		try (ConfigurableApplicationContext context = start("background", null)) {
			assertThat(context.isRunning()).isTrue();
		}
	}

	@Test
	void administrationThatDoesNotAnswerKeepsNobodyFromStarting() throws Exception {
		// The operating system accepts the connection, and nobody reads what it brings.
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
				ConfigurableApplicationContext context = start("wait", "http://127.0.0.1:" + silent.getLocalPort())) {
			context.getBean(LockRegistry.class).obtain("lock").acquire(LIMIT).close();
		}
		try (ConfigurableApplicationContext context = start("wait", "http://127.0.0.1:1")) {
			context.getBean(LockRegistry.class).obtain("lock").acquire(LIMIT).close();
		}
	}

	private void replicate(String... clusters) {
		broker.admin().setClusters("public/" + this.namespace, clusters);
	}

	private ConfigurableApplicationContext start(String startup, String adminUrl) {
		List<String> settings = new ArrayList<>(List.of("--spring.pulsar.client.service-url=" + broker.serviceUrl(),
				"--pulsar-lock.cluster=replicated", "--pulsar-lock.topic.namespace=" + this.namespace,
				"--pulsar-lock.startup=" + startup, "--spring.main.web-application-type=none"));
		if (adminUrl != null) {
			settings.add("--spring.pulsar.admin.service-url=" + adminUrl);
		}
		return new SpringApplicationBuilder(Application.class).run(settings.toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}

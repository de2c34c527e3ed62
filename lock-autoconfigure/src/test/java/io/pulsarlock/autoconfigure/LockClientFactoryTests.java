package io.pulsarlock.autoconfigure;

import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.pulsarlock.LockConfigurationException;
import com.jayway.jsonpath.JsonPath;
import org.apache.pulsar.client.impl.ClientBuilderImpl;
import org.apache.pulsar.client.impl.auth.AuthenticationToken;
import org.apache.pulsar.client.impl.conf.ClientConfigurationData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.pulsar.autoconfigure.PulsarConnectionDetails;
import org.springframework.boot.pulsar.autoconfigure.PulsarProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests which of the application's settings the client for locks uses.
 */
@ExtendWith(OutputCaptureExtension.class)
class LockClientFactoryTests {

	private final PulsarProperties properties = new PulsarProperties();

	@Test
	void addressAndAuthenticationAreThoseOfTheApplication() throws Exception {
		this.properties.getClient().getAuthentication().setPluginClassName(AuthenticationToken.class.getName());
		this.properties.getClient().getAuthentication().setParam(Map.of("token", "t0k3n"));
		ClientConfigurationData data = configure(factory(List.of()));
		assertThat(data.getServiceUrl()).isEqualTo("pulsar://details:6650");
		assertThat(data.getAuthentication()).isInstanceOf(AuthenticationToken.class);
		assertThat(data.getAuthentication().getAuthData("details").getCommandData()).isEqualTo("t0k3n");
	}

	@Test
	void locksHaveTheirOwnTimesWhateverTheApplicationUses() throws Exception {
		this.properties.getClient().setOperationTimeout(Duration.ofMinutes(7));
		this.properties.getClient().setLookupTimeout(Duration.ofMinutes(7));
		this.properties.getClient().getThreads().setIo(9);
		ClientConfigurationData data = configure(factory(List.of()));
		assertThat(data.getOperationTimeoutMs()).isEqualTo(10_000);
		// So that a start of ten seconds can say that no broker serves a topic.
		assertThat(data.getLookupTimeoutMs()).isEqualTo(5_000);
		assertThat(data.getNumIoThreads()).isEqualTo(1);
		assertThat(data.getConnectionsPerBroker()).isEqualTo(1);
		assertThat(data.getKeepAliveIntervalSeconds()).isEqualTo(2);
	}

	@Test
	void customizerForLocksHasTheLastWord() throws Exception {
		ClientConfigurationData data = configure(factory(List.of((builder) -> builder.ioThreads(3))));
		assertThat(data.getNumIoThreads()).isEqualTo(3);
		assertThat(data.getDescription()).isEqualTo("from a customizer for all clients");
	}

	@Test
	void backupClustersAreNotUsedAndThatIsSaid(CapturedOutput output) throws Exception {
		PulsarProperties.Failover.BackupCluster backup = new PulsarProperties.Failover.BackupCluster();
		backup.setServiceUrl("pulsar://backup:6650");
		this.properties.getClient().getFailover().getBackupClusters().add(backup);
		ClientConfigurationData data = configure(factory(List.of()));
		assertThat(data.getServiceUrl()).isEqualTo("pulsar://details:6650");
		assertThat(data.getServiceUrlProvider()).isNull();
		assertThat(output).contains("do not use spring.pulsar.client.failover");
	}

	@Test
	void unknownAuthenticationIsAConfigurationError() {
		this.properties.getClient().getAuthentication().setPluginClassName("no.such.Plugin");
		assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> factory(List.of()).create())
			.withMessageContaining("spring.pulsar.client");
	}

	/** If this fails, Spring Boot has a new property: decide what it means for locks. */
	@Test
	void everyClientPropertyOfBootHasBeenThoughtOf() throws Exception {
		String file = PulsarProperties.class.getProtectionDomain().getCodeSource().getLocation()
				+ "!/META-INF/spring-configuration-metadata.json";
		List<Map<String, Object>> properties;
		try (InputStream stream = URI.create("jar:" + file).toURL().openStream()) {
			properties = JsonPath.parse(stream).read("$.properties");
		}
		assertThat(properties).extracting((property) -> property.get("name").toString())
			.filteredOn((name) -> name.startsWith("spring.pulsar.client."))
			.extracting((name) -> name.substring("spring.pulsar.client.".length()))
			.containsExactlyInAnyOrder("service-url", "authentication.plugin-class-name", "authentication.param",
					"connection-timeout", "operation-timeout", "lookup-timeout", "threads.io", "threads.listener",
					"failover.backup-clusters", "failover.check-interval", "failover.delay", "failover.policy",
					"failover.switch-back-delay");
	}

	private LockClientFactory factory(List<LockClientBuilderCustomizer> lockCustomizers) {
		PulsarConnectionDetails details = new PulsarConnectionDetails() {

			@Override
			public String getBrokerUrl() {
				return "pulsar://details:6650";
			}

			@Override
			public String getAdminUrl() {
				return "http://details:8080";
			}

		};
		return new LockClientFactory(this.properties, details,
				List.of((builder) -> builder.ioThreads(5).description("from a customizer for all clients")),
				lockCustomizers);
	}

	private static ClientConfigurationData configure(LockClientFactory factory) throws Exception {
		ClientBuilderImpl builder = new ClientBuilderImpl();
		factory.configure(builder);
		return builder.getClientConfigurationData();
	}

}

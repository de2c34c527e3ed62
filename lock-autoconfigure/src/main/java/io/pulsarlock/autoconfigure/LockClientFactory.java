package io.pulsarlock.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.pulsar.PulsarLocks;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.pulsar.client.api.ClientBuilder;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;

import org.springframework.boot.json.JsonWriter;
import org.springframework.boot.pulsar.autoconfigure.PulsarConnectionDetails;
import org.springframework.boot.pulsar.autoconfigure.PulsarProperties;
import org.springframework.pulsar.core.PulsarClientBuilderCustomizer;
import org.springframework.util.StringUtils;

/**
 * Creates the locks' own Pulsar client from the sources of the application's client:
 * Boot's connection details, {@code spring.pulsar.client.*} and customizers. Boot's
 * mapping of these properties is not public, so address and authentication are mapped
 * here again. Timeouts and threads are not mapped, because locks set their own; neither
 * are transactions. There is no failover to a backup cluster: each node would fail over
 * at a moment of its own, and while two nodes are in different clusters both hold the
 * same lock.
 */
final class LockClientFactory {

	private static final Log logger = LogFactory.getLog(LockClientFactory.class);

	private static final JsonWriter<Map<String, String>> json = JsonWriter
		.of((members) -> members.add().as(TreeMap::new).usingPairs(Map::forEach));

	private final PulsarProperties properties;

	private final PulsarConnectionDetails connectionDetails;

	private final List<PulsarClientBuilderCustomizer> customizers;

	private final List<LockClientBuilderCustomizer> lockCustomizers;

	LockClientFactory(PulsarProperties properties, PulsarConnectionDetails connectionDetails,
			List<PulsarClientBuilderCustomizer> customizers, List<LockClientBuilderCustomizer> lockCustomizers) {
		this.properties = properties;
		this.connectionDetails = connectionDetails;
		this.customizers = List.copyOf(customizers);
		this.lockCustomizers = List.copyOf(lockCustomizers);
	}

	String serviceUrl() {
		return this.connectionDetails.getBrokerUrl();
	}

	/**
	 * Creates a client without connecting it.
	 * @throws LockConfigurationException if its settings are wrong
	 */
	PulsarClient create() {
		try {
			return configure(PulsarClient.builder()).build();
		}
		catch (PulsarClientException | IllegalArgumentException ex) {
			throw new LockConfigurationException("The Pulsar client for locks cannot be created with the settings of "
					+ "spring.pulsar.client.*: " + ex.getMessage(), ex);
		}
	}

	ClientBuilder configure(ClientBuilder builder) throws PulsarClientException {
		PulsarProperties.Client client = this.properties.getClient();
		builder.serviceUrl(this.connectionDetails.getBrokerUrl());
		PulsarProperties.Authentication authentication = client.getAuthentication();
		String plugin = authentication.getPluginClassName();
		if (StringUtils.hasText(plugin)) {
			builder.authentication(plugin, json.writeToString(authentication.getParam()));
		}
		if (!client.getFailover().getBackupClusters().isEmpty()) {
			logger.warn("Locks stay with Pulsar at " + serviceUrl() + " and do not use "
					+ "spring.pulsar.client.failover.*: nodes that fail over at different moments would hold the "
					+ "same lock in two clusters");
		}
		this.customizers.forEach((customizer) -> customizer.customize(builder));
		PulsarLocks.tune(builder);
		this.lockCustomizers.forEach((customizer) -> customizer.customize(builder));
		return builder;
	}

}

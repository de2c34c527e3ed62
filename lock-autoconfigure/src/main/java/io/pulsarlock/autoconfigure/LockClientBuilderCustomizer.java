package io.pulsarlock.autoconfigure;

import org.apache.pulsar.client.api.ClientBuilder;

/**
 * Customizes the Pulsar client that locks use, and no other client. Beans of this type
 * are called in order, after the properties {@code spring.pulsar.client.*}, after every
 * {@link org.springframework.pulsar.core.PulsarClientBuilderCustomizer} and after the
 * settings that locks need, so they have the last word, even over
 * {@link io.pulsarlock.pulsar.PulsarLocks#tune}.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface LockClientBuilderCustomizer {

	/**
	 * Called each time a client is created: at every start of the application context,
	 * and for a shard whose opening is stuck.
	 * @param builder the builder
	 */
	void customize(ClientBuilder builder);

}

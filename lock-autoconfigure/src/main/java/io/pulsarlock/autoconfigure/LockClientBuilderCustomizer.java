package io.pulsarlock.autoconfigure;

import org.apache.pulsar.client.api.ClientBuilder;

/**
 * Changes the Pulsar client that locks use, and no other. Beans of this type are called
 * in order, after the properties {@code spring.pulsar.client.*}, after every
 * {@link org.springframework.pulsar.core.PulsarClientBuilderCustomizer} and after the
 * settings that locks need, so they have the last word; what they undo of
 * {@link io.pulsarlock.pulsar.PulsarLocks#tune} is undone.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface LockClientBuilderCustomizer {

	/**
	 * Called each time a client is made: one at every start of the application context,
	 * and another one for a shard whose opening has got stuck.
	 * @param builder the builder
	 */
	void customize(ClientBuilder builder);

}

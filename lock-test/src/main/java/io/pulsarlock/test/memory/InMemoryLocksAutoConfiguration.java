package io.pulsarlock.test.memory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * What {@link AutoConfigureInMemoryLocks} imports. It is in no list of
 * auto-configurations: to have the module on the class path changes nothing.
 */
@AutoConfiguration
final class InMemoryLocksAutoConfiguration {

	InMemoryLocksAutoConfiguration() {
	}

	@Bean(InMemoryRegistryPostProcessor.CLUSTER)
	InMemoryLockCluster inMemoryLockCluster() {
		return InMemoryLockCluster.create();
	}

	@Bean
	static InMemoryRegistryPostProcessor inMemoryRegistryPostProcessor() {
		return new InMemoryRegistryPostProcessor();
	}

}

package io.pulsarlock.autoconfigure;

import io.pulsarlock.LockRegistry;
import io.pulsarlock.integration.PulsarLockRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.integration.support.locks.DistributedLock;

/**
 * Auto-configuration for Spring Integration on the locks of this library. A registry of
 * the application, of Spring Integration's type, replaces the auto-configured one.
 *
 * @since 0.2.0
 */
@AutoConfiguration(afterName = "io.pulsarlock.autoconfigure.PulsarLockAutoConfiguration")
@ConditionalOnClass(DistributedLock.class)
@ConditionalOnSingleCandidate(LockRegistry.class)
@ConditionalOnBooleanProperty(name = "pulsar-lock.integration.enabled", matchIfMissing = true)
public final class PulsarLockIntegrationAutoConfiguration {

	PulsarLockIntegrationAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean(org.springframework.integration.support.locks.LockRegistry.class)
	PulsarLockRegistry pulsarIntegrationLockRegistry(LockRegistry registry) {
		return new PulsarLockRegistry(registry);
	}

}

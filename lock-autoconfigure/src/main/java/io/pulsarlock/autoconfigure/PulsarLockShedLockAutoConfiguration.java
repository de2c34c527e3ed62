package io.pulsarlock.autoconfigure;

import io.pulsarlock.LockRegistry;
import io.pulsarlock.shedlock.PulsarLockProvider;
import net.javacrumbs.shedlock.core.ExtensibleLockProvider;
import net.javacrumbs.shedlock.core.LockProvider;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for ShedLock on the locks of this library. A {@link LockProvider} of
 * the application replaces the auto-configured one.
 *
 * @since 0.2.0
 */
@AutoConfiguration(afterName = "io.pulsarlock.autoconfigure.PulsarLockAutoConfiguration")
@ConditionalOnClass(ExtensibleLockProvider.class)
@ConditionalOnSingleCandidate(LockRegistry.class)
@ConditionalOnBooleanProperty(name = "pulsar-lock.shedlock.enabled", matchIfMissing = true)
public final class PulsarLockShedLockAutoConfiguration {

	PulsarLockShedLockAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean(LockProvider.class)
	PulsarLockProvider pulsarLockProvider(LockRegistry registry) {
		return new PulsarLockProvider(registry);
	}

}

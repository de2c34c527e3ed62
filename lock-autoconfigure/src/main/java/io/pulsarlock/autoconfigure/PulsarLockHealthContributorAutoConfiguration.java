package io.pulsarlock.autoconfigure;

import io.pulsarlock.Leadership;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.actuate.PulsarLockHealthIndicator;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the health of locks. It joins neither readiness nor liveness:
 * whether an application is ready without its locks is the application's to say.
 *
 * @since 0.1.0
 */
@AutoConfiguration(afterName = "io.pulsarlock.autoconfigure.PulsarLockAutoConfiguration")
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnSingleCandidate(LockRegistry.class)
@ConditionalOnEnabledHealthIndicator("pulsarlock")
public final class PulsarLockHealthContributorAutoConfiguration {

	PulsarLockHealthContributorAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean(name = { "pulsarLockHealthIndicator", "pulsarLockHealthContributor" })
	HealthIndicator pulsarLockHealthContributor(LockRegistry registry, ObjectProvider<LockMonitor> lockMonitor,
			ObjectProvider<Leadership> leadership) {
		LockMonitor monitor = lockMonitor.getIfAvailable(() -> WithoutNode.monitor(registry));
		return (monitor instanceof WithoutNode.NoMonitor nothing)
				? () -> Health.unknown().withDetail("reason", nothing.reason()).build() : new PulsarLockHealthIndicator(
						monitor, leadership.getIfAvailable(() -> WithoutNode.leadership(registry)));
	}

}

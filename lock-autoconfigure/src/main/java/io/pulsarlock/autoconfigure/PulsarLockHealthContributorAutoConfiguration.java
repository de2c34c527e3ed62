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
 * Auto-configuration for the health of locks. The indicator joins neither readiness nor
 * liveness, because the application decides whether it is ready without its locks.
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

package io.pulsarlock.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.actuate.LockMeterDescriptions;
import io.pulsarlock.actuate.LockSkippedMeterObservationHandler;
import io.pulsarlock.actuate.PulsarLockMetrics;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the meters of locks.
 *
 * @since 0.1.0
 */
@AutoConfiguration(afterName = { "io.pulsarlock.autoconfigure.PulsarLockAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnSingleCandidate(LockRegistry.class)
public final class PulsarLockMetricsAutoConfiguration {

	PulsarLockMetricsAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	static LockMeterDescriptions lockMeterDescriptions() {
		return new LockMeterDescriptions();
	}

	@Bean
	@ConditionalOnMissingBean(PulsarLockMetrics.class)
	MeterBinder pulsarLockMetrics(LockRegistry registry) {
		LockNode node = WithoutNode.node(registry);
		return (node != null) ? new PulsarLockMetrics(node) : (meters) -> {
		};
	}

	@Bean
	@ConditionalOnMissingBean
	LockSkippedMeterObservationHandler lockSkippedMeterObservationHandler(MeterRegistry meterRegistry) {
		return new LockSkippedMeterObservationHandler(meterRegistry);
	}

}

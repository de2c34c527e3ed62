package io.pulsarlock.autoconfigure;

import io.pulsarlock.Leadership;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.actuate.PulsarLocksEndpoint;
import io.pulsarlock.actuate.PulsarLocksEndpointWebExtension;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the endpoint {@code pulsarlocks}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(afterName = "io.pulsarlock.autoconfigure.PulsarLockAutoConfiguration")
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnSingleCandidate(LockRegistry.class)
@ConditionalOnAvailableEndpoint(PulsarLocksEndpoint.class)
public final class PulsarLockEndpointAutoConfiguration {

	PulsarLockEndpointAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	PulsarLocksEndpoint pulsarLocksEndpoint(LockRegistry registry, ObjectProvider<LockMonitor> monitor,
			ObjectProvider<LockAdministration> administration, ObjectProvider<Leadership> leadership) {
		return new PulsarLocksEndpoint(monitor.getIfAvailable(() -> WithoutNode.monitor(registry)),
				administration.getIfAvailable(() -> WithoutNode.administration(registry)),
				leadership.getIfAvailable(() -> WithoutNode.leadership(registry)));
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(PulsarLocksEndpoint.class)
	@ConditionalOnAvailableEndpoint(endpoint = PulsarLocksEndpoint.class, exposure = EndpointExposure.WEB)
	PulsarLocksEndpointWebExtension pulsarLocksEndpointWebExtension(PulsarLocksEndpoint endpoint) {
		return new PulsarLocksEndpointWebExtension(endpoint);
	}

}

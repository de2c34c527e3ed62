package io.pulsarlock.autoconfigure;

import io.pulsarlock.Leadership;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.camel.PulsarClusterService;
import io.pulsarlock.pulsar.PulsarLocks;
import org.apache.camel.cluster.CamelClusterService;
import org.apache.camel.support.cluster.AbstractCamelClusterService;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for Camel on the leader groups of this library. Camel adds the
 * service to its contexts. A {@link CamelClusterService} of the application replaces the
 * auto-configured one.
 *
 * @since 0.2.0
 */
@AutoConfiguration(afterName = "io.pulsarlock.autoconfigure.PulsarLockAutoConfiguration",
		beforeName = "org.apache.camel.spring.boot.CamelAutoConfiguration")
@ConditionalOnClass(AbstractCamelClusterService.class)
@ConditionalOnBean(Leadership.class)
@ConditionalOnSingleCandidate(LockRegistry.class)
@ConditionalOnBooleanProperty(name = "pulsar-lock.camel.enabled", matchIfMissing = true)
public final class PulsarLockCamelAutoConfiguration {

	PulsarLockCamelAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean(CamelClusterService.class)
	PulsarClusterService pulsarClusterService(LockRegistry registry, Leadership leadership) {
		LockNode node = WithoutNode.node(registry);
		return new PulsarClusterService(leadership, (node != null) ? node.node() : PulsarLocks.defaultNode());
	}

}

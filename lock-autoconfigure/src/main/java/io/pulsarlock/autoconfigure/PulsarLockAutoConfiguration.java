package io.pulsarlock.autoconfigure;

import io.pulsarlock.LeaderListener;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.pulsar.PulsarConnector;
import io.pulsarlock.session.SessionLockRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.pulsar.client.api.PulsarClient;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.pulsar.autoconfigure.PulsarAutoConfiguration;
import org.springframework.boot.pulsar.autoconfigure.PulsarConnectionDetails;
import org.springframework.boot.pulsar.autoconfigure.PulsarProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.pulsar.core.PulsarClientBuilderCustomizer;
import org.springframework.pulsar.core.PulsarTemplate;

/**
 * Auto-configuration for distributed locks and leader election on Apache Pulsar.
 * <p>
 * Locks have a Pulsar client of their own, made each time the application context starts
 * and closed when it stops. A {@link LockRegistry} bean of the application replaces all
 * of this.
 */
@AutoConfiguration(after = PulsarAutoConfiguration.class)
@ConditionalOnClass({ PulsarClient.class, PulsarTemplate.class })
@ConditionalOnBooleanProperty(name = "pulsar-lock.enabled", matchIfMissing = true)
@EnableConfigurationProperties(PulsarLockProperties.class)
public final class PulsarLockAutoConfiguration {

	PulsarLockAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	Leadership pulsarLockLeadership(LockRegistry lockRegistry) {
		return lockRegistry.leadership();
	}

	@Bean
	@Lazy(false)
	LockShutdown pulsarLockShutdown(DefaultListableBeanFactory beanFactory) {
		return new LockShutdown(beanFactory);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(LockRegistry.class)
	static class RegistryConfiguration {

		private static final Log logger = LogFactory.getLog(PulsarLockAutoConfiguration.class);

		@Bean
		LockClientFactory pulsarLockClientFactory(PulsarProperties properties,
				PulsarConnectionDetails connectionDetails, ObjectProvider<PulsarClientBuilderCustomizer> customizers,
				ObjectProvider<LockClientBuilderCustomizer> lockCustomizers) {
			return new LockClientFactory(properties, connectionDetails, customizers.orderedStream().toList(),
					lockCustomizers.orderedStream().toList());
		}

		/** Also the {@link Leadership} of applications that do not make one. */
		@Bean
		@Fallback
		SessionLockRegistry pulsarLockRegistry(PulsarLockProperties properties, Environment environment,
				LockClientFactory clientFactory) {
			LockSettings settings = LockSettings.of(properties, environment);
			settings.warnings().forEach(logger::warn);
			logger.info("Node '" + settings.session().node() + "' is of lock cluster '" + settings.topics().cluster()
					+ "' in " + settings.topics().tenant() + "/" + settings.topics().namespace() + " (shards "
					+ settings.session().shards() + ", lease " + LockSettings.text(settings.session().lease())
					+ ", reconnect grace " + LockSettings.text(settings.session().reconnectGrace()) + ")");
			return SessionLockRegistry.restartable(settings.session(),
					() -> new PulsarConnector(clientFactory::create, settings.topics(), settings.session().node()));
		}

		@Bean
		LockRegistryLifecycle pulsarLockRegistryLifecycle(SessionLockRegistry registry, LockShutdown shutdown,
				PulsarLockProperties properties, LockClientFactory clientFactory,
				ObjectProvider<LockListener> lockListeners, ObjectProvider<LeaderListener> leaderListeners,
				ApplicationEventPublisher publisher) {
			return new LockRegistryLifecycle(registry, shutdown, properties.startup(), properties.startupTimeout(),
					clientFactory.serviceUrl(), lockListeners, leaderListeners, new LockEventPublisher(publisher));
		}

		@Bean
		LeadershipLifecycle pulsarLockLeadershipLifecycle(SessionLockRegistry registry, LockShutdown shutdown,
				PulsarLockProperties properties) {
			return new LeadershipLifecycle(registry, properties.leader().groups(), shutdown);
		}

	}

}

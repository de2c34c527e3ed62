package io.pulsarlock.autoconfigure;

import java.util.stream.Stream;

import io.pulsarlock.Leadership;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.pulsar.PulsarConnector;
import io.pulsarlock.pulsar.RecordEncryption;
import io.pulsarlock.session.SessionLockNode;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.pulsar.client.api.CryptoKeyReader;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.impl.LookupService;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.pulsar.autoconfigure.PulsarAutoConfiguration;
import org.springframework.boot.pulsar.autoconfigure.PulsarConnectionDetails;
import org.springframework.boot.pulsar.autoconfigure.PulsarProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.pulsar.core.PulsarAdministration;
import org.springframework.pulsar.core.PulsarClientBuilderCustomizer;
import org.springframework.pulsar.core.PulsarTemplate;

/**
 * Auto-configuration for distributed locks and leader election on Apache Pulsar.
 * <p>
 * Locks have a Pulsar client of their own, which is created each time the application
 * context starts and closed when it stops. A {@link LockRegistry} bean of the application
 * replaces the auto-configured one; listeners, leader groups, health and meters then use
 * that bean.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PulsarAutoConfiguration.class)
@ConditionalOnClass({ PulsarClient.class, PulsarTemplate.class })
@ConditionalOnBooleanProperty(name = "pulsar-lock.enabled", matchIfMissing = true)
@EnableConfigurationProperties(PulsarLockProperties.class)
@ImportRuntimeHints(PulsarLockAutoConfiguration.ClientHints.class)
public final class PulsarLockAutoConfiguration {

	PulsarLockAutoConfiguration(Environment environment, ObjectProvider<PulsarLockProperties> properties) {
		RenamedProperties.check(environment);
		PrintedNames.setReadableKeys(properties.getObject().privacy().readableKeys());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnSingleCandidate(LockRegistry.class)
	Leadership pulsarLockLeadership(LockRegistry registry) {
		return WithoutNode.leadership(registry);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnSingleCandidate(LockRegistry.class)
	LockAdministration pulsarLockAdministration(LockRegistry registry) {
		return WithoutNode.administration(registry);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnSingleCandidate(LockRegistry.class)
	LockMonitor pulsarLockMonitor(LockRegistry registry) {
		return WithoutNode.monitor(registry);
	}

	@Bean
	@Lazy(false)
	LockShutdown pulsarLockShutdown(DefaultListableBeanFactory beanFactory) {
		return new LockShutdown(beanFactory);
	}

	@Bean
	@ConditionalOnSingleCandidate(LockRegistry.class)
	LockRegistryLifecycle pulsarLockRegistryLifecycle(LockRegistry registry, Leadership leadership,
			ObjectProvider<ManagedNode> managedNode, LockShutdown shutdown, PulsarLockProperties properties,
			DefaultListableBeanFactory beanFactory, ApplicationEventPublisher publisher) {
		// A mock in place of the node needs no settings.
		ManagedNode managed = (SessionLockNode.behind(registry) != null) ? managedNode.getIfAvailable() : null;
		return new LockRegistryLifecycle(registry, (managed != null && managed.is(registry)) ? managed : null,
				isInherited(registry, beanFactory), shutdown, properties.startup(), properties.startupTimeout(),
				new LockListeners(registry, leadership, beanFactory, new LockEventPublisher(publisher)));
	}

	@Bean
	@ConditionalOnSingleCandidate(LockRegistry.class)
	LeadershipLifecycle pulsarLockLeadershipLifecycle(LockRegistry registry, Leadership leadership,
			LockShutdown shutdown, PulsarLockProperties properties, DefaultListableBeanFactory beanFactory) {
		return new LeadershipLifecycle(registry, leadership, isInherited(registry, beanFactory),
				properties.leader().joinGroups(), shutdown);
	}

	/** Whether the registry is a bean of a parent context. */
	private static boolean isInherited(LockRegistry registry, DefaultListableBeanFactory beanFactory) {
		return beanFactory.getParentBeanFactory() != null
				&& Stream.of(beanFactory.getBeanNamesForType(LockRegistry.class, true, false))
					.noneMatch((name) -> beanFactory.getSingleton(name) == registry);
	}

	/** Applies to a registry bean of the application, too. */
	@Bean
	FirstElectionLifecycle pulsarLockFirstElectionLifecycle(ObjectProvider<Leadership> leadership,
			PulsarLockProperties properties, ObjectProvider<LockRegistryLifecycle> joining) {
		return new FirstElectionLifecycle(leadership, properties.startup(), properties.startupTimeout(), joining);
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

		/** Created only for the registry below, which a test may replace. */
		@Bean
		@Lazy
		ManagedNode pulsarLockManagedNode(PulsarLockProperties properties, Environment environment,
				LockClientFactory clientFactory, ObjectProvider<CryptoKeyReader> cryptoKeys,
				ObjectProvider<PulsarAdministration> administration) {
			LockSettings settings = LockSettings.of(properties, environment);
			RecordEncryption encryption = LockSettings.encryption(properties.security().encryptionKeys(),
					cryptoKeys.getIfUnique());
			settings.warnings().forEach(logger::warn);
			logger.info("Node '" + PrintedNames.text(settings.session().node()) + "' belongs to lock cluster '"
					+ settings.topics().cluster() + "' in " + settings.topics().tenant() + "/"
					+ settings.topics().namespace() + " (shards " + settings.session().shards() + ", lease "
					+ LockSettings.text(settings.session().lease()) + ", reconnect grace "
					+ LockSettings.text(settings.session().reconnectGrace())
					+ (settings.keys().isEmpty() ? "" : ", signed records")
					+ (encryption.isEmpty() ? "" : ", encrypted records") + ")");
			return new ManagedNode(SessionLockNode.restartable(settings.session(),
					() -> new PulsarConnector(clientFactory::create, settings.topics(), settings.session().node(),
							settings.keys(), encryption, properties.hints().enabled())),
					clientFactory.serviceUrl(), new ReplicationCheck(administration, environment,
							settings.topics().tenant() + "/" + settings.topics().namespace()));
		}

		@Bean
		@Fallback
		LockNode pulsarLockRegistry(ManagedNode managed) {
			return managed.node();
		}

	}

	/**
	 * The lookup of the client is replaced by a proxy, which calls the original by
	 * reflection.
	 */
	static class ClientHints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.proxies().registerJdkProxy(LookupService.class);
			hints.reflection().registerType(LookupService.class, MemberCategory.INVOKE_PUBLIC_METHODS);
		}

	}

}

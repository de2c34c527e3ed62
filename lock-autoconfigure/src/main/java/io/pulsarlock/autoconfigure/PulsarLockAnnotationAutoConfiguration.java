package io.pulsarlock.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.EarlyBeans;
import io.pulsarlock.annotation.GuardDefaults;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockAnnotationBeanPostProcessor;
import io.pulsarlock.observation.LockAcquireObservationConvention;
import io.pulsarlock.observation.LockHoldObservationConvention;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for {@link DistributedLock} and {@link LeaderOnly}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PulsarLockAutoConfiguration.class)
@ConditionalOnBean(LockRegistry.class)
@ConditionalOnBooleanProperty(name = "pulsar-lock.annotations.enabled", matchIfMissing = true)
@EnableConfigurationProperties(PulsarLockProperties.class)
public final class PulsarLockAnnotationAutoConfiguration {

	PulsarLockAnnotationAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static EarlyBeans lockEarlyBeans() {
		return new EarlyBeans();
	}

	/**
	 * One for each context, because the post-processors of a parent do not see the beans
	 * of its children.
	 */
	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static LockAnnotationBeanPostProcessor lockAnnotationBeanPostProcessor(ObjectProvider<LockRegistry> registry,
			ObjectProvider<Leadership> leadership, ObjectProvider<GuardDefaults> defaults,
			ObjectProvider<ObservationRegistry> observations, ObjectProvider<LockAcquireObservationConvention> acquire,
			ObjectProvider<LockHoldObservationConvention> hold, Environment environment) {
		LockAnnotationBeanPostProcessor postProcessor = new LockAnnotationBeanPostProcessor(registry, leadership,
				defaults, observations, acquire, hold);
		// Not from the properties bean, which is created later.
		postProcessor.setAdvisorOrder(environment.getProperty("pulsar-lock.annotations.order", Integer.class));
		return postProcessor;
	}

	@Bean
	@ConditionalOnMissingBean
	GuardDefaults lockGuardDefaults(PulsarLockProperties properties, Environment environment) {
		return new GuardDefaults(properties.leaderGroup(environment), properties.annotations().waitFor());
	}

	/** A node with {@code @LeaderOnly} methods is a candidate from the start. */
	@Bean
	AnnotatedGroupsLifecycle lockAnnotatedGroupsLifecycle(LockAnnotationBeanPostProcessor postProcessor,
			LockRegistry registry, ObjectProvider<Leadership> leadership) {
		return new AnnotatedGroupsLifecycle(postProcessor, registry,
				leadership.getIfAvailable(() -> WithoutNode.leadership(registry)));
	}

}

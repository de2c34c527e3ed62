package io.pulsarlock.autoconfigure;

import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockAnnotationBeanPostProcessor;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for application contexts in which {@link DistributedLock} and
 * {@link LeaderOnly} have no effect, because they were switched off or there is no lock
 * registry: logs a warning if there are such annotations.
 *
 * @since 0.2.0
 */
@AutoConfiguration(after = PulsarLockAnnotationAutoConfiguration.class)
@ConditionalOnMissingBean(value = LockAnnotationBeanPostProcessor.class, search = SearchStrategy.CURRENT)
public final class PulsarLockUnguardedAutoConfiguration {

	PulsarLockUnguardedAutoConfiguration() {
	}

	@Bean
	@Lazy(false)
	UnguardedBeans pulsarLockUnguardedBeans(DefaultListableBeanFactory beanFactory, Environment environment) {
		return new UnguardedBeans(beanFactory, environment);
	}

}

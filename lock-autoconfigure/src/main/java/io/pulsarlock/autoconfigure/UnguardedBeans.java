package io.pulsarlock.autoconfigure;

import java.util.Set;
import java.util.stream.Collectors;

import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.LockAnnotationBeanPostProcessor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * Logs a warning at startup if there are annotations that nothing applies. A method that
 * runs on every node seems to work until its effects are counted.
 */
final class UnguardedBeans implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(UnguardedBeans.class);

	private static final int NAMED = 3;

	private final ConfigurableListableBeanFactory beans;

	private final Environment environment;

	UnguardedBeans(ConfigurableListableBeanFactory beans, Environment environment) {
		this.beans = beans;
		this.environment = environment;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Set<String> names = LockAnnotationBeanPostProcessor.findAnnotatedBeans(this.beans);
		if (!names.isEmpty()) {
			logger.warn("@DistributedLock and @LeaderOnly have no effect, because " + reason()
					+ ": every call runs on all nodes at the same time, without a lock, whether or not the node "
					+ "leads. " + concerned(names));
		}
	}

	private String reason() {
		for (String property : new String[] { "pulsar-lock.enabled", "pulsar-lock.annotations.enabled" }) {
			if (Boolean.FALSE.equals(this.environment.getProperty(property, Boolean.class))) {
				return property + " is false";
			}
		}
		if (BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, LockRegistry.class, true,
				false).length > 0) {
			return PulsarLockAnnotationAutoConfiguration.class.getSimpleName() + " is excluded";
		}
		return "there is no LockRegistry in this application context";
	}

	private static String concerned(Set<String> names) {
		String named = names.stream().limit(NAMED).collect(Collectors.joining("', '", "'", "'"));
		if (names.size() > NAMED) {
			return "This concerns beans " + named + " and " + (names.size() - NAMED) + " more";
		}
		return "This concerns bean" + ((names.size() > 1) ? "s " : " ") + named;
	}

}

package io.pulsarlock.annotation;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Knows which beans the container has made itself, as opposed to those that were put into
 * it ready-made, by {@code registerSingleton}: tests put mocks in the place of beans that
 * way.
 */
final class EarlyBeans implements BeanPostProcessor {

	private final Set<String> names = ConcurrentHashMap.newKeySet();

	private volatile boolean observing;

	/** Begins, while there are definitions and hardly any beans yet. */
	void observe(ConfigurableListableBeanFactory beans) {
		this.names.addAll(Set.of(beans.getSingletonNames()));
		this.observing = true;
		beans.addBeanPostProcessor(this);
	}

	/** Whether the bean may have been made by the container. */
	boolean mayInclude(String name) {
		return !this.observing || this.names.contains(name);
	}

	/** Ends: whatever is made from now on comes to every post-processor. */
	void close() {
		this.observing = false;
		this.names.clear();
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (this.observing) {
			this.names.add(beanName);
		}
		return bean;
	}

}

package io.pulsarlock.annotation;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;

/**
 * Knows which beans the container has made itself, as opposed to those that were put into
 * it ready-made, by {@code registerSingleton}: tests put mocks in the place of beans that
 * way. A bean of its own and not a part of {@link LockAnnotationBeanPostProcessor}, which
 * must not be made before all there is to know of proxies is known.
 *
 * @since 0.2.0
 */
public final class EarlyBeans implements BeanDefinitionRegistryPostProcessor {

	private final Set<String> names = ConcurrentHashMap.newKeySet();

	private volatile boolean observing;

	/** Begins, while there are definitions and hardly any beans yet. */
	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
		if (registry instanceof ConfigurableListableBeanFactory beans) {
			this.names.addAll(Set.of(beans.getSingletonNames()));
			this.observing = true;
			beans.addBeanPostProcessor(new Observer());
		}
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

	private final class Observer implements BeanPostProcessor {

		@Override
		public Object postProcessBeforeInitialization(Object bean, String beanName) {
			if (EarlyBeans.this.observing) {
				EarlyBeans.this.names.add(beanName);
			}
			return bean;
		}

	}

}

package io.pulsarlock.annotation;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;

/**
 * Knows which beans the container has created itself, as opposed to beans that were
 * registered ready-made with {@code registerSingleton}, as tests do to replace beans with
 * mocks. This is a bean of its own and not a part of
 * {@link LockAnnotationBeanPostProcessor}, which must not be created before everything
 * about proxies is known.
 *
 * @since 0.2.0
 */
public final class EarlyBeans implements BeanDefinitionRegistryPostProcessor {

	private final Set<String> names = ConcurrentHashMap.newKeySet();

	private volatile boolean observing;

	/** Begins when the definitions are there and hardly any beans exist. */
	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
		if (registry instanceof ConfigurableListableBeanFactory beans) {
			this.names.addAll(Set.of(beans.getSingletonNames()));
			this.observing = true;
			beans.addBeanPostProcessor(new Observer());
		}
	}

	/** Whether the container may have created the bean. */
	boolean mayInclude(String name) {
		return !this.observing || this.names.contains(name);
	}

	/** Ends: every bean that is created from now on passes every post-processor. */
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

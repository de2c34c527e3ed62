package io.pulsarlock.annotation;

import java.io.Closeable;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

import org.springframework.beans.factory.Aware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.SmartFactoryBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.Lifecycle;
import org.springframework.context.Phased;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * Detects methods that serve the container and not the application.
 */
final class ContainerCallbacks {

	/** Methods that the container calls on the bean itself, bypassing every proxy. */
	private static final List<Class<?>> ON_THE_BEAN = List.of(InitializingBean.class, DisposableBean.class);

	private static final List<Class<?>> ON_THE_PROXY = List.of(Lifecycle.class, SmartLifecycle.class, Phased.class,
			Ordered.class, FactoryBean.class, SmartFactoryBean.class, SmartInitializingSingleton.class,
			BeanPostProcessor.class, BeanFactoryPostProcessor.class, AutoCloseable.class, Closeable.class);

	private static final Set<String> ANNOTATIONS_ON_THE_BEAN = Set.of("jakarta.annotation.PostConstruct",
			"jakarta.annotation.PreDestroy", "jakarta.annotation.Resource", "jakarta.inject.Inject",
			"org.springframework.beans.factory.annotation.Autowired");

	private static final String BEAN_METHOD = "org.springframework.context.annotation.Bean";

	private ContainerCallbacks() {
	}

	/** Whether the method serves the container. */
	static boolean isCallback(Method method, Class<?> targetClass) {
		return isCalledOnTheBean(method, targetClass) || implementsOneOf(ON_THE_PROXY, method, targetClass)
				|| annotations(method).isPresent(BEAN_METHOD)
				|| method.getDeclaringClass().getName().startsWith("groovy.lang.");
	}

	/** Whether the container calls the method in a way that cannot be intercepted. */
	static boolean isCalledOnTheBean(Method method, Class<?> targetClass) {
		return implementsOneOf(ON_THE_BEAN, method, targetClass) || isAwareMethod(method, targetClass)
				|| annotations(method).stream()
					.map(MergedAnnotation::getType)
					.map(Class::getName)
					.anyMatch(ANNOTATIONS_ON_THE_BEAN::contains);
	}

	private static MergedAnnotations annotations(Method method) {
		return MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
	}

	private static boolean isAwareMethod(Method method, Class<?> targetClass) {
		return ClassUtils.getAllInterfacesForClassAsSet(targetClass)
			.stream()
			.filter(Aware.class::isAssignableFrom)
			.anyMatch((type) -> implementsMethodOf(type, method, targetClass));
	}

	private static boolean implementsOneOf(List<Class<?>> types, Method method, Class<?> targetClass) {
		return types.stream()
			.anyMatch((type) -> type.isAssignableFrom(targetClass) && implementsMethodOf(type, method, targetClass));
	}

	private static boolean implementsMethodOf(Class<?> type, Method method, Class<?> targetClass) {
		return Arrays.stream(type.getDeclaredMethods())
			.anyMatch((declared) -> GuardAnnotations.isImplementedBy(declared, method, targetClass));
	}

}

package io.pulsarlock.annotation;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the classes, and the beans of a bean factory, that have one of the annotations.
 * Beans are found by their definitions, without creating them.
 */
final class AnnotatedBeans {

	private static final List<Class<? extends Annotation>> ANNOTATIONS = List.of(DistributedLock.class,
			LeaderOnly.class);

	private final Map<Class<?>, Boolean> known = new ConcurrentHashMap<>();

	/** Whether anything in the class or its interfaces is annotated. */
	boolean isAnnotated(Class<?> type) {
		return this.known.computeIfAbsent(type, AnnotatedBeans::find);
	}

	private static boolean find(Class<?> type) {
		if (!AnnotationUtils.isCandidateClass(type, ANNOTATIONS) && !Proxy.isProxyClass(type)) {
			return false;
		}
		if (isAnnotatedItself(type)) {
			return true;
		}
		return ClassUtils.getAllInterfacesForClassAsSet(type).stream().anyMatch(AnnotatedBeans::isAnnotatedItself);
	}

	private static boolean isAnnotatedItself(Class<?> type) {
		for (Class<? extends Annotation> annotation : ANNOTATIONS) {
			if (AnnotatedElementUtils.hasAnnotation(type, annotation)) {
				return true;
			}
			for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
				for (Method method : ReflectionUtils.getDeclaredMethods(each)) {
					if (AnnotatedElementUtils.hasAnnotation(method, annotation)) {
						return true;
					}
				}
			}
		}
		if (type.isInterface()) {
			for (Class<?> each : type.getInterfaces()) {
				if (isAnnotatedItself(each)) {
					return true;
				}
			}
		}
		return false;
	}

	/**
	 * Finds the annotated beans that have not been created: lazy beans, beans of other
	 * scopes and the products of factory beans.
	 * @param found called with a bean's name and the class that its definition declares
	 */
	void unmade(ConfigurableListableBeanFactory beans, BiConsumer<String, Class<?>> found) {
		for (String name : beans.getBeanDefinitionNames()) {
			boolean made = beans.containsSingleton(name);
			boolean factory = isFactory(beans, name);
			if (!made || factory) {
				find(beans, name, found);
			}
			if (!made && factory) {
				find(beans, BeanFactory.FACTORY_BEAN_PREFIX + name, found);
			}
		}
	}

	private void find(ConfigurableListableBeanFactory beans, String name, BiConsumer<String, Class<?>> found) {
		Class<?> type = type(beans, name);
		if (type != null && isAnnotated(type)) {
			found.accept(name, type);
		}
	}

	/**
	 * The names of all annotated beans, created or not.
	 * @return the names, in alphabetical order
	 */
	Set<String> names(ConfigurableListableBeanFactory beans) {
		Set<String> names = new TreeSet<>();
		for (String name : beans.getBeanDefinitionNames()) {
			Object made = beans.containsSingleton(name) ? beans.getSingleton(name) : null;
			if (made != null && !(made instanceof AopInfrastructureBean)
					&& isAnnotated(AopUtils.getTargetClass(made))) {
				names.add(name);
			}
		}
		unmade(beans, (name, type) -> {
			String plain = name.startsWith(BeanFactory.FACTORY_BEAN_PREFIX) ? name.substring(1) : name;
			names.add(ScopedProxyUtils.isScopedTarget(plain) ? ScopedProxyUtils.getOriginalBeanName(plain) : plain);
		});
		return names;
	}

	private static boolean isFactory(ConfigurableListableBeanFactory beans, String name) {
		try {
			return beans.isFactoryBean(name);
		}
		catch (BeansException | LinkageError ex) {
			return false;
		}
	}

	/** The class behind a bean, as far as it is known without the bean. */
	private static @Nullable Class<?> type(ConfigurableListableBeanFactory beans, String name) {
		try {
			if (beans.getMergedBeanDefinition(name).isAbstract()) {
				return null;
			}
			Class<?> type = beans.getType(name, false);
			// Such as scoped proxies, whose targets have definitions of their own.
			return (type == null || AopInfrastructureBean.class.isAssignableFrom(type)) ? null
					: ClassUtils.getUserClass(type);
		}
		catch (BeansException | LinkageError ex) {
			// Reported to the caller that creates the bean.
			return null;
		}
	}

}

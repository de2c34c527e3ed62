package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.DecoratingProxy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The guards of one bean: of the class behind it, and of the interfaces that only its JDK
 * proxy has, as repositories and clients do.
 */
final class BeanGuards {

	private final String beanName;

	private final GuardFactory factory;

	private final Class<?> targetClass;

	private final @Nullable Class<?> proxyClass;

	private final Map<Method, Optional<Guard>> guards = new ConcurrentHashMap<>();

	BeanGuards(Object bean, String beanName, GuardFactory factory) {
		this.beanName = beanName;
		this.factory = factory;
		this.targetClass = ClassUtils.getUserClass(AopUtils.getTargetClass(bean));
		this.proxyClass = (Proxy.isProxyClass(bean.getClass()) && bean.getClass() != this.targetClass) ? bean.getClass()
				: null;
	}

	/** The class behind the bean; that of a JDK proxy if there is none. */
	Class<?> targetClass() {
		return this.targetClass;
	}

	/**
	 * Makes all guards.
	 * @return the guards, empty if nothing guards the bean
	 * @throws InvalidLockAnnotationException if a method cannot be guarded
	 */
	List<Guard> all() {
		Set<Guard> all = new LinkedHashSet<>();
		for (Method method : methods()) {
			Guard guard = find(method);
			if (guard != null) {
				all.add(guard);
			}
		}
		return new ArrayList<>(all);
	}

	private Set<Method> methods() {
		Set<Method> methods = new LinkedHashSet<>();
		if (!Proxy.isProxyClass(this.targetClass)) {
			ReflectionUtils.doWithMethods(this.targetClass, methods::add, BeanGuards::isOwn);
		}
		Class<?> proxy = Proxy.isProxyClass(this.targetClass) ? this.targetClass : this.proxyClass;
		if (proxy != null) {
			for (Class<?> type : ClassUtils.getAllInterfacesForClassAsSet(proxy)) {
				if (type != SpringProxy.class && type != Advised.class && type != DecoratingProxy.class) {
					for (Method method : type.getMethods()) {
						if (isOwn(method)) {
							methods.add(method);
						}
					}
				}
			}
		}
		return methods;
	}

	private static boolean isOwn(Method method) {
		return !method.isBridge() && !method.isSynthetic() && method.getDeclaringClass() != Object.class;
	}

	/** What guards a call of that method. */
	@Nullable Guard find(Method method) {
		Optional<Guard> known = this.guards.get(method);
		if (known == null) {
			known = Optional.ofNullable(create(method));
			this.guards.put(method, known);
		}
		return known.orElse(null);
	}

	private @Nullable Guard create(Method method) {
		if (ReflectionUtils.isObjectMethod(method)) {
			return null;
		}
		Guard guard = this.factory.create(method, this.targetClass, this.beanName);
		return (guard != null || this.proxyClass == null || !method.getDeclaringClass().isInterface()) ? guard
				: this.factory.create(method, this.proxyClass, this.beanName);
	}

}

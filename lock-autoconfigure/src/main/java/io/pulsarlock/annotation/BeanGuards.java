package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.DecoratingProxy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The guards of one bean: those of its target class, and those of interfaces that only
 * its JDK proxy has, as for repositories and HTTP clients.
 */
final class BeanGuards {

	private final String beanName;

	private final GuardFactory factory;

	private final Class<?> targetClass;

	private final @Nullable Class<?> proxyClass;

	private final Map<Method, Optional<Guard>> guards = new ConcurrentHashMap<>();

	BeanGuards(Object bean, String beanName, GuardFactory factory) {
		this(ClassUtils.getUserClass(AopUtils.getTargetClass(bean)), bean.getClass(), beanName, factory);
	}

	private BeanGuards(Class<?> targetClass, Class<?> beanClass, String beanName, GuardFactory factory) {
		this.beanName = beanName;
		this.factory = factory;
		this.targetClass = targetClass;
		this.proxyClass = (Proxy.isProxyClass(beanClass) && beanClass != targetClass) ? beanClass : null;
	}

	/** The guards of a bean that has not been created yet. */
	static BeanGuards expected(Class<?> type, String beanName, GuardFactory factory) {
		return new BeanGuards(type, type, beanName, factory);
	}

	/** The target class of the bean; the class of the JDK proxy if there is none. */
	Class<?> targetClass() {
		return this.targetClass;
	}

	/**
	 * Creates all guards.
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

	/**
	 * The leader groups that guards name. If no bean can have this class, as with a bean
	 * method that returns an interface, nothing else is checked, because the actual bean
	 * may be valid.
	 * @return the groups
	 * @throws InvalidLockAnnotationException if a method cannot be guarded
	 */
	Set<String> leaderGroups() {
		Set<String> groups = new LinkedHashSet<>();
		if (isConcrete(this.targetClass)) {
			all().stream().map(Guard::leader).filter(Objects::nonNull).map(Guard.Leader::group).forEach(groups::add);
			return groups;
		}
		for (Method method : methods()) {
			String group = this.factory.leaderGroup(method, this.targetClass, this.beanName);
			if (group != null) {
				groups.add(group);
			}
		}
		return groups;
	}

	private static boolean isConcrete(Class<?> type) {
		return !Modifier.isAbstract(type.getModifiers());
	}

	private Set<Method> methods() {
		Set<Method> methods = new LinkedHashSet<>();
		if (!isConcrete(this.targetClass)) {
			// Methods of interfaces, too.
			Stream.of(this.targetClass.getMethods()).filter(BeanGuards::isOwn).forEach(methods::add);
		}
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

	/** The guard of a call of that method. */
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

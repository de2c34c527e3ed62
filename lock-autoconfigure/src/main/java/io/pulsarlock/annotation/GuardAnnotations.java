package io.pulsarlock.annotation;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.security.CodeSource;
import java.security.ProtectionDomain;

import org.jspecify.annotations.Nullable;

import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the annotations that guard a method of a class, whichever way the method is
 * called: by the class, by a superclass or by an interface, through bridge methods too.
 */
final class GuardAnnotations {

	private GuardAnnotations() {
	}

	/** Whether anything guards the method. Resolves no placeholder. */
	static boolean isGuarded(Method method, Class<?> targetClass) {
		Method specific = specific(method, targetClass);
		return find(specific, targetClass, DistributedLock.class) != null
				|| find(specific, targetClass, LeaderOnly.class) != null;
	}

	/**
	 * The declared method that is eventually called. For a JDK proxy without a target
	 * class, it is the method of the most specific interface.
	 */
	static Method specific(Method method, Class<?> targetClass) {
		if (!Proxy.isProxyClass(targetClass)) {
			return BridgeMethodResolver.getMostSpecificMethod(method, targetClass);
		}
		Method found = Proxy.isProxyClass(method.getDeclaringClass()) ? null : method;
		for (Class<?> type : targetClass.getInterfaces()) {
			Method declared = declared(method, type);
			if (declared != null
					&& (found == null || found.getDeclaringClass().isAssignableFrom(declared.getDeclaringClass()))) {
				found = declared;
			}
		}
		return (found != null) ? found : method;
	}

	/**
	 * Whether a call of a method of some type eventually runs a {@link #specific} method.
	 */
	static boolean isImplementedBy(Method declared, Method method, Class<?> targetClass) {
		// The cheap checks first: resolving a method is expensive.
		return declared.getName().equals(method.getName()) && declared.getParameterCount() == method.getParameterCount()
				&& specific(declared, targetClass).equals(method);
	}

	private static @Nullable Method declared(Method method, Class<?> type) {
		if (method.getDeclaringClass().isAssignableFrom(type)) {
			return BridgeMethodResolver.getMostSpecificMethod(method, type);
		}
		Method declared = ClassUtils.getMethodIfAvailable(type, method.getName(), method.getParameterTypes());
		return (declared != null) ? BridgeMethodResolver.findBridgedMethod(declared) : null;
	}

	/**
	 * The annotation that applies to a {@link #specific} method: its own, that of a
	 * method it overrides or implements, or that of the type.
	 */
	static <A extends Annotation> @Nullable A find(Method method, Class<?> targetClass, Class<A> type) {
		if (ReflectionUtils.isObjectMethod(method) || method.getDeclaringClass() == Object.class) {
			return null;
		}
		A found = findOnMethod(method, targetClass, type);
		if (found == null && !isLeftOut(method, targetClass)) {
			found = AnnotatedElementUtils.findMergedAnnotation(targetClass, type);
		}
		return found;
	}

	/** Whether the method itself is annotated, and not its type alone. */
	static boolean isAnnotated(Method method, Class<?> targetClass) {
		return findOnMethod(method, targetClass, DistributedLock.class) != null
				|| findOnMethod(method, targetClass, LeaderOnly.class) != null;
	}

	/** The annotation of the method itself, without that of its type. */
	static <A extends Annotation> @Nullable A findOnMethod(Method method, Class<?> targetClass, Class<A> type) {
		A found = AnnotatedElementUtils.findMergedAnnotation(method, type);
		if (found != null || Modifier.isPrivate(method.getModifiers()) || Modifier.isStatic(method.getModifiers())) {
			return found;
		}
		// An inherited method may implement an interface that its own class does not.
		for (Class<?> each : ClassUtils.getAllInterfacesForClassAsSet(targetClass)) {
			if (!each.isAssignableFrom(method.getDeclaringClass())) {
				for (Method declared : each.getDeclaredMethods()) {
					if (isImplementedBy(declared, method, targetClass)) {
						found = AnnotatedElementUtils.findMergedAnnotation(declared, type);
						if (found != null) {
							return found;
						}
					}
				}
			}
		}
		return null;
	}

	/**
	 * Whether an annotation of the type does not apply to a method: internal methods,
	 * callbacks of the container and final methods of other libraries.
	 */
	private static boolean isLeftOut(Method method, Class<?> targetClass) {
		int modifiers = method.getModifiers();
		return Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers) || method.isSynthetic()
				|| (Modifier.isFinal(modifiers) && isForeign(method.getDeclaringClass(), targetClass))
				|| ContainerCallbacks.isCallback(method, targetClass);
	}

	/** Whether a superclass comes from somewhere else than the class itself. */
	static boolean isForeign(Class<?> declaring, Class<?> targetClass) {
		if (declaring == targetClass || Proxy.isProxyClass(declaring)) {
			return false;
		}
		Object there = origin(declaring);
		Object here = origin(targetClass);
		if (there != null && here != null) {
			return !there.equals(here);
		}
		// Without one, as in a native image, the packages decide.
		return !group(declaring).equals(group(targetClass));
	}

	private static @Nullable Object origin(Class<?> type) {
		ProtectionDomain domain = type.getProtectionDomain();
		CodeSource source = (domain != null) ? domain.getCodeSource() : null;
		return (source != null && source.getLocation() != null) ? source.getLocation().toString() : null;
	}

	private static String group(Class<?> type) {
		String[] parts = type.getPackageName().split("\\.");
		return String.join(".", java.util.Arrays.copyOf(parts, Math.min(parts.length, 3)));
	}

}

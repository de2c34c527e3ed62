package io.pulsarlock.annotation;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;

import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Detects what prevents a proxy that is a subclass of the bean's class.
 */
final class SubclassProxies {

	private static final String OTHERWISE = ", or take the lock in the code with LockRegistry.";

	private SubclassProxies() {
	}

	/** Whether such a proxy is possible at all. */
	static boolean isPossible(Class<?> type) {
		return !Modifier.isFinal(type.getModifiers()) && !type.isSealed() && !type.isEnum() && !type.isHidden()
				&& !Proxy.isProxyClass(type)
				&& (type.isInterface() || !Arrays.stream(type.getDeclaredConstructors())
					.map(Constructor::getModifiers)
					.allMatch(Modifier::isPrivate));
	}

	/**
	 * Refuses a class with a guarded method if such a proxy cannot guard it.
	 * @throws InvalidLockAnnotationException if it cannot
	 */
	static void check(Class<?> type, Method guarded, String beanName) {
		if (!isPossible(type)) {
			refuse(type, guarded, beanName);
		}
		ReflectionUtils.doWithMethods(type, (method) -> {
			if (!GuardAnnotations.isForeign(method.getDeclaringClass(), type)) {
				throw new InvalidLockAnnotationException(beanName, guarded, "the method '" + method.getName()
						+ "' beside it is final, so it would run on the proxy and find all fields of the bean empty",
						"Remove 'final' from '" + ClassUtils.getQualifiedMethodName(method) + "'" + OTHERWISE, null);
			}
		}, SubclassProxies::isFinalForOthers);
	}

	private static boolean isFinalForOthers(Method method) {
		int modifiers = method.getModifiers();
		return Modifier.isFinal(modifiers) && !Modifier.isPrivate(modifiers) && !Modifier.isStatic(modifiers)
				&& !Modifier.isProtected(modifiers) && !method.isSynthetic()
				&& method.getDeclaringClass() != Object.class && !method.getDeclaringClass().isEnum();
	}

	private static void refuse(Class<?> type, Method guarded, String beanName) {
		String problem = "cannot be subclassed by a proxy, so calls cannot be intercepted and would run unguarded";
		if (type.isRecord()) {
			throw new InvalidLockAnnotationException(beanName, guarded, "its class is a record, which " + problem,
					"Make it a class that is not final" + OTHERWISE, null);
		}
		if (type.isSealed()) {
			throw new InvalidLockAnnotationException(beanName, guarded, "its class is sealed, and so " + problem,
					"Remove 'sealed' from the class" + OTHERWISE, null);
		}
		if (Modifier.isFinal(type.getModifiers()) || type.isEnum()) {
			throw new InvalidLockAnnotationException(beanName, guarded, "its class is final, and so " + problem,
					"Remove 'final' from the class (for Kotlin: open it, or use the plugin kotlin-spring)" + OTHERWISE,
					null);
		}
		throw new InvalidLockAnnotationException(beanName, guarded,
				"its class has private constructors only, and so " + problem,
				"Make one of its constructors package-private or wider" + OTHERWISE, null);
	}

}

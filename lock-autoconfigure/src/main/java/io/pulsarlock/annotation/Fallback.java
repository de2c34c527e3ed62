package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.pulsarlock.LockBusyException;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;

/**
 * The method that is called instead of a guarded one when its lock is busy.
 *
 * @param method the method
 * @param told whether it takes the exception
 * @param suspended whether the guarded method is a suspending function, whose last
 * argument is the continuation
 */
record Fallback(Method method, boolean told, boolean suspended) {

	/**
	 * Finds the fallback of a method.
	 * @return null if there is none with that name and matching parameters
	 */
	static @Nullable Fallback find(String name, Method guarded, Class<?> targetClass) {
		boolean suspended = KotlinDetector.isSuspendingFunction(guarded);
		List<Class<?>> same = parameters(guarded, targetClass);
		Fallback found = null;
		for (Method each : ReflectionUtils.getUniqueDeclaredMethods(targetClass)) {
			if (each.getName().equals(name) && !each.isBridge() && !each.isSynthetic()
					&& (suspended || !KotlinDetector.isSuspendingFunction(each))) {
				List<Class<?>> parameters = parameters(each, targetClass);
				if (parameters.equals(same) && found == null) {
					found = new Fallback(each, false, suspended);
				}
				else if (parameters.size() == same.size() + 1 && parameters.subList(0, same.size()).equals(same)
						&& isTold(parameters.get(same.size()))) {
					return new Fallback(each, true, suspended);
				}
			}
		}
		return found;
	}

	private static boolean isTold(Class<?> type) {
		return Throwable.class.isAssignableFrom(type) && type.isAssignableFrom(LockBusyException.class);
	}

	/** The types of the parameters, without the continuation. */
	private static List<Class<?>> parameters(Method method, Class<?> targetClass) {
		int count = method.getParameterCount() - (KotlinDetector.isSuspendingFunction(method) ? 1 : 0);
		List<Class<?>> types = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			types.add(ResolvableType.forMethodParameter(method, i, targetClass).toClass());
		}
		return types;
	}

	ResolvableType returnType(Class<?> targetClass) {
		return GuardFactory.returnType(this.method, targetClass);
	}

	/**
	 * Calls the method.
	 * @return its result; a publisher if it is a suspending function
	 */
	@Nullable Object invoke(Object target, @Nullable Object[] arguments, LockBusyException busy) throws Throwable {
		int count = arguments.length - (this.suspended ? 1 : 0);
		List<@Nullable Object> given = new ArrayList<>(Arrays.asList(arguments).subList(0, count));
		if (this.told) {
			given.add(busy);
		}
		if (KotlinDetector.isSuspendingFunction(this.method)) {
			given.add(arguments[count]);
		}
		return AopUtils.invokeJoinpointUsingReflection(Modifier.isStatic(this.method.getModifiers()) ? null : target,
				this.method, given.toArray());
	}

}

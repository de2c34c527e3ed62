package io.pulsarlock.annotation;

import io.pulsarlock.LockException;
import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * Thrown for an annotated method that cannot be guarded. Fails the start of the
 * application, so that nothing annotated ever runs unguarded.
 *
 * @since 0.1.0
 */
public class InvalidLockAnnotationException extends LockException {

	private static final long serialVersionUID = 1L;

	private final String action;

	/**
	 * Create the exception.
	 * @param beanName the bean
	 * @param method its method
	 * @param problem what is wrong with it
	 * @param action the cure
	 * @param cause the cause, if there is one
	 */
	public InvalidLockAnnotationException(String beanName, Method method, String problem, String action,
			@Nullable Throwable cause) {
		super("Method '" + describe(method) + "' of bean '" + beanName + "' cannot be guarded: " + problem, cause);
		this.action = action;
	}

	private static String describe(Method method) {
		return ClassUtils.getQualifiedMethodName(method);
	}

	/**
	 * The cure.
	 * @return a sentence
	 */
	public String getAction() {
		return this.action;
	}

}

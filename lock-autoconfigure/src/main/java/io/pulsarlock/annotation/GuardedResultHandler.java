package io.pulsarlock.annotation;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Runs guarded methods whose results have a certain type, so that the lock is held until
 * the work that such a result stands for has ended. Beans of this type are asked, in
 * their order, before the built-in handlers. The first handler that {@linkplain #supports
 * supports} a return type handles it.
 * <p>
 * The library handles plain values, {@code Optional}, {@code CompletionStage},
 * {@code Future}, every type that the {@code ReactiveAdapterRegistry} knows, Kotlin's
 * suspending functions, and the JDK's functional interfaces that stand for work to be
 * done later. A reactive type of another library needs an adapter in the
 * {@code ReactiveAdapterRegistry}, not a handler.
 * <p>
 * The beans are created with the first annotated bean, so declare them with static
 * {@code @Bean} methods and few dependencies.
 *
 * @since 0.2.0
 */
public interface GuardedResultHandler {

	/**
	 * Whether this handler handles methods with that return type. Called once for each
	 * annotated method.
	 * @param returnType the return type, with type variables resolved against the class
	 * of the bean where that is possible
	 * @param method the method
	 * @return true if it does
	 * @throws IllegalArgumentException if results of that type cannot be guarded; the
	 * message completes "Method ... cannot be guarded:" and fails the start of the
	 * application
	 */
	boolean supports(ResolvableType returnType, Method method);

	/**
	 * Whether the guarded method runs each time its result is used, and not when it is
	 * called.
	 * @return false by default
	 */
	default boolean isLazy() {
		return false;
	}

	/**
	 * The result of an execution that is skipped.
	 * @param returnType the resolved return type
	 * @return null by default
	 */
	default @Nullable Object skipped(ResolvableType returnType) {
		return null;
	}

	/**
	 * Handles a call: executes it at once with {@link GuardedCall#execute}, or returns a
	 * result that executes it later. Called on the thread of the caller.
	 * @param call the call
	 * @return the result for the caller
	 * @throws Throwable the exception for the caller
	 */
	@Nullable Object handle(GuardedCall call) throws Throwable;

}

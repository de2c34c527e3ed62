package io.pulsarlock.annotation;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Runs guarded methods whose results have a certain type, so that the lock is held until
 * the work that such a result stands for has ended. A bean of this type is asked before
 * the handlers that come with the library, and such beans in their order. The first one
 * that {@linkplain #supports supports} a return type handles it.
 * <p>
 * The library handles plain values, {@code Optional}, {@code CompletionStage},
 * {@code Future}, every type that the {@code ReactiveAdapterRegistry} knows, Kotlin's
 * suspending functions, and the JDK's functional interfaces that are work to be done
 * later. A reactive type of another library needs an adapter in the
 * {@code ReactiveAdapterRegistry} and no handler.
 * <p>
 * The beans are made with the first annotated bean. So they should be declared by static
 * {@code @Bean} methods and depend on little.
 *
 * @since 0.2.0
 */
public interface GuardedResultHandler {

	/**
	 * Whether this handler takes care of methods with that return type. Called once for
	 * each annotated method.
	 * @param returnType the return type, with type variables resolved against the class
	 * of the bean where that is possible
	 * @param method the method
	 * @return true if it does
	 * @throws IllegalArgumentException if results of that type cannot be guarded; the
	 * message completes "Method ... cannot be guarded:", and stops the application at its
	 * start
	 */
	boolean supports(ResolvableType returnType, Method method);

	/**
	 * Whether the guarded method runs when its result is used, each time anew, and not
	 * when it is called.
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
	 * Handles a call: by {@link GuardedCall#execute} at once, or by a result that
	 * executes it later. Called on the thread of the caller.
	 * @param call the call
	 * @return the result for the caller
	 * @throws Throwable what the caller is to get
	 */
	@Nullable Object handle(GuardedCall call) throws Throwable;

}

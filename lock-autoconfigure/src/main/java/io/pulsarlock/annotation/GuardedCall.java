package io.pulsarlock.annotation;

import java.lang.reflect.Method;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.core.ResolvableType;

/**
 * A call of a guarded method, as a {@link GuardedResultHandler} sees it.
 * <p>
 * Safe for use by multiple threads.
 *
 * @since 0.2.0
 */
public final class GuardedCall {

	private final GuardInterceptor interceptor;

	private final Guard guard;

	private final MethodInvocation invocation;

	private final Object target;

	GuardedCall(GuardInterceptor interceptor, Guard guard, MethodInvocation invocation, Object target) {
		this.interceptor = interceptor;
		this.guard = guard;
		this.invocation = invocation;
		this.target = target;
	}

	/**
	 * The method.
	 * @return the method of the bean's class
	 */
	public Method method() {
		return this.guard.method();
	}

	/**
	 * Its return type.
	 * @return the type, with type variables resolved
	 */
	public ResolvableType returnType() {
		return this.guard.returnType();
	}

	/**
	 * Executes the call on this thread: checks the leadership, acquires the locks, calls
	 * the method, passes its result to the completion and releases the locks. May be
	 * called any number of times if the handler is
	 * {@linkplain GuardedResultHandler#isLazy() lazy}.
	 * @param completion handles the result of the method or its fallback
	 * @return the result of the completion, or the
	 * {@linkplain GuardedResultHandler#skipped result of a skipped execution}
	 * @throws Throwable the exception for the caller
	 */
	public @Nullable Object execute(Completion completion) throws Throwable {
		return this.interceptor.execute(this, completion);
	}

	GuardInterceptor interceptor() {
		return this.interceptor;
	}

	Guard guard() {
		return this.guard;
	}

	Object target() {
		return this.target;
	}

	@Nullable Object[] arguments() {
		return this.invocation.getArguments();
	}

	/** Calls the method, each time anew if its result is used later. */
	@Nullable Object proceed() throws Throwable {
		MethodInvocation each = (this.guard.handler().isLazy()
				&& this.invocation instanceof ProxyMethodInvocation repeatable) ? repeatable.invocableClone()
						: this.invocation;
		return each.proceed();
	}

	/** The result of an execution that does not take place. */
	@Nullable Object skipped() {
		return this.guard.handler().skipped(this.guard.returnType());
	}

	/**
	 * Handles the result of a guarded method while everything is held.
	 */
	@FunctionalInterface
	public interface Completion {

		/**
		 * Creates the result for the caller.
		 * @param result what the method or its fallback has returned
		 * @param work the work that continues if the result is not complete
		 * @return the result for the caller
		 * @throws Throwable the exception for the caller
		 */
		@Nullable Object complete(@Nullable Object result, GuardedWork work) throws Throwable;

	}

}

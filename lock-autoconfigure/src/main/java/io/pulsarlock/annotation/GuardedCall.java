package io.pulsarlock.annotation;

import java.lang.reflect.Method;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.core.ResolvableType;

/**
 * A call of a guarded method, as a {@link GuardedResultHandler} sees it.
 * <p>
 * Safe for use by any number of threads.
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
	 * Executes the call on this thread: looks at the leadership, takes the locks, calls
	 * the method, hands its result over and gives the locks back. May be called any
	 * number of times, if the handler is {@linkplain GuardedResultHandler#isLazy() lazy}.
	 * @param completion what to do with what the method, or the fallback, returns
	 * @return what that returns, or the {@linkplain GuardedResultHandler#skipped result
	 * of a skipped execution}
	 * @throws Throwable what the caller is to get
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

	/** Calls the method; each time anew if its result is used later. */
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
	 * What is done with the result of a guarded method, while everything is held.
	 */
	@FunctionalInterface
	public interface Completion {

		/**
		 * Makes the result for the caller.
		 * @param result what the method or its fallback has returned
		 * @param work what goes on if the result is not everything
		 * @return the result for the caller
		 * @throws Throwable what the caller is to get
		 */
		@Nullable Object complete(@Nullable Object result, GuardedWork work) throws Throwable;

	}

}

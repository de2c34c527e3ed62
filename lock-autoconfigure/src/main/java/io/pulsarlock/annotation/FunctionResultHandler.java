package io.pulsarlock.annotation;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;

/**
 * Handles results that are called later, such as {@code Callable} and {@code Supplier}.
 * Each call of the result acquires the lock, calls the method, calls the result of the
 * method and releases the lock, so a result that is never called holds nothing.
 */
final class FunctionResultHandler implements GuardedResultHandler {

	@Override
	public boolean supports(ResolvableType returnType, Method method) {
		if (!DeferredTypes.isFunction(returnType.toClass())) {
			return false;
		}
		ResolvableType result = result(returnType);
		Class<?> type = result.toClass();
		Class<?> deferred = DeferredTypes.isDeferred(type) ? type : DeferredTypes.within(result);
		if (deferred != null) {
			throw new UnsupportedResultException(
					"its result returns a '" + deferred.getName()
							+ "', which is work that is still to be done then and would run without the lock",
					"Return the '" + deferred.getSimpleName() + "' itself.");
		}
		return true;
	}

	/** The return type of a function of that type. */
	private static ResolvableType result(ResolvableType type) {
		Method function = function(type.toClass());
		return ResolvableType.forType(function.getGenericReturnType(), type.as(function.getDeclaringClass()));
	}

	/** The method by which a function is called. */
	static Method function(Class<?> type) {
		return Arrays.stream(type.getMethods())
			.filter((each) -> Modifier.isAbstract(each.getModifiers()) && !ReflectionUtils.isObjectMethod(each))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException(type + " has no abstract method"));
	}

	@Override
	public boolean isLazy() {
		return true;
	}

	@Override
	public Object handle(GuardedCall call) {
		Class<?> type = call.returnType().toClass();
		ClassLoader loader = (type.getClassLoader() != null) ? type.getClassLoader()
				: FunctionResultHandler.class.getClassLoader();
		return Proxy.newProxyInstance(loader, new Class<?>[] { type },
				new Function(call, result(call.returnType()).toClass()));
	}

	/**
	 * Calls the guarded method, and then its result.
	 *
	 * @param call the call
	 * @param declared the declared return type of the result
	 */
	private record Function(GuardedCall call, Class<?> declared) implements InvocationHandler {

		@Override
		public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
				throws Throwable {
			if (ReflectionUtils.isEqualsMethod(method)) {
				return arguments != null && proxy == arguments[0];
			}
			if (ReflectionUtils.isHashCodeMethod(method)) {
				return System.identityHashCode(proxy);
			}
			if (ReflectionUtils.isToStringMethod(method)) {
				return "guarded result of " + this.call.method();
			}
			if (method.isDefault()) {
				return InvocationHandler.invokeDefault(proxy, method, arguments);
			}
			return this.call.execute((result, work) -> ValueResultHandler.complete(call(result, method, arguments),
					this.declared, this.call.method(), work));
		}

		private @Nullable Object call(@Nullable Object result, Method method, @Nullable Object @Nullable [] arguments)
				throws Throwable {
			if (result == null) {
				throw new IllegalStateException(this.call.method() + " returned null");
			}
			try {
				ReflectionUtils.makeAccessible(method);
				return method.invoke(result, arguments);
			}
			catch (InvocationTargetException ex) {
				throw ex.getTargetException();
			}
		}

	}

}

package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterator;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.BaseStream;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Knows the types whose values stand for work that is still to be done when a method has
 * returned.
 */
final class DeferredTypes {

	private static final String COLLECTION = "Return a collection, or a Flux or Flow, which hold the lock until they "
			+ "have ended.";

	private static final Map<Class<?>, String> CURES = Map.of(BaseStream.class, COLLECTION, Iterator.class, COLLECTION,
			Enumeration.class, COLLECTION, Spliterator.class, COLLECTION, Flow.Publisher.class,
			"Add io.projectreactor:reactor-core.", Thread.class,
			"Return a CompletableFuture, which holds the lock until it is complete.");

	private static final Map<String, String> CURES_BY_NAME = Map.of(
			"org.springframework.web.context.request.async.DeferredResult",
			"Return a CompletableFuture, which Spring MVC handles in the same way and which holds the lock until it "
					+ "is complete.",
			"org.springframework.web.context.request.async.WebAsyncTask",
			"Return a Callable, which holds the lock while it is called, or a CompletableFuture.",
			"org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter",
			"Return a Flux, or a StreamingResponseBody, which hold the lock until they have ended.",
			"kotlin.sequences.Sequence", COLLECTION, "kotlin.Lazy", "Return the value itself.");

	private DeferredTypes() {
	}

	/**
	 * What to return instead of a type whose end cannot be known.
	 * @return null if it is not such a type
	 */
	static @Nullable String cure(Class<?> type) {
		for (Map.Entry<Class<?>, String> each : CURES.entrySet()) {
			if (each.getKey().isAssignableFrom(type)) {
				return each.getValue();
			}
		}
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			String cure = CURES_BY_NAME.get(each.getName());
			if (cure != null) {
				return cure;
			}
		}
		for (Class<?> each : ClassUtils.getAllInterfacesForClassAsSet(type)) {
			String cure = CURES_BY_NAME.get(each.getName());
			if (cure != null) {
				return cure;
			}
		}
		if ((Supplier.class.isAssignableFrom(type) || Callable.class.isAssignableFrom(type))
				&& !Iterable.class.isAssignableFrom(type) && !isFunction(type)) {
			return "Return Supplier or Callable itself, which hold the lock while they are called.";
		}
		return null;
	}

	/**
	 * Whether results of the type are replaced by a result of this library. @throws
	 * UnsupportedResultException if they are, but the replacement does not have the type
	 */
	static boolean isReplaceable(Class<?> type, Class<?> kind, Class<?> replacement) {
		if (!kind.isAssignableFrom(type)) {
			return false;
		}
		if (!type.isAssignableFrom(replacement)) {
			String name = kind.getSimpleName();
			throw new UnsupportedResultException(
					"its result '" + type.getName() + "' is a " + name + " that cannot be replaced",
					"Return CompletableFuture or " + name + ".");
		}
		return true;
	}

	/** Whether the only use of a value of the type is to call it. */
	static boolean isFunction(Class<?> type) {
		return type.isInterface()
				&& (type.isAnnotationPresent(FunctionalInterface.class)
						|| type.getName().startsWith("kotlin.jvm.functions.Function"))
				&& !Iterable.class.isAssignableFrom(type) && type != Comparator.class && type != Comparable.class
				&& type != Flow.Publisher.class;
	}

	/** Whether a value of that type is work still to be done. */
	static boolean isDeferred(Class<?> type) {
		return Future.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type) || isFunction(type)
				|| PublisherResultHandler.isPublisher(type) || cure(type) != null;
	}

	/**
	 * Finds work still to be done within a type.
	 * @return the innermost type found, or null
	 */
	static @Nullable Class<?> within(ResolvableType type) {
		return within(type, 0);
	}

	private static @Nullable Class<?> within(ResolvableType type, int depth) {
		if (depth > 8 || type.toClass() == Class.class) {
			return null;
		}
		if (type.isArray()) {
			return self(type.getComponentType(), depth);
		}
		for (ResolvableType generic : type.getGenerics()) {
			Class<?> found = self(generic, depth);
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	private static @Nullable Class<?> self(ResolvableType type, int depth) {
		Class<?> resolved = type.resolve();
		if (resolved == null) {
			return null;
		}
		return isDeferred(resolved) ? resolved : within(type, depth + 1);
	}

	/**
	 * Finds work still to be done in a value whose declared type does not show it.
	 * @return its class, or null
	 */
	static @Nullable Class<?> in(@Nullable Object value, Class<?> declared) {
		if (value == null) {
			return null;
		}
		if (value instanceof Optional<?> optional) {
			return optional.map((each) -> in(each, Object.class)).orElse(null);
		}
		if (isHttpEntity(declared) || isHttpEntity(value.getClass())) {
			Method body = ReflectionUtils.findMethod(value.getClass(), "getBody");
			return (body != null) ? in(ReflectionUtils.invokeMethod(body, value), Object.class) : null;
		}
		if (declared == Iterable.class && !(value instanceof Collection)) {
			return value.getClass();
		}
		if (declared != Object.class) {
			return null;
		}
		Class<?> type = value.getClass();
		if (isDeferred(type)) {
			return type;
		}
		for (Class<?> each : ClassUtils.getAllInterfacesForClassAsSet(type)) {
			if (each == Runnable.class || (isFunction(each) && type.isSynthetic())) {
				return type;
			}
		}
		return null;
	}

	/**
	 * Refuses a value that turns out to be work still to be done.
	 * @param declared the declared type of the value
	 * @throws IllegalStateException if it is such work
	 */
	static void check(@Nullable Object value, Class<?> declared, Method method) {
		Class<?> deferred = in(value, declared);
		if (deferred != null) {
			throw new IllegalStateException(method + " is declared to return '" + declared.getName()
					+ "' and has returned a '" + deferred.getName()
					+ "', which is work that is still to be done and would run without the lock. Declare what it "
					+ "returns.");
		}
	}

	private static boolean isHttpEntity(Class<?> type) {
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			if (each.getName().equals("org.springframework.http.HttpEntity")) {
				return true;
			}
		}
		return false;
	}

}

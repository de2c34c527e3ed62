package io.pulsarlock.annotation;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.pulsarlock.LockKeys;
import io.pulsarlock.PrintedNames;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.util.ClassUtils;

/**
 * Parses key expressions at startup and evaluates them at each call.
 */
final class KeyExpressions {

	private static final String HINT = "If you are using named parameters, ensure that the compiler uses the "
			+ "'-parameters' flag";

	private final SpelExpressionParser parser = new SpelExpressionParser();

	private final ParameterNameDiscoverer names = new DefaultParameterNameDiscoverer();

	private final Map<Method, List<@Nullable String[]>> known = new ConcurrentHashMap<>();

	private final @Nullable BeanFactory beans;

	KeyExpressions(@Nullable BeanFactory beans) {
		this.beans = beans;
	}

	/**
	 * Parses an expression.
	 * @throws IllegalArgumentException with the problem, if it is invalid
	 */
	Expression parse(String text, Method method) {
		SpelExpression expression;
		try {
			expression = this.parser.parseRaw(text);
		}
		catch (ParseException | IllegalStateException ex) {
			throw new IllegalArgumentException("its key \"" + text + "\" is not a valid expression: " + ex.getMessage(),
					ex);
		}
		check(expression.getAST(), text, method);
		return expression;
	}

	private void check(@Nullable SpelNode node, String text, Method method) {
		if (node == null) {
			return;
		}
		if (node instanceof VariableReference) {
			String variable = node.toStringAST().substring(1);
			if (!isKnown(variable, method)) {
				throw new IllegalArgumentException("its key \"" + text + "\" names the parameter '" + variable
						+ "', which the method does not have. " + HINT);
			}
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			check(node.getChild(i), text, method);
		}
	}

	private boolean isKnown(String variable, Method method) {
		if (variable.equals("root") || variable.equals("this")) {
			return true;
		}
		if (variable.matches("[pa]\\d+")) {
			return Integer.parseInt(variable.substring(1)) < count(method);
		}
		return names(method).stream().anyMatch((each) -> Arrays.asList(each).contains(variable));
	}

	private static int count(Method method) {
		return method.getParameterCount() - (KotlinDetector.isSuspendingFunction(method) ? 1 : 0);
	}

	/**
	 * The names of the parameters, in the method and in the methods that it overrides or
	 * implements, whose annotation it may have inherited. Later names take precedence.
	 */
	private List<@Nullable String[]> names(Method method) {
		return this.known.computeIfAbsent(method, this::discover);
	}

	private List<@Nullable String[]> discover(Method method) {
		List<@Nullable String[]> found = new ArrayList<>();
		add(found, method);
		if (!MergedAnnotations.from(method, SearchStrategy.DIRECT).isPresent(DistributedLock.class)) {
			Class<?> type = method.getDeclaringClass();
			List<Class<?>> others = new ArrayList<>();
			for (Class<?> each = type.getSuperclass(); each != null; each = each.getSuperclass()) {
				others.add(each);
			}
			others.addAll(ClassUtils.getAllInterfacesForClassAsSet(type));
			for (Class<?> each : others) {
				for (Method other : each.getDeclaredMethods()) {
					if (!other.isBridge() && other.getName().equals(method.getName())
							&& other.getParameterCount() == method.getParameterCount()
							&& GuardAnnotations.specific(other, type).equals(method)) {
						add(found, other);
					}
				}
			}
		}
		return found;
	}

	private void add(List<@Nullable String[]> found, Method method) {
		@Nullable String @Nullable [] names = this.names.getParameterNames(method);
		if (names != null) {
			found.add(names);
		}
	}

	/**
	 * The texts of the keys of one call.
	 * @throws IllegalArgumentException if one is null, blank or not a simple value
	 */
	List<Object> evaluate(Guard.Lock lock, Method method, Object target, @Nullable Object[] arguments) {
		Root root = new Root(method, method.getName(), arguments, target, target.getClass());
		@Nullable Object[] given = withoutContinuation(method, arguments);
		// It removes the continuation itself.
		MethodBasedEvaluationContext context = new MethodBasedEvaluationContext(root, method, arguments, this.names);
		List<@Nullable String[]> names = names(method);
		for (@Nullable
		String[] each : names.subList(Math.min(1, names.size()), names.size())) {
			for (int i = 0; i < Math.min(each.length, given.length); i++) {
				if (each[i] != null) {
					context.setVariable(each[i], given[i]);
				}
			}
		}
		if (this.beans != null) {
			context.setBeanResolver(new BeanFactoryResolver(this.beans));
		}
		List<Object> keys = new ArrayList<>();
		for (Expression expression : lock.keys()) {
			Object value = expression.getValue(context);
			int before = keys.size();
			add(keys, value, lock, expression, method);
			if (keys.size() == before) {
				throw refused(lock, expression, method, "empty", "");
			}
		}
		return keys;
	}

	private static @Nullable Object[] withoutContinuation(Method method, @Nullable Object[] arguments) {
		return KotlinDetector.isSuspendingFunction(method) ? Arrays.copyOf(arguments, arguments.length - 1) : arguments;
	}

	private static void add(List<Object> keys, @Nullable Object value, Guard.Lock lock, Expression expression,
			Method method) {
		if (value instanceof Collection<?> several) {
			several.forEach((each) -> add(keys, each, lock, expression, method));
		}
		else if (value != null && value.getClass().isArray() && !(value instanceof byte[])
				&& !(value instanceof char[])) {
			for (int i = 0; i < Array.getLength(value); i++) {
				add(keys, Array.get(value, i), lock, expression, method);
			}
		}
		else if (value == null) {
			throw refused(lock, expression, method, "null", HINT);
		}
		else {
			String text;
			try {
				text = LockKeys.toText(value);
			}
			catch (IllegalArgumentException ex) {
				throw refused(lock, expression, method, "not a simple value", ex.getMessage());
			}
			if (text.isBlank()) {
				throw refused(lock, expression, method, "blank", HINT);
			}
			keys.add(text);
		}
	}

	private static IllegalArgumentException refused(Guard.Lock lock, Expression expression, Method method, String what,
			@Nullable String hint) {
		return new IllegalArgumentException(("The key \"" + expression.getExpressionString() + "\" of lock '"
				+ PrintedNames.text(lock.name()) + "' is " + what + " for a call of " + method + ". " + hint)
			.strip());
	}

	/**
	 * The root object of an expression, whose properties need no {@code #}.
	 *
	 * @param method the method
	 * @param methodName its name
	 * @param args its arguments
	 * @param target the bean
	 * @param targetClass its class
	 */
	record Root(Method method, String methodName, @Nullable Object[] args, Object target, Class<?> targetClass) {
	}

}

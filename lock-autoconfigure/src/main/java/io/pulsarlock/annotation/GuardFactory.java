package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.expression.Expression;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.annotation.Schedules;
import org.springframework.scheduling.support.CronExpression;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringValueResolver;

/**
 * Makes guards of annotations, and refuses what cannot be guarded.
 */
final class GuardFactory {

	private static final List<GuardedResultHandler> BUILT_IN = List.of(new PublisherResultHandler(),
			new StageResultHandler(), new FutureResultHandler(), new ValueResultHandler());

	private final KeyExpressions expressions;

	private final StringValueResolver placeholders;

	private final Supplier<GuardDefaults> defaults;

	private final Supplier<List<GuardedResultHandler>> handlers;

	GuardFactory(KeyExpressions expressions, StringValueResolver placeholders, Supplier<GuardDefaults> defaults,
			Supplier<List<GuardedResultHandler>> handlers) {
		this.expressions = expressions;
		this.placeholders = placeholders;
		this.defaults = defaults;
		this.handlers = handlers;
	}

	/** The handlers of the application, in their order, and those of the library. */
	static List<GuardedResultHandler> handlers(Stream<GuardedResultHandler> application) {
		return Stream.concat(application, BUILT_IN.stream()).toList();
	}

	KeyExpressions expressions() {
		return this.expressions;
	}

	/**
	 * The guard of a method.
	 * @return null if nothing guards it
	 * @throws InvalidLockAnnotationException if it cannot be guarded
	 */
	@Nullable Guard create(Method method, Class<?> targetClass, String beanName) {
		Method specific = ClassUtils.getMostSpecificMethod(method, targetClass);
		DistributedLock lock = find(specific, targetClass, DistributedLock.class);
		LeaderOnly leader = find(specific, targetClass, LeaderOnly.class);
		if (lock == null && leader == null) {
			return null;
		}
		Problem problem = new Problem(beanName, specific);
		checkShape(specific, problem);
		ResolvableType returnType = ResolvableType.forMethodReturnType(specific, targetClass);
		GuardedResultHandler handler = handler(specific, returnType, problem);
		OnBusy onBusy = (lock != null) ? onBusy(lock, specific) : OnBusy.THROW;
		if (specific.getReturnType().isPrimitive() && specific.getReturnType() != void.class
				&& (leader != null || onBusy == OnBusy.SKIP)) {
			throw problem.with(
					"a skipped call has no result, but it returns a primitive '" + specific.getReturnType() + "'",
					"Return an object, which is null for a skipped call, or an Optional"
							+ ((leader == null) ? ", or choose onBusy THROW or FALLBACK." : "."));
		}
		return new Guard(specific, (leader != null) ? leader(leader, specific, targetClass, handler, problem) : null,
				(lock != null) ? lock(lock, specific, targetClass, onBusy, problem) : null, returnType, handler);
	}

	private static <A extends java.lang.annotation.Annotation> @Nullable A find(Method method, Class<?> targetClass,
			Class<A> type) {
		A found = AnnotatedElementUtils.findMergedAnnotation(method, type);
		if (found == null && !method.isSynthetic() && !ReflectionUtils.isObjectMethod(method)
				&& method.getDeclaringClass() != Object.class) {
			found = AnnotatedElementUtils.findMergedAnnotation(targetClass, type);
			// A type's annotation means what others can call, not its inner life.
			if (found != null && Modifier.isPrivate(method.getModifiers()) | Modifier.isStatic(method.getModifiers())) {
				return null;
			}
		}
		return found;
	}

	private static void checkShape(Method method, Problem problem) {
		int modifiers = method.getModifiers();
		for (String word : List.of("final", "private", "static")) {
			boolean has = switch (word) {
				case "final" -> Modifier.isFinal(modifiers);
				case "private" -> Modifier.isPrivate(modifiers);
				default -> Modifier.isStatic(modifiers);
			};
			if (has) {
				throw problem.with("it is " + word + ", so a call cannot be intercepted and would run unguarded",
						"Remove '" + word + "', or take the lock in the code with LockRegistry.");
			}
		}
	}

	private GuardedResultHandler handler(Method method, ResolvableType returnType, Problem problem) {
		try {
			return this.handlers.get()
				.stream()
				.filter((each) -> each.supports(returnType, method))
				.findFirst()
				.orElseThrow(() -> new IllegalStateException("No handler for " + returnType));
		}
		catch (UnsupportedResultException ex) {
			throw problem.with(String.valueOf(ex.getMessage()), ex.action(), ex);
		}
		catch (IllegalArgumentException ex) {
			throw problem.with(String.valueOf(ex.getMessage()),
					"Return another type, or take the lock in the code with LockRegistry.", ex);
		}
	}

	private static OnBusy onBusy(DistributedLock lock, Method method) {
		if (lock.onBusy() != OnBusy.DEFAULT) {
			return lock.onBusy();
		}
		boolean scheduled = AnnotatedElementUtils.hasAnnotation(method, Scheduled.class)
				|| AnnotatedElementUtils.hasAnnotation(method, Schedules.class);
		return scheduled ? OnBusy.SKIP : OnBusy.THROW;
	}

	private Guard.Leader leader(LeaderOnly leader, Method method, Class<?> targetClass, GuardedResultHandler handler,
			Problem problem) {
		String group = resolve(leader.group(), problem);
		if (group.isEmpty()) {
			group = this.defaults.get().leaderGroup();
		}
		checkName(group, "leader group", problem);
		return new Guard.Leader(group, leader.onLost(),
				leader.oncePerFireTime() ? fireTimes(method, targetClass, handler, problem) : null);
	}

	private FireTimes fireTimes(Method method, Class<?> targetClass, GuardedResultHandler handler, Problem problem) {
		if (handler.isLazy()) {
			throw problem.with("it returns a publisher, for which oncePerFireTime is not supported",
					"Return nothing, or leave oncePerFireTime out.");
		}
		List<FireTimes.Calendar> calendars = new ArrayList<>();
		for (Scheduled scheduled : AnnotatedElementUtils.getMergedRepeatableAnnotations(method, Scheduled.class,
				Schedules.class)) {
			String cron = resolve(scheduled.cron(), problem);
			if (cron.isEmpty()) {
				throw problem.with("its schedule has no cron, so there are no fire times that all nodes agree on",
						"Schedule it by a cron, or leave oncePerFireTime out.");
			}
			if (!cron.equals(Scheduled.CRON_DISABLED)) {
				calendars.add(calendar(cron, resolve(scheduled.zone(), problem), problem));
			}
		}
		if (calendars.isEmpty()) {
			throw problem.with("it is not scheduled, so it has no fire times", "Leave oncePerFireTime out.");
		}
		return new FireTimes(targetClass.getName() + '.' + method.getName(), List.copyOf(calendars));
	}

	private static FireTimes.Calendar calendar(String cron, String zone, Problem problem) {
		try {
			return new FireTimes.Calendar(CronExpression.parse(cron),
					zone.isEmpty() ? ZoneId.systemDefault() : ZoneId.of(zone));
		}
		catch (IllegalArgumentException | DateTimeException ex) {
			throw problem.with("its schedule '" + cron + "' is not valid: " + ex.getMessage(), "Correct the schedule.",
					ex);
		}
	}

	private Guard.Lock lock(DistributedLock lock, Method method, Class<?> targetClass, OnBusy onBusy, Problem problem) {
		String name = resolve(lock.name(), problem);
		checkName(name, "lock", problem);
		List<Expression> keys = Arrays.stream(lock.key()).map((text) -> key(text, method, problem)).toList();
		Duration waitFor = duration(lock.waitFor(), "waitFor", problem);
		if (waitFor == null) {
			waitFor = (onBusy == OnBusy.SKIP) ? Duration.ZERO : this.defaults.get().waitFor();
		}
		Duration holdFor = duration(lock.holdFor(), "holdFor", problem);
		if (holdFor != null && holdFor.isZero()) {
			throw problem.with("its holdFor is zero", "Leave holdFor out for no limit.");
		}
		Duration atLeastFor = duration(lock.atLeastFor(), "atLeastFor", problem);
		atLeastFor = (atLeastFor != null) ? atLeastFor : Duration.ZERO;
		if (holdFor != null && atLeastFor.compareTo(holdFor) > 0) {
			throw problem.with("its atLeastFor (" + lock.atLeastFor() + ") is longer than its holdFor ("
					+ lock.holdFor() + "), after which the lock counts as lost",
					"Make atLeastFor shorter than holdFor.");
		}
		return new Guard.Lock(name, keys, waitFor, holdFor, atLeastFor, onBusy,
				fallback(lock, method, targetClass, onBusy, problem), lock.onLost());
	}

	private Expression key(String text, Method method, Problem problem) {
		if (text.isBlank()) {
			throw problem.with("it has a blank key", "Leave the key out to lock the name alone.");
		}
		try {
			return this.expressions.parse(text, method);
		}
		catch (IllegalArgumentException ex) {
			throw problem.with(String.valueOf(ex.getMessage()), "Correct the expression.", ex);
		}
	}

	private static void checkName(String name, String what, Problem problem) {
		if (name.isBlank()) {
			throw problem.with("the name of its " + what + " is empty", "Give the annotation a name.");
		}
		if (name.length() > LockRegistry.MAX_NAME_LENGTH) {
			throw problem.with(
					"the name of its " + what + " is longer than " + LockRegistry.MAX_NAME_LENGTH + " characters",
					"Choose a shorter name.");
		}
	}

	private String resolve(String text, Problem problem) {
		try {
			String resolved = this.placeholders.resolveStringValue(text);
			return (resolved != null) ? resolved : "";
		}
		catch (IllegalArgumentException ex) {
			throw problem.with("\"" + text + "\" cannot be resolved: " + ex.getMessage(), "Set the property it names.",
					ex);
		}
	}

	private @Nullable Duration duration(String text, String attribute, Problem problem) {
		String resolved = resolve(text, problem);
		if (resolved.isEmpty()) {
			return null;
		}
		Duration duration;
		try {
			duration = DurationFormatterUtils.detectAndParse(resolved);
		}
		catch (IllegalArgumentException ex) {
			throw problem.with("its " + attribute + " \"" + resolved + "\" is no duration",
					"Write it like 500ms, 2s or PT2S.", ex);
		}
		if (duration.isNegative()) {
			throw problem.with("its " + attribute + " \"" + resolved + "\" is negative", "Make it zero or longer.");
		}
		return duration;
	}

	private static @Nullable Method fallback(DistributedLock lock, Method method, Class<?> targetClass, OnBusy onBusy,
			Problem problem) {
		if (onBusy != OnBusy.FALLBACK) {
			if (!lock.fallback().isEmpty()) {
				throw problem.with("it names a fallback, but onBusy is not FALLBACK", "Add onBusy = OnBusy.FALLBACK.");
			}
			return null;
		}
		Class<?>[] same = method.getParameterTypes();
		Class<?>[] more = Arrays.copyOf(same, same.length + 1);
		more[same.length] = LockBusyException.class;
		Method found = ReflectionUtils.findMethod(targetClass, lock.fallback(), more);
		if (found == null) {
			found = ReflectionUtils.findMethod(targetClass, lock.fallback(), same);
		}
		if (lock.fallback().isEmpty() || found == null) {
			throw problem.with("its fallback '" + lock.fallback()
					+ "' does not exist with the same parameters, or these and a " + "LockBusyException",
					"Add that method to " + targetClass.getName() + ".");
		}
		if (!ClassUtils.isAssignable(method.getReturnType(), found.getReturnType())) {
			throw problem.with("its fallback '" + lock.fallback() + "' returns '" + found.getReturnType().getName()
					+ "' and not '" + method.getReturnType().getName() + "'", "Let both return the same.");
		}
		ReflectionUtils.makeAccessible(found);
		return found;
	}

	/** Where a problem is. */
	private record Problem(String bean, Method method) {

		InvalidLockAnnotationException with(String problem, String action) {
			return new InvalidLockAnnotationException(this.bean, this.method, problem, action, null);
		}

		InvalidLockAnnotationException with(String problem, String action, Exception cause) {
			return new InvalidLockAnnotationException(this.bean, this.method, problem, action, cause);
		}

	}

}

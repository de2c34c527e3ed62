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

import io.pulsarlock.FencedSemaphore;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.core.KotlinDetector;
import org.springframework.core.Nullness;
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
 * Creates guards from annotations and refuses what cannot be guarded.
 */
final class GuardFactory {

	private static final List<GuardedResultHandler> BUILT_IN = List.of(new PublisherResultHandler(),
			new StageResultHandler(), new FutureResultHandler(), new FunctionResultHandler(),
			new DeferredResultHandler(), new ValueResultHandler());

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
		Method specific = GuardAnnotations.specific(method, targetClass);
		DistributedLock lock = GuardAnnotations.find(specific, targetClass, DistributedLock.class);
		LeaderOnly leader = GuardAnnotations.find(specific, targetClass, LeaderOnly.class);
		if (lock == null && leader == null) {
			return null;
		}
		Problem problem = new Problem(beanName, specific);
		checkShape(specific, targetClass, problem);
		ResolvableType returnType = returnType(specific, targetClass);
		GuardedResultHandler handler = handler(specific, returnType, problem);
		OnBusy onBusy = (lock != null) ? onBusy(lock, specific) : OnBusy.THROW;
		if (leader != null || onBusy == OnBusy.SKIP) {
			checkSkip(specific, targetClass, returnType, handler, leader, problem);
		}
		return new Guard(specific, (leader != null) ? leader(leader, specific, handler, problem) : null,
				(lock != null) ? lock(lock, specific, targetClass, onBusy, problem) : null, returnType, handler);
	}

	/**
	 * The return type with type variables resolved; for a suspending function its
	 * declared one.
	 */
	static ResolvableType returnType(Method method, Class<?> targetClass) {
		if (KotlinDetector.isSuspendingFunction(method)) {
			return ResolvableType.forMethodParameter(method, method.getParameterCount() - 1, targetClass).getGeneric();
		}
		return ResolvableType.forMethodReturnType(method, targetClass);
	}

	private static void checkShape(Method method, Class<?> targetClass, Problem problem) {
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
		if (ContainerCallbacks.isCalledOnTheBean(method, targetClass)) {
			throw calledOnTheBean(problem.bean(), method);
		}
	}

	static InvalidLockAnnotationException calledOnTheBean(String beanName, Method method) {
		return new InvalidLockAnnotationException(beanName, method,
				"the container calls it on the bean itself, so that call cannot be intercepted and would run "
						+ "unguarded",
				"Move the work to a method that is called when the application has started, by an "
						+ "ApplicationRunner or an @EventListener for ApplicationReadyEvent, or take the lock in "
						+ "the code with LockRegistry.",
				null);
	}

	/** Whether a call can be skipped without a wrong result or a lost message. */
	private static void checkSkip(Method method, Class<?> targetClass, ResolvableType returnType,
			GuardedResultHandler handler, @Nullable LeaderOnly leader, Problem problem) {
		String otherwise = (leader == null) ? ", or choose onBusy THROW or FALLBACK." : ".";
		Class<?> result = (handler instanceof FunctionResultHandler)
				? FunctionResultHandler.function(returnType.toClass()).getReturnType() : method.getReturnType();
		if (result.isPrimitive() && result != void.class) {
			throw problem.with("a skipped call has no result, but it returns a primitive '" + result + "'",
					"Return an object, which is null for a skipped call, or an Optional" + otherwise);
		}
		if (handler instanceof PublisherResultHandler && isNeverNull(method, returnType)) {
			throw problem.with(
					"a skipped call has no result, but it is a suspending function that returns '"
							+ returnType.toClass().getSimpleName() + "', which is never null",
					"Return a nullable type, which is null for a skipped call" + otherwise);
		}
		String listener = MessageListeners.find(method, targetClass);
		if (listener != null) {
			throw problem.with(
					"it is a message listener (" + listener + "), and the message of a skipped call would be "
							+ "acknowledged and lost",
					(leader != null)
							? "Let the broker choose the one consumer (for Pulsar a subscription of type Exclusive or "
									+ "Failover), or use @DistributedLock with onBusy = OnBusy.THROW, so that the "
									+ "message is delivered again."
							: "Choose onBusy = OnBusy.THROW, so that the message is delivered again, or let it wait "
									+ "with waitFor.");
		}
	}

	private static boolean isNeverNull(Method method, ResolvableType returnType) {
		return KotlinDetector.isSuspendingFunction(method) && !returnType.toClass().getName().equals("kotlin.Unit")
				&& Nullness.forMethodReturnType(method) == Nullness.NON_NULL;
	}

	private GuardedResultHandler handler(Method method, ResolvableType returnType, Problem problem) {
		try {
			GuardedResultHandler handler = this.handlers.get()
				.stream()
				.filter((each) -> each.supports(returnType, method))
				.findFirst()
				.orElseThrow(() -> new IllegalStateException("No handler for " + returnType));
			checkNothingDeferredWithin(method, returnType, handler);
			checkIsCalled(method, handler);
			return handler;
		}
		catch (UnsupportedResultException ex) {
			throw problem.with(String.valueOf(ex.getMessage()), ex.action(), ex);
		}
		catch (IllegalArgumentException ex) {
			throw problem.with(String.valueOf(ex.getMessage()),
					"Return another type, or take the lock in the code with LockRegistry.", ex);
		}
	}

	private static void checkNothingDeferredWithin(Method method, ResolvableType returnType,
			GuardedResultHandler handler) {
		if (!BUILT_IN.contains(handler) || handler instanceof FunctionResultHandler) {
			return;
		}
		Class<?> found = (KotlinDetector.isSuspendingFunction(method) && DeferredTypes.isDeferred(returnType.toClass()))
				? returnType.toClass() : DeferredTypes.within(returnType);
		if (found != null) {
			throw new UnsupportedResultException(
					"its result contains a '" + found.getName() + "', which is work that is still to be done then and "
							+ "would run without the lock",
					"Return the '" + found.getSimpleName() + "' itself, or the value that it holds.");
		}
	}

	private static void checkIsCalled(Method method, GuardedResultHandler handler) {
		if (handler instanceof FunctionResultHandler && isScheduled(method)) {
			throw new UnsupportedResultException(
					"it is scheduled, and nothing calls the function that it returns, so its work would never run",
					"Return nothing.");
		}
	}

	private static boolean isScheduled(Method method) {
		return AnnotatedElementUtils.hasAnnotation(method, Scheduled.class)
				|| AnnotatedElementUtils.hasAnnotation(method, Schedules.class);
	}

	private static OnBusy onBusy(DistributedLock lock, Method method) {
		if (lock.onBusy() != OnBusy.DEFAULT) {
			return lock.onBusy();
		}
		if (!lock.fallback().isEmpty()) {
			return OnBusy.FALLBACK;
		}
		return isScheduled(method) ? OnBusy.SKIP : OnBusy.THROW;
	}

	/**
	 * The group that must be led to call a method. Nothing else is checked.
	 * @return null if there is none
	 * @throws InvalidLockAnnotationException if the group has no valid name
	 */
	@Nullable String leaderGroup(Method method, Class<?> targetClass, String beanName) {
		Method specific = GuardAnnotations.specific(method, targetClass);
		LeaderOnly leader = GuardAnnotations.find(specific, targetClass, LeaderOnly.class);
		return (leader != null) ? group(leader, new Problem(beanName, specific)) : null;
	}

	private String group(LeaderOnly leader, Problem problem) {
		String group = resolve(leader.group(), problem);
		if (group.isEmpty()) {
			group = this.defaults.get().leaderGroup();
		}
		checkName(group, "leader group", problem);
		return group;
	}

	private Guard.Leader leader(LeaderOnly leader, Method method, GuardedResultHandler handler, Problem problem) {
		Duration waitFor = duration(leader.waitFor(), "waitFor", problem);
		return new Guard.Leader(group(leader, problem), (waitFor != null) ? waitFor : Duration.ZERO, leader.onLost(),
				leader.oncePerFireTime() ? fireTimes(method, handler, problem) : null);
	}

	private FireTimes fireTimes(Method method, GuardedResultHandler handler, Problem problem) {
		if (handler.isLazy()) {
			throw problem.with("its work runs when its result is used, which oncePerFireTime does not support",
					"Return nothing, or remove oncePerFireTime.");
		}
		List<FireTimes.Calendar> calendars = new ArrayList<>();
		for (Scheduled scheduled : AnnotatedElementUtils.getMergedRepeatableAnnotations(method, Scheduled.class,
				Schedules.class)) {
			String cron = resolve(scheduled.cron(), problem);
			if (cron.isEmpty()) {
				throw problem.with(
						"its schedule has no cron expression, so there are no fire times that all nodes agree on",
						"Schedule it with a cron expression, or remove oncePerFireTime.");
			}
			if (!cron.equals(Scheduled.CRON_DISABLED)) {
				calendars.add(calendar(cron, resolve(scheduled.zone(), problem), problem));
			}
		}
		if (calendars.isEmpty()) {
			throw problem.with("it is not scheduled, so it has no fire times", "Remove oncePerFireTime.");
		}
		return new FireTimes(problem.bean() + '.' + method.getName(), List.copyOf(calendars));
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
		Sharing sharing = sharing(lock, problem);
		Duration waitFor = duration(lock.waitFor(), "waitFor", problem);
		if (waitFor == null) {
			waitFor = (onBusy == OnBusy.SKIP) ? Duration.ZERO : this.defaults.get().waitFor();
		}
		Duration holdFor = duration(lock.holdFor(), "holdFor", problem);
		if (holdFor != null && holdFor.isZero()) {
			throw problem.with("its holdFor is zero", "Remove holdFor for no limit.");
		}
		Duration atLeastFor = duration(lock.atLeastFor(), "atLeastFor", problem);
		atLeastFor = (atLeastFor != null) ? atLeastFor : Duration.ZERO;
		if (atLeastFor.compareTo(LockHandle.LONGEST_REST) > 0) {
			throw problem.with("its atLeastFor (" + lock.atLeastFor() + ") is longer than a day",
					"Make it shorter. For a job that is due less often, use @LeaderOnly(oncePerFireTime = true).");
		}
		if (holdFor != null && atLeastFor.compareTo(holdFor) > 0) {
			throw problem.with("its atLeastFor (" + lock.atLeastFor() + ") is longer than its holdFor ("
					+ lock.holdFor() + "), after which the lock counts as lost",
					"Make atLeastFor shorter than holdFor.");
		}
		return new Guard.Lock(name, keys, sharing, waitFor, holdFor, atLeastFor, onBusy,
				fallback(lock, method, targetClass, onBusy, problem), lock.onLost());
	}

	private static Sharing sharing(DistributedLock lock, Problem problem) {
		if (lock.permits() < 0 || lock.permits() > FencedSemaphore.MAX_PERMITS) {
			throw problem.with("its permits are " + lock.permits(), "Choose a number from 1 to "
					+ FencedSemaphore.MAX_PERMITS + ", or remove permits for one call at a time.");
		}
		if (lock.permits() > 0 && lock.mode() == LockMode.SHARED) {
			throw problem.with(
					"its mode is SHARED, for any number of calls, and its permits are " + lock.permits()
							+ ", for no more than that",
					"Remove mode to limit the calls, or permits to share the lock with any number of them.");
		}
		return new Sharing(lock.mode(), lock.permits());
	}

	private Expression key(String text, Method method, Problem problem) {
		if (text.isBlank()) {
			throw problem.with("it has a blank key", "Remove the key to lock the name alone.");
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
			throw problem.with("its " + attribute + " \"" + resolved + "\" is not a duration",
					"Use a format such as 500ms, 2s or PT2S.", ex);
		}
		if (duration.isNegative()) {
			throw problem.with("its " + attribute + " \"" + resolved + "\" is negative", "Make it zero or longer.");
		}
		return duration;
	}

	private static @Nullable Fallback fallback(DistributedLock lock, Method method, Class<?> targetClass, OnBusy onBusy,
			Problem problem) {
		if (onBusy != OnBusy.FALLBACK) {
			if (!lock.fallback().isEmpty()) {
				throw problem.with("it names a fallback, but its onBusy is " + onBusy,
						"Remove one of the two; a fallback alone is enough.");
			}
			return null;
		}
		if (lock.fallback().isEmpty()) {
			throw problem.with("its onBusy is FALLBACK, but it names no fallback",
					"Name a method of the same class in 'fallback'.");
		}
		Fallback found = Fallback.find(lock.fallback(), method, targetClass);
		if (found == null) {
			throw problem.with(
					"its fallback '" + lock.fallback()
							+ "' does not exist with the same parameters, or these and a LockBusyException",
					"Add that method to " + targetClass.getName() + ".");
		}
		Class<?> wanted = result(returnType(method, targetClass));
		Class<?> returned = result(found.returnType(targetClass));
		if (!ClassUtils.isAssignable(wanted, returned)) {
			throw problem.with("its fallback '" + lock.fallback() + "' returns '" + returned.getName() + "', not '"
					+ wanted.getName() + "'", "Make both return the same type.");
		}
		ReflectionUtils.makeAccessible(found.method());
		return found;
	}

	private static Class<?> result(ResolvableType type) {
		return type.toClass().getName().equals("kotlin.Unit") ? void.class : type.toClass();
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

package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.pulsarlock.FencedLock;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockRegistry;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Runs guarded methods: leadership first, then locks, then the method; and back.
 */
final class GuardInterceptor implements MethodInterceptor {

	private static final Log logger = LogFactory.getLog(GuardInterceptor.class);

	private final Supplier<LockRegistry> registry;

	private final Supplier<KeyExpressions> expressions;

	private final BiFunction<Method, Class<?>, @Nullable Guard> guards;

	private final Supplier<GuardObservations> observations;

	GuardInterceptor(Supplier<LockRegistry> registry, Supplier<KeyExpressions> expressions,
			BiFunction<Method, Class<?>, @Nullable Guard> guards, Supplier<GuardObservations> observations) {
		this.registry = registry;
		this.expressions = expressions;
		this.guards = guards;
		this.observations = observations;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object target = invocation.getThis();
		Class<?> targetClass = (target != null) ? AopUtils.getTargetClass(target)
				: invocation.getMethod().getDeclaringClass();
		Guard guard = this.guards.apply(invocation.getMethod(), targetClass);
		if (guard == null || target == null) {
			return invocation.proceed();
		}
		if (guard.result() == Guard.Result.PUBLISHER) {
			return PublisherGuard.guard(this, guard, invocation, target);
		}
		LockHandle leadership = leadership(guard);
		if (guard.leader() != null && leadership == null) {
			return skipped(guard);
		}
		if (!isFirst(guard)) {
			return skipped(guard);
		}
		Grip grip;
		try {
			grip = take(guard, invocation, target, leadership);
		}
		catch (LockBusyException ex) {
			return busy(guard, invocation, target, ex);
		}
		return run(guard, grip, invocation);
	}

	/**
	 * The leadership a guard asks for; null if it asks for none or this node has none.
	 */
	@Nullable LockHandle leadership(Guard guard) {
		Guard.Leader leader = guard.leader();
		if (leader == null) {
			return null;
		}
		LockHandle held = this.registry.get().leadership().group(leader.group()).held().orElse(null);
		if (held == null) {
			logSkipped(guard, () -> "this node does not lead group '" + leader.group() + "'");
			this.observations.get().notLeading(leader);
		}
		return held;
	}

	/** Whether nobody has begun with the present fire time, if that matters. */
	private boolean isFirst(Guard guard) throws InterruptedException {
		Guard.Leader leader = guard.leader();
		FireTimes times = (leader != null) ? leader.fireTimes() : null;
		if (leader == null || times == null) {
			return true;
		}
		Instant time = times.latest();
		if (time != null && this.registry.get().leadership().group(leader.group()).claim(times.job(), time)) {
			return true;
		}
		logSkipped(guard, () -> "somebody has begun with " + time);
		this.observations.get().notLeading(leader);
		return false;
	}

	private Grip take(Guard guard, MethodInvocation invocation, Object target, @Nullable LockHandle leadership)
			throws Throwable {
		Guard.Lock lock = guard.lock();
		if (lock == null) {
			return new Grip(guard, List.of(), leadership);
		}
		Map<String, Object> keys = keys(guard, lock, target, invocation.getArguments());
		Grip grip = new Grip(guard,
				lock.keys().isEmpty() ? List.of() : keys.values().stream().map(Object::toString).toList(), leadership);
		return this.observations.get().acquire(lock, grip.keys(), () -> {
			try {
				take(lock, keys.keySet(), grip);
				return grip;
			}
			catch (InterruptedException ex) {
				grip.abandon();
				if (List.of(guard.method().getExceptionTypes()).contains(InterruptedException.class)) {
					throw ex;
				}
				Thread.currentThread().interrupt();
				CancellationException cancelled = new CancellationException(
						"The thread was interrupted while it waited for lock '" + lock.name() + "'");
				cancelled.initCause(ex);
				throw cancelled;
			}
			catch (Throwable ex) {
				grip.abandon();
				throw ex;
			}
		});
	}

	private void take(Guard.Lock lock, Iterable<String> names, Grip grip) throws InterruptedException {
		long begin = System.nanoTime();
		for (String name : names) {
			LockHandle outer = heldByThread(name);
			if (outer != null) {
				grip.share(outer);
			}
			else {
				grip.own(this.registry.get().obtain(name).acquire(rest(lock, begin), lock.holdFor()));
			}
		}
	}

	private @Nullable LockHandle heldByThread(String name) {
		LockHandle outer = LockContext.heldByThread(name);
		return (outer != null) ? outer : this.registry.get().heldByCurrentThread(name).orElse(null);
	}

	/** What is left of the wait; zero must stay zero. */
	static Duration rest(Guard.Lock lock, long begin) {
		Duration rest = lock.waitFor().minusNanos(System.nanoTime() - begin);
		return rest.isNegative() ? Duration.ZERO : rest;
	}

	/** The full names of the locks, in the order in which everybody takes them. */
	Map<String, Object> keys(Guard guard, Guard.Lock lock, Object target, @Nullable Object[] arguments) {
		Map<String, Object> names = new TreeMap<>();
		if (lock.keys().isEmpty()) {
			names.put(lock.name(), "");
			return names;
		}
		for (Object key : this.expressions.get().evaluate(lock, guard.method(), target, arguments)) {
			names.put(this.registry.get().obtain(lock.name(), key).name(), key);
		}
		return names;
	}

	FencedLock obtain(String name) {
		return this.registry.get().obtain(name);
	}

	GuardObservations observations() {
		return this.observations.get();
	}

	private @Nullable Object run(Guard guard, Grip grip, MethodInvocation invocation) throws Throwable {
		Observation observation = this.observations.get().hold(guard, grip);
		Interruption interruption = new Interruption();
		boolean goesOn = false;
		grip.enter();
		try (Observation.Scope scope = observation.openScope()) {
			grip.onInterruptingLoss((lost) -> interruption.interrupt());
			Object result = invocation.proceed();
			if (grip.isForfeited()) {
				throw grip.forfeited(null);
			}
			if (guard.result() == Guard.Result.STAGE && result instanceof CompletionStage<?> stage) {
				goesOn = true;
				return stage(grip, observation, stage);
			}
			if (guard.result() == Guard.Result.FUTURE && result instanceof Future<?> future) {
				goesOn = true;
				return new GuardedFuture(future, grip, observation);
			}
			return result;
		}
		catch (Throwable ex) {
			Throwable told = grip.isForfeited() ? grip.forfeited(ex) : ex;
			observation.error(told);
			throw told;
		}
		finally {
			interruption.end();
			grip.exit();
			if (!goesOn && grip.release()) {
				observation.stop();
			}
		}
	}

	private static CompletableFuture<?> stage(Grip grip, Observation observation, CompletionStage<?> stage) {
		CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
		stage.whenComplete((value, ex) -> {
			Throwable told = grip.isForfeited() ? grip.forfeited(ex) : ex;
			if (told != null) {
				observation.error(told);
			}
			// First, so that whoever waits for the result finds the lock free.
			if (grip.release()) {
				observation.stop();
			}
			if (told != null) {
				result.completeExceptionally(told);
			}
			else {
				result.complete(value);
			}
		});
		grip.onInterruptingLoss((lost) -> {
			if (result.completeExceptionally(grip.forfeited(null))) {
				stage.toCompletableFuture().cancel(true);
			}
		});
		result.whenComplete((value, ex) -> {
			if (result.isCancelled()) {
				stage.toCompletableFuture().cancel(true);
			}
		});
		return result;
	}

	private @Nullable Object busy(Guard guard, MethodInvocation invocation, Object target, LockBusyException busy)
			throws Throwable {
		Guard.Lock lock = guard.lock();
		if (lock == null || lock.onBusy() == OnBusy.THROW) {
			throw busy;
		}
		if (lock.onBusy() == OnBusy.FALLBACK && lock.fallback() != null) {
			return fallback(lock.fallback(), target, invocation.getArguments(), busy);
		}
		logSkipped(guard, () -> String.valueOf(busy.getMessage()));
		return skipped(guard);
	}

	static @Nullable Object fallback(Method fallback, Object target, @Nullable Object[] arguments,
			LockBusyException busy) throws Throwable {
		@Nullable Object[] given = arguments;
		if (fallback.getParameterCount() > arguments.length) {
			given = java.util.Arrays.copyOf(arguments, arguments.length + 1);
			given[arguments.length] = busy;
		}
		try {
			return fallback.invoke(target, given);
		}
		catch (java.lang.reflect.InvocationTargetException ex) {
			ReflectionUtils.rethrowException(ex.getTargetException());
			throw ex;
		}
	}

	private static void logSkipped(Guard guard, Supplier<String> why) {
		// Asked first: on SLF4J commons-logging makes the words of a LogMessage too.
		if (logger.isDebugEnabled()) {
			logger.debug("Skipped " + guard.method() + ": " + why.get());
		}
	}

	private static @Nullable Object skipped(Guard guard) {
		return switch (guard.result()) {
			case OPTIONAL -> Optional.empty();
			case STAGE, FUTURE -> CompletableFuture.completedFuture(null);
			default -> null;
		};
	}

}

package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.pulsarlock.FencedLock;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

/**
 * Runs guarded methods: checks the leadership, acquires the locks, calls the method and
 * releases the locks.
 */
final class GuardInterceptor implements MethodInterceptor {

	private static final Log logger = LogFactory.getLog(GuardInterceptor.class);

	private final Supplier<LockRegistry> registry;

	private final LeaderGroups groups;

	private final Supplier<KeyExpressions> expressions;

	private final Function<Method, @Nullable Guard> guards;

	private final Supplier<GuardObservations> observations;

	/** Methods whose calls were skipped while the leader was not known. */
	private final Set<Method> uncertain = ConcurrentHashMap.newKeySet();

	GuardInterceptor(Supplier<LockRegistry> registry, LeaderGroups groups, Supplier<KeyExpressions> expressions,
			Function<Method, @Nullable Guard> guards, Supplier<GuardObservations> observations) {
		this.registry = registry;
		this.groups = groups;
		this.expressions = expressions;
		this.guards = guards;
		this.observations = observations;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Guard guard = this.guards.apply(invocation.getMethod());
		if (guard == null) {
			return invocation.proceed();
		}
		Object target = target(invocation);
		return guard.handler().handle(new GuardedCall(this, guard, invocation, target));
	}

	/** The bean; its proxy if there is no target. */
	private static Object target(MethodInvocation invocation) {
		Object target = invocation.getThis();
		return (target == null && invocation instanceof ProxyMethodInvocation proxied) ? proxied.getProxy()
				: Objects.requireNonNull(target);
	}

	/** Executes a call on this thread. */
	@Nullable Object execute(GuardedCall call, GuardedCall.Completion completion) throws Throwable {
		Guard guard = call.guard();
		LockGrant leadership;
		try {
			leadership = leadership(guard);
			if ((guard.leader() != null && leadership == null) || !isFirst(guard)) {
				return call.skipped();
			}
		}
		catch (InterruptedException ex) {
			throw interrupted(guard, "it waited to know the leader", ex);
		}
		Grip grip;
		try {
			grip = take(call, leadership);
		}
		catch (LockBusyException ex) {
			return busy(call, completion, ex);
		}
		if (!grip.isLeading()) {
			// Lost while the locks were waited for.
			grip.release();
			notLeading(guard);
			return call.skipped();
		}
		return run(call, grip, completion);
	}

	/**
	 * The leadership that a guard requires, after a wait if the leader is not known; null
	 * if it requires none or this node does not have it.
	 */
	private @Nullable LockGrant leadership(Guard guard) throws InterruptedException {
		Guard.Leader leader = guard.leader();
		if (leader == null) {
			return null;
		}
		LeaderGroup group = group(leader);
		LockGrant held = (group != null) ? group.held().orElse(null) : null;
		if (group != null && held == null && !leader.waitFor().isZero()) {
			awaited(guard, leader, group.awaitLeader(leader.waitFor()));
			held = group.held().orElse(null);
		}
		if (held == null) {
			notLeading(guard);
		}
		return held;
	}

	/** The group; null only if the application's own leadership has none. */
	@Nullable LeaderGroup group(Guard.Leader leader) {
		return this.groups.get(leader.group());
	}

	/** Logs once that a call is skipped although this node might be about to lead. */
	void awaited(Guard guard, Guard.Leader leader, boolean known) {
		if (known) {
			this.uncertain.remove(guard.method());
		}
		else if (this.uncertain.add(guard.method())) {
			logger.warn("Skipped " + guard.label() + ": after "
					+ DurationFormatterUtils.print(leader.waitFor(), DurationFormat.Style.COMPOSITE)
					+ " the leader of group '" + PrintedNames.text(leader.group())
					+ "' is not known. Further calls are skipped without a message until it is known");
		}
	}

	void notLeading(Guard guard) {
		Guard.Leader leader = guard.leader();
		if (leader != null) {
			logSkipped(guard, () -> "this node does not lead group '" + PrintedNames.text(leader.group()) + "'");
			this.observations.get().notLeading(leader);
		}
	}

	/** Whether no node has claimed the current fire time, if the guard requires that. */
	private boolean isFirst(Guard guard) throws InterruptedException {
		Guard.Leader leader = guard.leader();
		FireTimes times = (leader != null) ? leader.fireTimes() : null;
		if (leader == null || times == null) {
			return true;
		}
		Instant time = times.latest();
		LeaderGroup group = group(leader);
		if (time != null && group != null && group.claim(times.job(), time)) {
			return true;
		}
		logSkipped(guard, () -> "fire time " + time + " has been claimed before");
		this.observations.get().notLeading(leader);
		return false;
	}

	private Grip take(GuardedCall call, @Nullable LockGrant leadership) throws Throwable {
		Guard guard = call.guard();
		Guard.Lock lock = guard.lock();
		if (lock == null) {
			return new Grip(guard, Map.of(), leadership);
		}
		Map<String, Object> keys = keys(guard, lock, call.target(), call.arguments());
		Grip grip = new Grip(guard, keys, leadership);
		return this.observations.get().acquire(lock, grip.keys(), () -> {
			try {
				take(lock, keys.keySet(), grip);
				if (!lock.atLeastFor().isZero()) {
					rest(grip, lock.atLeastFor());
				}
				return grip;
			}
			catch (InterruptedException ex) {
				grip.release();
				throw interrupted(guard, "it waited for lock '" + PrintedNames.text(lock.name()) + "'", ex);
			}
			catch (Throwable ex) {
				grip.release();
				throw ex;
			}
		});
	}

	/**
	 * The exception for the caller, whose method may not declare an
	 * {@code InterruptedException}.
	 */
	private static Exception interrupted(Guard guard, String what, InterruptedException ex) {
		if (List.of(guard.method().getExceptionTypes()).contains(InterruptedException.class)) {
			return ex;
		}
		Thread.currentThread().interrupt();
		CancellationException cancelled = new CancellationException("The thread was interrupted while " + what);
		cancelled.initCause(ex);
		return cancelled;
	}

	private void take(Guard.Lock lock, Iterable<String> names, Grip grip) throws InterruptedException {
		long begin = System.nanoTime();
		for (String name : names) {
			LockRegistry registry = this.registry.get();
			FencedLock fenced = registry.obtain(name);
			CallLock outer = lock.sharing().within(outer(registry, fenced));
			if (outer != null) {
				grip.add(outer);
				outer.grant().assertHeld();
			}
			else {
				Sharing sharing = lock.sharing();
				grip.add(CallLock.acquired(registry, fenced, sharing,
						sharing.acquire(registry, fenced, rest(lock, begin), lock.holdFor())));
			}
		}
	}

	/** Waits until the cluster knows for how long the locks rest. */
	private static void rest(Grip grip, Duration atLeast) throws InterruptedException {
		try {
			if (grip.isLeading()) {
				grip.rest(atLeast).get();
			}
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof LockException cause) ? cause
					: new LockUnavailableException("A lock does not rest", ex.getCause());
		}
	}

	/** The lock that this thread already holds, to be shared. */
	private static @Nullable CallLock outer(LockRegistry registry, FencedLock lock) {
		CallLock outer = CallLock.shareOnThread(registry, lock.name());
		LockContext context = LockContext.peek();
		if (outer == null && context != null) {
			// The handle came here from another thread.
			outer = context.share(registry, lock.name());
		}
		if (outer == null) {
			LockGrant locked = registry.heldByCurrentThread(lock.name()).orElse(null);
			outer = (locked != null) ? CallLock.locked(registry, lock, locked) : null;
		}
		return outer;
	}

	/** The rest of the wait; zero stays zero. */
	static Duration rest(Guard.Lock lock, long begin) {
		Duration rest = lock.waitFor().minusNanos(System.nanoTime() - begin);
		return rest.isNegative() ? Duration.ZERO : rest;
	}

	/** The full names of the locks, in the order in which all nodes acquire them. */
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

	LockRegistry registry() {
		return this.registry.get();
	}

	GuardObservations observations() {
		return this.observations.get();
	}

	private @Nullable Object run(GuardedCall call, Grip grip, GuardedCall.Completion completion) throws Throwable {
		Interruption interruption = new Interruption();
		Observation observation = Observation.NOOP;
		boolean goesOn = false;
		// From the grant on, every failure releases the locks.
		try {
			observation = this.observations.get().hold(call.guard(), grip);
			GripWork work = new GripWork(grip, observation);
			try (Grip.Stay stay = grip.enter(grip.context(LockContext.peek()));
					Observation.Scope scope = observation.openScope()) {
				grip.onInterruptingLoss((lost) -> interruption.interrupt());
				Object result = completion.complete(call.proceed(), work);
				if (!work.isDetached() && grip.isForfeited()) {
					throw grip.forfeited(null);
				}
				goesOn = work.isDetached();
				return result;
			}
		}
		catch (Throwable ex) {
			Throwable told = grip.isForfeited() ? grip.forfeited(ex) : ex;
			observation.error(told);
			throw told;
		}
		finally {
			interruption.end();
			try {
				grip.keepForTransaction();
			}
			finally {
				if (!goesOn && grip.release()) {
					observation.stop();
				}
			}
		}
	}

	private @Nullable Object busy(GuardedCall call, GuardedCall.Completion completion, LockBusyException busy)
			throws Throwable {
		Guard.Lock lock = call.guard().lock();
		if (lock == null || lock.onBusy() == OnBusy.THROW) {
			throw busy;
		}
		if (lock.onBusy() == OnBusy.FALLBACK && lock.fallback() != null) {
			return completion.complete(lock.fallback().invoke(call.target(), call.arguments(), busy),
					GripWork.NOTHING_HELD);
		}
		logSkipped(call.guard(), () -> String.valueOf(busy.getMessage()));
		return call.skipped();
	}

	private static void logSkipped(Guard guard, Supplier<String> why) {
		// Checked first: on SLF4J, commons-logging formats a LogMessage even if it is not
		// logged.
		if (logger.isDebugEnabled()) {
			logger.debug("Skipped " + guard.label() + ": " + why.get());
		}
	}

}

package io.pulsarlock.annotation;

import java.util.List;

import io.micrometer.observation.Observation;
import io.micrometer.observation.Observation.CheckedCallable;
import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.observation.LockAcquireObservationContext;
import io.pulsarlock.observation.LockAcquireObservationContext.Outcome;
import io.pulsarlock.observation.LockAcquireObservationConvention;
import io.pulsarlock.observation.LockHoldObservationContext;
import io.pulsarlock.observation.LockHoldObservationConvention;
import io.pulsarlock.observation.LockObservationContext.Kind;
import io.pulsarlock.observation.LockObservations;
import org.jspecify.annotations.Nullable;

/**
 * Observes guarded calls.
 */
final class GuardObservations {

	private final ObservationRegistry registry;

	private final @Nullable LockAcquireObservationConvention acquire;

	private final @Nullable LockHoldObservationConvention hold;

	GuardObservations(ObservationRegistry registry, @Nullable LockAcquireObservationConvention acquire,
			@Nullable LockHoldObservationConvention hold) {
		this.registry = registry;
		this.acquire = acquire;
		this.hold = hold;
	}

	/** A call was skipped because this node does not lead. */
	void notLeading(Guard.Leader leader) {
		if (!this.registry.isNoop()) {
			LockAcquireObservationContext context = new LockAcquireObservationContext(leader.group(), null, Kind.LEADER,
					true);
			context.setOutcome(Outcome.SKIPPED);
			LockObservations.stop(LockObservations.start(this.registry, this.acquire, context), context, null);
		}
	}

	<T, E extends Throwable> T acquire(Guard.Lock lock, List<String> keys, CheckedCallable<T, E> attempt) throws E {
		return LockObservations.acquire(this.registry, this.acquire, context(lock, keys), attempt);
	}

	/** Observes an attempt that ends on another thread. */
	Attempt attempt(Guard.Lock lock, List<String> keys) {
		LockAcquireObservationContext context = context(lock, keys);
		return new Attempt(LockObservations.start(this.registry, this.acquire, context), context);
	}

	private static LockAcquireObservationContext context(Guard.Lock lock, List<String> keys) {
		return new LockAcquireObservationContext(lock.name(), key(keys), Kind.LOCK, lock.onBusy() == OnBusy.SKIP);
	}

	private static @Nullable String key(List<String> keys) {
		return keys.isEmpty() ? null : String.join(",", keys);
	}

	/** Observes a guarded method. */
	Observation hold(Guard guard, Grip grip) {
		if (this.registry.isNoop()) {
			return Observation.NOOP;
		}
		Guard.Lock lock = guard.lock();
		Guard.Leader leader = guard.leader();
		long token = grip.token();
		LockHoldObservationContext context = (lock != null)
				? new LockHoldObservationContext(lock.name(), key(grip.keys()), Kind.LOCK, token)
				: new LockHoldObservationContext((leader != null) ? leader.group() : "", null, Kind.LEADER, token);
		grip.onLoss((lost) -> context.setLost(lost.reason()));
		return LockObservations.start(this.registry, this.hold, context);
	}

	/**
	 * An attempt in progress.
	 *
	 * @param observation its observation
	 * @param context the context of the observation
	 */
	record Attempt(Observation observation, LockAcquireObservationContext context) {

		void ended(@Nullable Throwable failure) {
			LockObservations.stop(this.observation, this.context, failure);
		}

	}

}

package io.pulsarlock.observation;

import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.Observation.CheckedCallable;
import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.observation.LockAcquireObservationContext.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Observes attempts and runs. Blocking code uses
 * {@link #acquire(ObservationRegistry, LockAcquireObservationConvention, LockAcquireObservationContext, CheckedCallable)
 * acquire} and
 * {@link #hold(ObservationRegistry, LockHoldObservationConvention, LockHoldObservationContext, CheckedCallable)
 * hold}; code that continues on another thread starts an observation and
 * {@linkplain #stop(Observation, LockAcquireObservationContext, Throwable) stops} it when
 * the attempt has ended.
 * <p>
 * Busy is an outcome, not an error: a span of an attempt that found the lock taken is not
 * marked as failed.
 * <p>
 * Exceptions of handlers, filters and conventions are logged and do not reach the
 * observed code, which returns, throws and releases its locks as if it were not observed.
 *
 * @since 0.1.0
 */
public final class LockObservations {

	private static final LockAcquireObservationConvention ACQUIRE = new DefaultLockAcquireObservationConvention();

	private static final LockHoldObservationConvention HOLD = new DefaultLockHoldObservationConvention();

	private LockObservations() {
	}

	/**
	 * Observes an attempt on the calling thread. An empty {@link Optional} and
	 * {@link LockBusyException} count as busy, or skipped if the context says so;
	 * anything else that is returned counts as acquired, unless the attempt itself has
	 * set the outcome.
	 * @param registry the registry; {@link ObservationRegistry#NOOP} observes nothing
	 * @param convention names and tags, or null for the default
	 * @param context what is attempted
	 * @param attempt the attempt
	 * @param <T> what the attempt returns
	 * @param <E> what the attempt throws
	 * @return what the attempt returned
	 * @throws E what the attempt threw
	 */
	public static <T extends @Nullable Object, E extends Throwable> T acquire(ObservationRegistry registry,
			@Nullable LockAcquireObservationConvention convention, LockAcquireObservationContext context,
			CheckedCallable<T, E> attempt) throws E {
		Observation observation = start(registry, convention, context);
		Throwable failure = null;
		try (Observation.Scope scope = observation.openScope()) {
			T result = attempt.call();
			if (context.getOutcome() == null && result instanceof Optional<?> optional && optional.isEmpty()) {
				context.setOutcome(busy(context));
			}
			return result;
		}
		catch (Throwable ex) {
			failure = ex;
			throw ex;
		}
		finally {
			stop(observation, context, failure);
		}
	}

	/**
	 * Starts to observe an attempt that may end on another thread.
	 * @param registry the registry
	 * @param convention names and tags, or null for the default
	 * @param context what is attempted
	 * @return the observation, without a scope
	 */
	public static Observation start(ObservationRegistry registry, @Nullable LockAcquireObservationConvention convention,
			LockAcquireObservationContext context) {
		return start(registry,
				() -> LockObservationDocumentation.ACQUIRE.observation(convention, ACQUIRE, () -> context, registry));
	}

	/**
	 * Records how an attempt has ended and stops the observation.
	 * @param observation the observation
	 * @param context its context
	 * @param failure why it failed, or null: then it counts as acquired unless the
	 * context says otherwise
	 */
	public static void stop(Observation observation, LockAcquireObservationContext context,
			@Nullable Throwable failure) {
		Throwable cause = failure;
		while ((cause instanceof CompletionException || cause instanceof ExecutionException)
				&& cause.getCause() != null) {
			cause = cause.getCause();
		}
		if (context.getOutcome() == null) {
			context.setOutcome((cause != null) ? outcome(cause, context) : Outcome.ACQUIRED);
		}
		if (cause != null && !(cause instanceof LockBusyException)) {
			observation.error(cause);
		}
		observation.stop();
	}

	private static Outcome outcome(Throwable failure, LockAcquireObservationContext context) {
		if (failure instanceof LockBusyException) {
			return busy(context);
		}
		if (failure instanceof LockUnavailableException) {
			return Outcome.UNKNOWN;
		}
		return (failure instanceof InterruptedException || failure instanceof CancellationException) ? Outcome.CANCELLED
				: Outcome.FAILED;
	}

	private static Outcome busy(LockAcquireObservationContext context) {
		return context.isSkipping() ? Outcome.SKIPPED : Outcome.BUSY;
	}

	/**
	 * Observes a run of guarded code on the calling thread.
	 * @param registry the registry; {@link ObservationRegistry#NOOP} observes nothing
	 * @param convention names and tags, or null for the default
	 * @param context what is held; losses are reported to it
	 * @param run the code
	 * @param <T> what the code returns
	 * @param <E> what the code throws
	 * @return what the code returned
	 * @throws E what the code threw
	 */
	public static <T extends @Nullable Object, E extends Throwable> T hold(ObservationRegistry registry,
			@Nullable LockHoldObservationConvention convention, LockHoldObservationContext context,
			CheckedCallable<T, E> run) throws E {
		Observation observation = start(registry, convention, context);
		try (Observation.Scope scope = observation.openScope()) {
			return run.call();
		}
		catch (Throwable ex) {
			observation.error(ex);
			throw ex;
		}
		finally {
			observation.stop();
		}
	}

	/**
	 * Starts to observe a run of guarded code that may end on another thread; the caller
	 * stops the observation.
	 * @param registry the registry
	 * @param convention names and tags, or null for the default
	 * @param context what is held; losses are reported to it
	 * @return the observation, without a scope
	 */
	public static Observation start(ObservationRegistry registry, @Nullable LockHoldObservationConvention convention,
			LockHoldObservationContext context) {
		return start(registry,
				() -> LockObservationDocumentation.HOLD.observation(convention, HOLD, () -> context, registry));
	}

	private static Observation start(ObservationRegistry registry, Supplier<Observation> observation) {
		if (registry.isNoop()) {
			return Observation.NOOP;
		}
		try {
			return new SafeObservation(observation.get(), registry).start();
		}
		catch (Throwable ex) {
			SafeObservation.failed("cannot be made", ex);
			return Observation.NOOP;
		}
	}

}

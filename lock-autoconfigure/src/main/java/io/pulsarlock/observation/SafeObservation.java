package io.pulsarlock.observation;

import java.util.concurrent.atomic.AtomicLong;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * An observation whose handlers, filters and conventions may throw anything. A failure is
 * logged, at most once a minute with its stack trace, and does not affect the observed
 * code: neither a lock nor a result depends on an observer.
 */
final class SafeObservation implements Observation {

	private static final Log logger = LogFactory.getLog(SafeObservation.class);

	private static final long QUIET_NANOS = 60_000_000_000L;

	private static final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

	private final Observation observation;

	private final ObservationRegistry registry;

	SafeObservation(Observation observation, ObservationRegistry registry) {
		this.observation = observation;
		this.registry = registry;
	}

	static void failed(String what, Throwable ex) {
		String message = "An observation of locks " + what + ". The locks and the observed code are not affected";
		long now = System.nanoTime();
		long quiet = quietUntil.get();
		if (now - quiet >= 0 && quietUntil.compareAndSet(quiet, now + QUIET_NANOS)) {
			logger.error(message, ex);
		}
		else {
			logger.debug(message, ex);
		}
	}

	private Observation safely(String what, Runnable step) {
		try {
			step.run();
		}
		catch (Throwable ex) {
			failed(what, ex);
		}
		return this;
	}

	@Override
	public Observation contextualName(@Nullable String contextualName) {
		return safely("cannot be named", () -> this.observation.contextualName(contextualName));
	}

	@Override
	public Observation parentObservation(@Nullable Observation parentObservation) {
		return safely("cannot be given a parent", () -> this.observation.parentObservation(parentObservation));
	}

	@Override
	public Observation lowCardinalityKeyValue(KeyValue keyValue) {
		return safely("cannot be tagged", () -> this.observation.lowCardinalityKeyValue(keyValue));
	}

	@Override
	public Observation highCardinalityKeyValue(KeyValue keyValue) {
		return safely("cannot be tagged", () -> this.observation.highCardinalityKeyValue(keyValue));
	}

	@Override
	public Observation observationConvention(ObservationConvention<?> observationConvention) {
		return safely("cannot be given a convention",
				() -> this.observation.observationConvention(observationConvention));
	}

	@Override
	public Observation error(Throwable error) {
		return safely("cannot record an error", () -> this.observation.error(error));
	}

	@Override
	public Observation event(Event event) {
		return safely("cannot record an event", () -> this.observation.event(event));
	}

	@Override
	public Observation start() {
		return safely("cannot start", this.observation::start);
	}

	@Override
	public Context getContext() {
		return this.observation.getContext();
	}

	@Override
	public void stop() {
		safely("cannot stop", this.observation::stop);
	}

	/**
	 * Opens a scope. Whatever fails, the thread is restored once the scope is closed.
	 */
	@Override
	public Scope openScope() {
		Scope outer = this.registry.getCurrentObservationScope();
		try {
			Scope scope = this.observation.openScope();
			return scope.isNoop() ? scope : new SafeScope(scope, outer);
		}
		catch (Throwable ex) {
			failed("cannot open its scope", ex);
			this.registry.setCurrentObservationScope(outer);
			return Scope.NOOP;
		}
	}

	@Override
	public boolean isNoop() {
		return this.observation.isNoop();
	}

	@Override
	public ObservationRegistry getObservationRegistry() {
		return this.observation.getObservationRegistry();
	}

	/** Deprecated in Micrometer 1.17, which still calls it. */
	@Override
	@SuppressWarnings("deprecation")
	public @Nullable Scope getEnclosingScope() {
		return this.observation.getEnclosingScope();
	}

	@Override
	public String toString() {
		return this.observation.toString();
	}

	private final class SafeScope implements Scope {

		private final Scope scope;

		private final @Nullable Scope outer;

		SafeScope(Scope scope, @Nullable Scope outer) {
			this.scope = scope;
			this.outer = outer;
		}

		@Override
		public Observation getCurrentObservation() {
			return SafeObservation.this;
		}

		@Override
		public @Nullable Scope getPreviousObservationScope() {
			return this.outer;
		}

		@Override
		public void close() {
			try {
				this.scope.close();
			}
			catch (Throwable ex) {
				failed("cannot close its scope", ex);
				SafeObservation.this.registry.setCurrentObservationScope(this.outer);
			}
		}

		/** Deprecated in Micrometer 1.17, which still calls it. */
		@Override
		@SuppressWarnings("deprecation")
		public void reset() {
			this.scope.reset();
		}

		/** Deprecated in Micrometer 1.17, which still calls it. */
		@Override
		@SuppressWarnings("deprecation")
		public void makeCurrent() {
			this.scope.makeCurrent();
		}

	}

}

package io.pulsarlock.actuate;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.observation.LockAcquireObservationContext;
import io.pulsarlock.observation.LockAcquireObservationContext.Outcome;

/**
 * Counts the calls that were skipped because another holder had the lock or another node
 * led.
 *
 * @since 0.1.0
 */
public class LockSkippedMeterObservationHandler implements ObservationHandler<LockAcquireObservationContext> {

	private final MeterRegistry meters;

	/**
	 * Create the handler.
	 * @param meters where to count
	 */
	public LockSkippedMeterObservationHandler(MeterRegistry meters) {
		this.meters = meters;
	}

	@Override
	public void onStart(LockAcquireObservationContext context) {
		// So that a dashboard shows zero, not nothing.
		counter(context);
	}

	@Override
	public void onStop(LockAcquireObservationContext context) {
		if (context.getOutcome() == Outcome.SKIPPED) {
			counter(context).increment();
		}
	}

	private Counter counter(LockAcquireObservationContext context) {
		return Counter.builder("pulsar.lock.skipped")
			.description("Calls skipped because another holder had the lock or another node led")
			.tag("lock.name", PrintedNames.text(context.getLockName()))
			.tag("lock.kind", context.getKind().tag())
			.register(this.meters);
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof LockAcquireObservationContext;
	}

}

package io.pulsarlock.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.observation.LockAcquireObservationContext.Outcome;
import io.pulsarlock.observation.LockObservationDocumentation.HighCardinalityKeyNames;
import io.pulsarlock.observation.LockObservationDocumentation.LowCardinalityKeyNames;

/**
 * The names and tags of {@link LockObservationDocumentation#ACQUIRE}.
 *
 * @since 0.1.0
 */
public class DefaultLockAcquireObservationConvention implements LockAcquireObservationConvention {

	@Override
	public String getName() {
		return "pulsar.lock.acquire";
	}

	@Override
	public String getContextualName(LockAcquireObservationContext context) {
		return context.getKind().tag() + " acquire " + PrintedNames.text(context.getLockName());
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(LockAcquireObservationContext context) {
		Outcome outcome = context.getOutcome();
		return KeyValues.of(LowCardinalityKeyNames.NAME.withValue(PrintedNames.text(context.getLockName())),
				LowCardinalityKeyNames.KIND.withValue(context.getKind().tag()),
				LowCardinalityKeyNames.OUTCOME.withValue((outcome != null) ? outcome.tag() : KeyValue.NONE_VALUE));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(LockAcquireObservationContext context) {
		String key = context.getLockKey();
		return (key != null) ? KeyValues.of(new LockKeyValue(key)) : KeyValues.empty();
	}

}

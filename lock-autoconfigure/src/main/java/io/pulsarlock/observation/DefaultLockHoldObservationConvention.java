package io.pulsarlock.observation;

import io.micrometer.common.KeyValues;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.observation.LockObservationDocumentation.HighCardinalityKeyNames;
import io.pulsarlock.observation.LockObservationDocumentation.LowCardinalityKeyNames;

/**
 * The names and tags of {@link LockObservationDocumentation#HOLD}.
 *
 * @since 0.1.0
 */
public class DefaultLockHoldObservationConvention implements LockHoldObservationConvention {

	@Override
	public String getName() {
		return "pulsar.lock.execution";
	}

	@Override
	public String getContextualName(LockHoldObservationContext context) {
		return context.getKind().tag() + " hold " + PrintedNames.text(context.getLockName());
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(LockHoldObservationContext context) {
		return KeyValues.of(LowCardinalityKeyNames.NAME.withValue(PrintedNames.text(context.getLockName())),
				LowCardinalityKeyNames.KIND.withValue(context.getKind().tag()),
				LowCardinalityKeyNames.OUTCOME.withValue((context.getLost() != null) ? "lost" : "kept"));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(LockHoldObservationContext context) {
		KeyValues values = KeyValues.of(HighCardinalityKeyNames.TOKEN.withValue(Long.toString(context.getToken())));
		String key = context.getLockKey();
		return (key != null) ? values.and(new LockKeyValue(key)) : values;
	}

}

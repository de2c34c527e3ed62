package io.pulsarlock.observation;

import io.micrometer.common.KeyValue;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.observation.LockObservationDocumentation.HighCardinalityKeyNames;

/**
 * The key of a lock as a span has it. Printed when it is asked for: most observations are
 * never made into a span, and a hash costs more than the rest of them.
 */
final class LockKeyValue implements KeyValue {

	private final String lockKey;

	LockKeyValue(String lockKey) {
		this.lockKey = lockKey;
	}

	@Override
	public String getKey() {
		return HighCardinalityKeyNames.KEY.asString();
	}

	@Override
	public String getValue() {
		return PrintedNames.key(this.lockKey);
	}

	@Override
	public String toString() {
		return "keyValue(" + getKey() + "=" + getValue() + ")";
	}

}

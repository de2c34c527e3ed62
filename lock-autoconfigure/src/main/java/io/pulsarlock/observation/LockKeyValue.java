package io.pulsarlock.observation;

import io.micrometer.common.KeyValue;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.observation.LockObservationDocumentation.HighCardinalityKeyNames;

/**
 * The key of a lock for a span. It is computed on demand: most observations never become
 * a span, and the hash costs more than the rest of the observation.
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

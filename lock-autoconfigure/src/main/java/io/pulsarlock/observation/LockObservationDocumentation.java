package io.pulsarlock.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of locks.
 *
 * @since 0.1.0
 */
public enum LockObservationDocumentation implements ObservationDocumentation {

	/** One attempt to acquire a lock, or one check whether this node leads. */
	ACQUIRE {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultLockAcquireObservationConvention.class;
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return new KeyName[] { HighCardinalityKeyNames.KEY };
		}

	},

	/** One run of guarded code, from the moment the lock is held to its end. */
	HOLD {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultLockHoldObservationConvention.class;
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return HighCardinalityKeyNames.values();
		}

	};

	@Override
	public KeyName[] getLowCardinalityKeyNames() {
		return LowCardinalityKeyNames.values();
	}

	@Override
	public String getPrefix() {
		return "lock";
	}

	/** Tags with few values. */
	public enum LowCardinalityKeyNames implements KeyName {

		/** The name as in the source code, without the key. */
		NAME {

			@Override
			public String asString() {
				return "lock.name";
			}

		},

		/** Either {@code lock} or {@code leader}. */
		KIND {

			@Override
			public String asString() {
				return "lock.kind";
			}

		},

		/** The outcome; {@code none} while it is in progress. */
		OUTCOME {

			@Override
			public String asString() {
				return "lock.outcome";
			}

		}

	}

	/** Tags with any number of values, in traces only. */
	public enum HighCardinalityKeyNames implements KeyName {

		/** The key of the lock: a hash, unless keys are readable. */
		KEY {

			@Override
			public String asString() {
				return "lock.key";
			}

		},

		/** The fencing token or term. */
		TOKEN {

			@Override
			public String asString() {
				return "lock.token";
			}

		}

	}

}

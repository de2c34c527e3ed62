package io.pulsarlock.observation;

import java.util.Locale;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * Which lock or leader group an observation is about.
 *
 * @since 0.1.0
 */
public abstract class LockObservationContext extends Observation.Context {

	private final String lockName;

	private final @Nullable String lockKey;

	private final Kind kind;

	LockObservationContext(String lockName, @Nullable String lockKey, Kind kind) {
		this.lockName = lockName;
		this.lockKey = lockKey;
		this.kind = kind;
	}

	/**
	 * The name as the source code has it; few values, good for a tag.
	 * @return the name without the key
	 */
	public String getLockName() {
		return this.lockName;
	}

	/**
	 * Which one of the locks of that name; any number of values, for traces only. May be
	 * personal data: a convention prints it by {@link io.pulsarlock.PrintedNames#key}.
	 * @return the key, or null if the name is all there is
	 */
	public @Nullable String getLockKey() {
		return this.lockKey;
	}

	/**
	 * Whether it is a lock or a leader group.
	 * @return the kind
	 */
	public Kind getKind() {
		return this.kind;
	}

	/** What is acquired. */
	public enum Kind {

		/** A lock. */
		LOCK,

		/** The leadership of a group. */
		LEADER;

		/**
		 * The value of a tag.
		 * @return the name in lower case
		 */
		public String tag() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}

package io.pulsarlock.observation;

import java.util.Locale;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * The lock or leader group of an observation.
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
	 * The name as in the source code; it has few values, so it suits a tag.
	 * @return the name without the key
	 */
	public String getLockName() {
		return this.lockName;
	}

	/**
	 * The key among the locks of that name. It has any number of values, so it suits
	 * traces only. It may be personal data: a convention must print it with
	 * {@link io.pulsarlock.PrintedNames#key}.
	 * @return the key, or null if the lock has none
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

package io.pulsarlock.observation;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * One attempt to acquire a lock, or one check whether this node leads.
 *
 * @since 0.1.0
 */
public class LockAcquireObservationContext extends LockObservationContext {

	private final boolean skipping;

	private @Nullable Outcome outcome;

	/**
	 * Create the context.
	 * @param lockName the name without the key
	 * @param lockKey the key, or null
	 * @param kind lock or leader group
	 * @param skipping whether the call is skipped when another holder has the lock
	 */
	public LockAcquireObservationContext(String lockName, @Nullable String lockKey, Kind kind, boolean skipping) {
		super(lockName, lockKey, kind);
		this.skipping = skipping;
	}

	/**
	 * Whether the call is skipped when another holder has the lock.
	 * @return true if busy counts as {@link Outcome#SKIPPED}
	 */
	public boolean isSkipping() {
		return this.skipping;
	}

	/**
	 * How the attempt has ended.
	 * @return null while it is in progress
	 */
	public @Nullable Outcome getOutcome() {
		return this.outcome;
	}

	/**
	 * Set how the attempt has ended. The first outcome that the observed code sets is
	 * kept.
	 * @param outcome the outcome
	 */
	public void setOutcome(Outcome outcome) {
		this.outcome = outcome;
	}

	/** How an attempt can end. */
	public enum Outcome {

		/** The lock is held; this node leads. */
		ACQUIRED,

		/**
		 * Another holder has the lock, or another node leads; the caller gets an
		 * exception or the fallback.
		 */
		BUSY,

		/** Another holder has the lock, or another node leads; the call is skipped. */
		SKIPPED,

		/** The cluster did not answer. */
		UNKNOWN,

		/** The caller was interrupted or has cancelled the attempt. */
		CANCELLED,

		/** Anything else went wrong. */
		FAILED;

		/**
		 * The value of a tag.
		 * @return the name in lower case
		 */
		public String tag() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}

package io.pulsarlock.observation;

import io.pulsarlock.LockLoss;
import org.jspecify.annotations.Nullable;

/**
 * One run of guarded code, from the moment the lock is held to its end.
 *
 * @since 0.1.0
 */
public class LockHoldObservationContext extends LockObservationContext {

	private final long token;

	private volatile LockLoss.@Nullable Reason lost;

	/**
	 * Create the context.
	 * @param lockName the name without the key
	 * @param lockKey the key, or null
	 * @param kind lock or leader group
	 * @param token the fencing token or term
	 */
	public LockHoldObservationContext(String lockName, @Nullable String lockKey, Kind kind, long token) {
		super(lockName, lockKey, kind);
		this.token = token;
	}

	/**
	 * The fencing token or term.
	 * @return the token
	 */
	public long getToken() {
		return this.token;
	}

	/**
	 * Why the lock was lost during the run.
	 * @return null if it was not
	 */
	public LockLoss.@Nullable Reason getLost() {
		return this.lost;
	}

	/**
	 * Record that the lock was lost during the run.
	 * @param reason the reason
	 */
	public void setLost(LockLoss.Reason reason) {
		this.lost = reason;
	}

}

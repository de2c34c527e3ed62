package io.pulsarlock.annotation;

/**
 * What a guarded call does when another holder has the lock. It does not apply when the
 * cluster cannot be asked, which always leads to a
 * {@link io.pulsarlock.LockUnavailableException}.
 *
 * @since 0.1.0
 */
public enum OnBusy {

	/**
	 * {@link #FALLBACK} if there is a {@link DistributedLock#fallback()}, {@link #SKIP}
	 * on {@code @Scheduled} methods, {@link #THROW} elsewhere.
	 */
	DEFAULT,

	/**
	 * The method is not called. The result is {@code null}, an empty {@code Optional}, a
	 * future completed with {@code null}, or an empty publisher. Refused at startup for
	 * message listeners, whose messages would be lost, and for results that are never
	 * null.
	 */
	SKIP,

	/** The caller gets a {@link io.pulsarlock.LockBusyException}. */
	THROW,

	/** The method named by {@link DistributedLock#fallback()} is called instead. */
	FALLBACK

}

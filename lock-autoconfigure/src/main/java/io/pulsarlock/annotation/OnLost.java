package io.pulsarlock.annotation;

/**
 * What happens to a running method when its lock or leadership is lost. In any case
 * {@link LockContext#assertHeld()} and the next guarded call on the same thread throw a
 * {@link io.pulsarlock.LockLostException}, and listeners and application events report
 * the loss.
 *
 * @since 0.1.0
 */
public enum OnLost {

	/**
	 * The thread is interrupted, and the caller gets a
	 * {@link io.pulsarlock.LockLostException} even if the method returns: what it did may
	 * overlap with the next holder. A future or publisher is cancelled, and its consumers
	 * get that exception.
	 */
	INTERRUPT,

	/**
	 * The method continues and its result counts. It must detect the loss itself, with
	 * {@link LockContext#onLost}, or rely on the fencing token.
	 */
	NOTIFY

}

package io.pulsarlock.annotation;

/**
 * What happens to a running method when its lock or leadership is lost. In any case
 * {@link LockContext#assertHeld()} and the next guarded call on the same thread throw a
 * {@link io.pulsarlock.LockLostException}, and listeners and application events tell.
 *
 * @since 0.1.0
 */
public enum OnLost {

	/**
	 * The thread is interrupted, and the caller gets a
	 * {@link io.pulsarlock.LockLostException} even if the method returns: what it did may
	 * overlap with the next holder. A future is cancelled, a publisher too, and whoever
	 * waits for them gets that exception.
	 */
	INTERRUPT,

	/**
	 * The method goes on and its result counts. It has to find out by itself, with
	 * {@link LockContext#onLost}, or leave it to the fencing token.
	 */
	NOTIFY

}

package io.pulsarlock;

import org.jspecify.annotations.Nullable;

/**
 * Busy: another holder had the lock for as long as the caller was willing to wait.
 *
 * @since 0.2.0
 */
public class LockBusyException extends LockException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create the exception.
	 * @param message what happened and what to do about it
	 */
	public LockBusyException(String message) {
		super(message);
	}

	/**
	 * Create the exception.
	 * @param message what happened and what to do about it
	 * @param cause the cause, if there is one
	 */
	public LockBusyException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}

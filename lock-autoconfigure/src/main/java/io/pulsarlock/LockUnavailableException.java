package io.pulsarlock;

import org.jspecify.annotations.Nullable;

/**
 * Unknown: the cluster could not be reached, so it is unknown whether the lock is free.
 * Never thrown when another holder is known.
 *
 * @since 0.1.0
 */
public class LockUnavailableException extends LockException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create the exception.
	 * @param message what happened and what to do about it
	 */
	public LockUnavailableException(String message) {
		super(message);
	}

	/**
	 * Create the exception.
	 * @param message what happened and what to do about it
	 * @param cause the cause, if there is one
	 */
	public LockUnavailableException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}

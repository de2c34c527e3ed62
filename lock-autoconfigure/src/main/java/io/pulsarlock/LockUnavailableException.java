package io.pulsarlock;

import org.jspecify.annotations.Nullable;

/**
 * Unknown: the cluster could not be asked, so nobody can say whether the lock is free.
 * Never thrown when somebody else is known to hold it.
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

package io.pulsarlock;

import org.jspecify.annotations.Nullable;

/**
 * Everything that can go wrong with a lock.
 *
 * @since 0.1.0
 */
public abstract class LockException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create the exception.
	 * @param message what happened and what to do about it
	 */
	protected LockException(String message) {
		super(message);
	}

	/**
	 * Create the exception.
	 * @param message what happened and what to do about it
	 * @param cause the cause, if there is one
	 */
	protected LockException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}

package io.pulsarlock;

import org.jspecify.annotations.Nullable;

/**
 * The lock was held and is no longer, although its holder did not release it.
 *
 * @since 0.1.0
 */
public class LockLostException extends LockException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create the exception.
	 * @param message what happened and what to do about it
	 */
	public LockLostException(String message) {
		super(message);
	}

	/**
	 * Create the exception.
	 * @param message what happened and what to do about it
	 * @param cause the cause, if there is one
	 */
	public LockLostException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}

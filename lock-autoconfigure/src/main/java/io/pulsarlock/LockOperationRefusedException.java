package io.pulsarlock;

/**
 * What was asked for would not be safe, or cannot be done on this node; the message says
 * why and what to do instead.
 *
 * @since 0.2.0
 */
public class LockOperationRefusedException extends LockException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create the exception.
	 * @param message why, and what to do instead
	 */
	public LockOperationRefusedException(String message) {
		super(message);
	}

}

package io.pulsarlock;

/**
 * What was asked for would not be safe, or cannot be done on this node; the message says
 * why and what to do instead.
 */
public class OperationRefusedException extends LockException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create the exception.
	 * @param message why, and what to do instead
	 */
	public OperationRefusedException(String message) {
		super(message);
	}

}

package io.pulsarlock.line;

/**
 * A record that this version of the library cannot read. It must not be skipped: whoever
 * wrote it may mean something by it that this node would break.
 */
public final class UnreadableRecordException extends Exception {

	private static final long serialVersionUID = 1L;

	/**
	 * Create the exception.
	 * @param message what was read
	 */
	public UnreadableRecordException(String message) {
		super(message);
	}

}

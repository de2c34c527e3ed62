package io.pulsarlock.line;

/**
 * A message that is no record. All nodes skip it, because its bytes alone say so.
 *
 * @since 0.1.0
 */
public final class UnreadableRecordException extends Exception {

	private static final long serialVersionUID = 1L;

	private final SkipCause skipCause;

	/**
	 * Creates the exception.
	 * @param skipCause why it is none
	 * @param message what was read
	 * @since 0.2.0
	 */
	public UnreadableRecordException(SkipCause skipCause, String message) {
		super(message);
		this.skipCause = skipCause;
	}

	/**
	 * Why the message counts for nothing.
	 * @return the cause
	 * @since 0.2.0
	 */
	public SkipCause skipCause() {
		return this.skipCause;
	}

}

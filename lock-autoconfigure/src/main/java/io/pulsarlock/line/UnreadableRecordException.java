package io.pulsarlock.line;

import org.jspecify.annotations.Nullable;

/**
 * A message that this version of the library cannot read. Without a cause to skip it, it
 * is a record of another version: whoever wrote it may mean something by it that this
 * node would break.
 */
public final class UnreadableRecordException extends Exception {

	private static final long serialVersionUID = 1L;

	private final @Nullable SkipCause skipCause;

	/**
	 * Creates the exception for a record that must not be skipped.
	 * @param message what was read
	 */
	public UnreadableRecordException(String message) {
		super(message);
		this.skipCause = null;
	}

	/**
	 * Creates the exception for a message that is no record.
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
	 * @return null if it must not be skipped
	 * @since 0.2.0
	 */
	public @Nullable SkipCause skipCause() {
		return this.skipCause;
	}

}

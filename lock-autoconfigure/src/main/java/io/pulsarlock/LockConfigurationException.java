package io.pulsarlock;

import org.jspecify.annotations.Nullable;

/**
 * The cluster refuses for good until a setting, a permission or the cluster is changed;
 * the message names the cure.
 *
 * @since 0.1.0
 */
public class LockConfigurationException extends LockUnavailableException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create the exception.
	 * @param message what happened and what to do about it
	 */
	public LockConfigurationException(String message) {
		super(message);
	}

	/**
	 * Create the exception.
	 * @param message what happened and what to do about it
	 * @param cause the cause, if there is one
	 */
	public LockConfigurationException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}

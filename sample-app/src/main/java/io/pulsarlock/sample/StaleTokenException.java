package io.pulsarlock.sample;

/**
 * A later holder of the lock has written already: the caller has lost the lock, even if
 * it has not been notified yet.
 */
public class StaleTokenException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	public StaleTokenException(String what, long token) {
		super("Token " + token + " for " + what + " is older than the newest the database has seen");
	}

}

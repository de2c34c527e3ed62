package io.pulsarlock.annotation;

/**
 * A return type that cannot be guarded, with a cure of its own.
 */
final class UnsupportedResultException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String action;

	UnsupportedResultException(String problem, String action) {
		super(problem);
		this.action = action;
	}

	String action() {
		return this.action;
	}

}

package io.pulsarlock.annotation;

/**
 * Thrown for a return type that cannot be guarded, with the cure.
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

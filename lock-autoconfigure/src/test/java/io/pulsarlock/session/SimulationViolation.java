package io.pulsarlock.session;

/**
 * Thrown when an invariant is violated.
 */
final class SimulationViolation extends RuntimeException {

	private static final long serialVersionUID = 1L;

	SimulationViolation(String message) {
		super(message);
	}

}

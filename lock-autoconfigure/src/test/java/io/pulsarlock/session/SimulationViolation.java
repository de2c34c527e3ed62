package io.pulsarlock.session;

/**
 * Something that must never be was.
 */
final class SimulationViolation extends RuntimeException {

	private static final long serialVersionUID = 1L;

	SimulationViolation(String message) {
		super(message);
	}

}

package io.pulsarlock.session;

/**
 * The parts of the simulation that throw any exception occasionally: listeners and
 * executors of the application, and ports. Only in some worlds, and never after the last
 * fault.
 */
final class SimulatedThrowing {

	private final SimulatedTime time;

	private final SimulationPlan plan;

	private final SimulationCoverage coverage;

	SimulatedThrowing(SimulatedTime time, SimulationPlan plan, SimulationCoverage coverage) {
		this.time = time;
		this.plan = plan;
		this.coverage = coverage;
	}

	/** Code of the application: often. */
	void application(String what) {
		maybe(0.1, what);
	}

	/** A port, which should not: seldom. */
	void port(String what) {
		maybe(0.000_4, what);
	}

	private void maybe(double probability, String what) {
		if (this.plan.isThrowing() && this.time.now() < this.plan.duration() && this.time.chance(probability)) {
			this.coverage.count("thrown by " + what);
			this.time.trace(() -> "THROW    by " + what);
			switch (this.time.index(4)) {
				case 0 -> throw new IllegalStateException("simulated: thrown by " + what);
				case 1 -> throw new SimulatedError("unable to create native thread, simulated: thrown by " + what);
				case 2 -> throw new StackOverflowError("simulated: thrown by " + what);
				default -> throw new NoClassDefFoundError("simulated: thrown by " + what);
			}
		}
	}

	/** Like an OutOfMemoryError, which test tools take for one of their own. */
	private static final class SimulatedError extends VirtualMachineError {

		private static final long serialVersionUID = 1L;

		SimulatedError(String message) {
			super(message);
		}

	}

}

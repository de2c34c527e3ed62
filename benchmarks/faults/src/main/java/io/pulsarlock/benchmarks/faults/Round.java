package io.pulsarlock.benchmarks.faults;

import java.util.EnumSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** One fault that was injected, with its times. */
final class Round {

	final int number;

	final Fault fault;

	/** The node; null if Pulsar was hit. */
	final @Nullable String target;

	final Set<Role> roles = EnumSet.noneOf(Role.class);

	/** The time before anything was disturbed. */
	long begun;

	long injected;

	long healed;

	/** The time of recovery; zero if there was none in time. */
	long recovered;

	Round(int number, Fault fault, @Nullable String target) {
		this.number = number;
		this.fault = fault;
		this.target = target;
	}

	/**
	 * Whether it could not be injected completely; then it does not count as a round of
	 * its fault.
	 */
	boolean isUndone() {
		return this.healed == 0;
	}

	@Override
	public String toString() {
		return "#" + this.number + " " + this.fault.title() + ((this.target != null) ? " " + this.target : "");
	}

}

package io.pulsarlock.benchmarks.faults;

import java.util.EnumSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** One fault that was done, and when. */
final class Round {

	final int number;

	final Fault fault;

	/** The node; null if Pulsar was hit. */
	final @Nullable String target;

	final Set<Role> roles = EnumSet.noneOf(Role.class);

	/** From before the first thing was done to disturb anything. */
	long begun;

	long injected;

	long healed;

	/** When everything went on; zero if it did not in time. */
	long recovered;

	Round(int number, Fault fault, @Nullable String target) {
		this.number = number;
		this.fault = fault;
		this.target = target;
	}

	/**
	 * Whether it could not be done, or not all of it; then it is no round of its fault.
	 */
	boolean isUndone() {
		return this.healed == 0;
	}

	@Override
	public String toString() {
		return "#" + this.number + " " + this.fault.title() + ((this.target != null) ? " " + this.target : "");
	}

}

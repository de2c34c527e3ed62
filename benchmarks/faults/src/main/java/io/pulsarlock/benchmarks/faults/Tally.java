package io.pulsarlock.benchmarks.faults;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The results of one fault over all its rounds. Times are milliseconds. */
final class Tally {

	final Fault fault;

	int rounds;

	final Map<Role, Integer> roles = new EnumMap<>(Role.class);

	/** Grants of any lock. */
	long handOffs;

	/** Grants beside others that had the lock as well, and might. */
	long shared;

	int overlaps;

	double overlapSum;

	double overlapMax;

	int losses;

	int lossesOfBystanders;

	int untold;

	int toldLate;

	/** The time from the callback to the next grant, if the holder could run. */
	final List<Double> margins = new ArrayList<>();

	/**
	 * The time from the fault, or from the end of a fault of Pulsar, to the next grant.
	 */
	final List<Double> failovers = new ArrayList<>();

	int missedFireTimes;

	Tally(Fault fault) {
		this.fault = fault;
	}

	void add(Tally other) {
		this.rounds += other.rounds;
		other.roles.forEach((role, count) -> this.roles.merge(role, count, Integer::sum));
		this.handOffs += other.handOffs;
		this.shared += other.shared;
		this.overlaps += other.overlaps;
		this.overlapSum += other.overlapSum;
		this.overlapMax = Math.max(this.overlapMax, other.overlapMax);
		this.losses += other.losses;
		this.lossesOfBystanders += other.lossesOfBystanders;
		this.untold += other.untold;
		this.toldLate += other.toldLate;
		this.margins.addAll(other.margins);
		this.failovers.addAll(other.failovers);
		this.missedFireTimes += other.missedFireTimes;
	}

	double overlapPerThousand() {
		return (this.handOffs != 0) ? 1000 * this.overlapSum / this.handOffs : 0;
	}

	/** A percentile by the nearest rank; NaN without values. */
	static double percentile(List<Double> values, double percent) {
		if (values.isEmpty()) {
			return Double.NaN;
		}
		List<Double> sorted = new ArrayList<>(values);
		Collections.sort(sorted);
		int rank = (int) Math.ceil(percent / 100 * sorted.size());
		return sorted.get(Math.max(rank, 1) - 1);
	}

}

package io.pulsarlock.session;

import java.util.Map;
import java.util.TreeMap;

/**
 * Counts what happened, so that a simulation without events is detected.
 */
final class SimulationCoverage {

	private final Map<String, Long> counts = new TreeMap<>();

	void count(String what) {
		this.counts.merge(what, 1L, Long::sum);
	}

	synchronized void addAll(SimulationCoverage other) {
		other.counts.forEach((what, count) -> this.counts.merge(what, count, Long::sum));
	}

	long of(String what) {
		return this.counts.getOrDefault(what, 0L);
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder();
		this.counts.forEach((what, count) -> text.append(String.format("%12d  %s%n", count, what)));
		return text.toString();
	}

}

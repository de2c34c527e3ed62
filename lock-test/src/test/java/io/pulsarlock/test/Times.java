package io.pulsarlock.test;

import java.util.ArrayList;
import java.util.List;

/**
 * Durations, printed as percentiles. For one thread.
 */
final class Times {

	private final List<Long> nanos = new ArrayList<>();

	void add(long nanos) {
		this.nanos.add(nanos);
	}

	void addAll(Times others) {
		this.nanos.addAll(others.nanos);
	}

	int count() {
		return this.nanos.size();
	}

	@Override
	public String toString() {
		this.nanos.sort(null);
		return String.format("p50 %.2f ms, p90 %.2f ms, p99 %.2f ms (%d)", at(0.5), at(0.9), at(0.99),
				this.nanos.size());
	}

	private double at(double share) {
		return this.nanos.isEmpty() ? Double.NaN : this.nanos.get((int) (share * (this.nanos.size() - 1))) / 1e6;
	}

}

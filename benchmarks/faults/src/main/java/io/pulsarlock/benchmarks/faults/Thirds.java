package io.pulsarlock.benchmarks.faults;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The measurements of a run in three parts: the first warms up, and a value that grows
 * from the second to the last one would continue to grow.
 *
 * @param <T> one measure
 * @param all in the order of time
 */
record Thirds<T>(List<T> all) {

	/**
	 * The minimum number of measurements of each part.
	 */
	int size() {
		return this.all.size() / 3;
	}

	double first(ToDoubleFunction<T> value) {
		return Referee.median(this.all.subList(0, size()), value);
	}

	double middle(ToDoubleFunction<T> value) {
		return Referee.median(this.all.subList(size(), 2 * size()), value);
	}

	double last(ToDoubleFunction<T> value) {
		return Referee.median(this.all.subList(2 * size(), this.all.size()), value);
	}

	double growth(ToDoubleFunction<T> value) {
		return last(value) - middle(value);
	}

}

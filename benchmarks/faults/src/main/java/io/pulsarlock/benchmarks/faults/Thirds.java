package io.pulsarlock.benchmarks.faults;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What was measured over a run, in three parts: the first warms up, and what grows from
 * the second to the last one would go on growing.
 *
 * @param <T> one measure
 * @param all in the order of time
 */
record Thirds<T>(List<T> all) {

	/**
	 * How many measures each part has at least.
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

package io.pulsarlock.benchmarks.faults;

/**
 * The two ways in which the {@link Register} guards what is behind a lock.
 */
enum Store {

	/** Refuses whoever comes with a smaller token than somebody before. */
	CHECKED,

	/** Believes whoever comes, as most resources do. */
	UNCHECKED

}

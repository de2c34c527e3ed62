package io.pulsarlock.benchmarks.faults;

/**
 * The two ways in which the {@link Register} protects its data.
 */
enum Store {

	/** Refuses a token that is smaller than an earlier one. */
	CHECKED,

	/** Accepts every client, as most resources do. */
	UNCHECKED

}

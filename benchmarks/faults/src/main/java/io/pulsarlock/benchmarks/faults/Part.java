package io.pulsarlock.benchmarks.faults;

/**
 * How much of a lock a holder has.
 *
 * @param units how much
 * @param capacity of how much; any number of holders fit if their sum is not larger
 */
record Part(int units, int capacity) {

	/** All of a lock that only one holder may have. */
	static final Part ALL = new Part(1, 1);

	/** One of many readers. */
	static final Part READER = new Part(1, Integer.MAX_VALUE);

	/** The one writer. */
	static final Part WRITER = new Part(Integer.MAX_VALUE, Integer.MAX_VALUE);

	/** Whether nobody else may have any of it. */
	boolean isAll() {
		return this.units == this.capacity;
	}

	/** Whether two must never have the lock at the same time. */
	boolean excludes(Part other) {
		return this.capacity != other.capacity || (long) this.units + other.units > this.capacity;
	}

}

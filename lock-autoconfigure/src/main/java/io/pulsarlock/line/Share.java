package io.pulsarlock.line;

/**
 * How much of a lock a ticket takes: some units of a capacity. A ticket holds as soon as
 * everything before it in its line and itself fit. Tickets of one line that name another
 * capacity never fit together.
 *
 * @param units how much it takes, at least one
 * @param capacity of how much; {@link #UNLIMITED} for a lock with readers and writers
 * @since 0.2.0
 */
public record Share(int units, int capacity) {

	/** The capacity of a lock that any number of readers may share. */
	public static final int UNLIMITED = Integer.MAX_VALUE;

	/** Takes all, as a writer does. */
	public static final Share EXCLUSIVE = new Share(UNLIMITED, UNLIMITED);

	/** Takes one of an unlimited capacity, as a reader does. */
	public static final Share SHARED = new Share(1, UNLIMITED);

	private static final int UNIT_BITS = 20;

	public Share {
		boolean limited = capacity >= 1 && capacity <= RecordBounds.MAX_PERMITS && units >= 1 && units <= capacity;
		if (!limited && (capacity != UNLIMITED || (units != 1 && units != UNLIMITED))) {
			throw new IllegalArgumentException("a share of " + units + " of " + capacity);
		}
	}

	/**
	 * Some of a limited number of permits.
	 * @param units how many
	 * @param permits of how many
	 * @return the share
	 * @throws IllegalArgumentException if no ticket can have it
	 */
	public static Share ofPermits(int units, int permits) {
		return new Share(units, permits);
	}

	/**
	 * Whether it takes all of a lock with readers and writers. All of a semaphore's
	 * permits are still permits.
	 * @return true if it is {@link #EXCLUSIVE}
	 */
	public boolean isExclusive() {
		return this.units == UNLIMITED;
	}

	/**
	 * Whether it is some of a limited number of permits.
	 * @return false for readers and writers
	 */
	public boolean isPermits() {
		return this.capacity != UNLIMITED;
	}

	/** As one number: 0 is exclusive, 1 is shared. */
	long code() {
		if (isPermits()) {
			return (long) this.capacity << UNIT_BITS | this.units;
		}
		return isExclusive() ? 0 : 1;
	}

	/** What {@link #code()} stands for. */
	static Share of(long code) {
		if (code == 0 || code == 1) {
			return (code == 0) ? EXCLUSIVE : SHARED;
		}
		return new Share((int) code & (1 << UNIT_BITS) - 1, Math.toIntExact(code >> UNIT_BITS));
	}

	@Override
	public String toString() {
		if (isPermits()) {
			return this.units + " of " + this.capacity;
		}
		return isExclusive() ? "exclusive" : "shared";
	}

}

package io.pulsarlock.benchmarks.faults;

/**
 * Something that must not have happened.
 *
 * @param kind which promise it breaks
 * @param where during which fault
 * @param what the particulars
 */
record Violation(Kind kind, String where, String what) {

	@Override
	public String toString() {
		return this.kind.title + " (" + this.where + "): " + this.what;
	}

	/** The promises. */
	enum Kind {

		/** Two believed to hold the same lock. */
		OVERLAP("belief overlap"),

		/** A token came twice, or did not grow. */
		TOKEN("token"),

		/** An acknowledged update is gone though tokens were checked. */
		LOST_UPDATE("lost update"),

		/** A loss was not told, or not once. */
		UNTOLD("loss not told once"),

		/** Somebody else was in before the loss was told. */
		TOLD_LATE("loss told late"),

		/** A lock was lost by somebody nothing was done to. */
		BYSTANDER("bystander's loss"),

		/** Nobody got in within the bound. */
		LIVENESS("liveness"),

		/** Something was left behind. */
		ORPHAN("orphan"),

		/** A job ran twice for a fire time. */
		FIRED_TWICE("fired twice"),

		/** Something grows. */
		GROWTH("growth"),

		/** Nodes did not say that they cannot go on. */
		SILENT("silence"),

		/** A node wrote something it never should. */
		UNEXPECTED("unexpected");

		private final String title;

		Kind(String title) {
			this.title = title;
		}

		/** Whether a machine without time for its processes may be to blame. */
		boolean isOfTime() {
			return this == BYSTANDER || this == LIVENESS || this == TOLD_LATE;
		}

	}

}

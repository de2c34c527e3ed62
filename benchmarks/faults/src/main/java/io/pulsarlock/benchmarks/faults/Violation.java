package io.pulsarlock.benchmarks.faults;

/**
 * A violation of a promise.
 *
 * @param kind which promise it breaks
 * @param where the fault during which it occurred
 * @param what the details
 */
record Violation(Kind kind, String where, String what) {

	@Override
	public String toString() {
		return this.kind.title + " (" + this.where + "): " + this.what;
	}

	/** The promises. */
	enum Kind {

		/** Two nodes believed to hold the same lock. */
		OVERLAP("belief overlap"),

		/** A token came twice, or did not grow. */
		TOKEN("token"),

		/** An acknowledged update is lost although tokens were checked. */
		LOST_UPDATE("lost update"),

		/** A loss was not reported exactly once. */
		UNTOLD("loss not told once"),

		/** Another node held the lock before the loss was reported. */
		TOLD_LATE("loss told late"),

		/** A node that was not hit lost a lock. */
		BYSTANDER("bystander's loss"),

		/** No node got the lock in time. */
		LIVENESS("liveness"),

		/** Something was left behind. */
		ORPHAN("orphan"),

		/** A job ran twice for a fire time. */
		FIRED_TWICE("fired twice"),

		/** Something grows. */
		GROWTH("growth"),

		/** Nodes did not report that they cannot continue. */
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

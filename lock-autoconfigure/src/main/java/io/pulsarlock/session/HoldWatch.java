package io.pulsarlock.session;

import org.jspecify.annotations.Nullable;

/**
 * Notices that what a session holds is in jeopardy, out of it, or lost, for all of it at
 * once (rule 2 of the protocol). On the loop.
 */
final class HoldWatch {

	private final SessionSettings settings;

	private final SessionLease lease;

	private final Listener listener;

	private boolean jeopardy;

	/** The deadline whose passing was told. */
	private @Nullable Long expiredAt;

	HoldWatch(SessionSettings settings, SessionLease lease, Listener listener) {
		this.settings = settings;
		this.lease = lease;
		this.listener = listener;
	}

	/**
	 * Looks at the deadline.
	 * @param present whether the session holds something or is next
	 * @return how much later what is held is lost, if no record is confirmed before
	 */
	long look(boolean present, long now) {
		long left = this.lease.holdsFor(now);
		if (present && left <= this.settings.jeopardyNanos() && !this.jeopardy) {
			this.jeopardy = true;
			this.listener.jeopardized();
		}
		if (left > 0) {
			return left;
		}
		// Once, or a node that only waits would look at all its locks at each tick.
		Long expiredAt = now + left;
		if (!expiredAt.equals(this.expiredAt)) {
			this.listener.holdsExpired();
			this.expiredAt = expiredAt;
		}
		return Long.MAX_VALUE;
	}

	/** Whether the jeopardy was told, and is not over. */
	boolean isInJeopardy() {
		return this.jeopardy;
	}

	/** An own record was confirmed. */
	void confirmed(long now) {
		if (this.jeopardy && this.lease.holdsFor(now) > this.settings.jeopardyNanos()) {
			this.jeopardy = false;
			this.listener.recovered();
		}
	}

	/** Hears of it. On the loop. */
	interface Listener {

		/** No record has been confirmed for half a grace. */
		void jeopardized();

		/** A record has been confirmed again. */
		void recovered();

		/** No record has been confirmed for a grace, so nothing is held any more. */
		void holdsExpired();

	}

}

package io.pulsarlock.session;

import io.pulsarlock.LockLoss.Reason;
import org.jspecify.annotations.Nullable;

/**
 * A session that is over, and how far its end has come: first all that was held by it is
 * lost, then it says goodbye. What throws is tried again. On the loop.
 */
final class SessionEnding {

	private static final SafeLog logger = SafeLog.of(SessionEnding.class);

	/** So often the end is tried before what fails is left as it is. */
	private static final int ATTEMPTS = 20;

	private final Session session;

	private final Reason reason;

	private int attempts;

	private boolean counted;

	SessionEnding(Session session, Reason reason) {
		this.session = session;
		this.reason = reason;
	}

	Reason reason() {
		return this.reason;
	}

	/**
	 * All locks have been told.
	 * @param failure what one of them has thrown, or null
	 * @return whether the session is ended; if not they are to be told again
	 */
	boolean complete(@Nullable Throwable failure, PastSessions past) {
		if (failure != null && ++this.attempts < ATTEMPTS) {
			logger.error("A lock could not be ended with its session", failure);
			return false;
		}
		if (!this.counted) {
			this.counted = true;
			past.add(this.session);
		}
		this.session.end(this.reason);
		return true;
	}

}

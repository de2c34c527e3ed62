package io.pulsarlock.session;

import java.util.UUID;

import io.pulsarlock.LockLoss.Reason;

/**
 * How far one session has come in its life. What it holds depends on its
 * {@link SessionLease} alone, which may be over at any moment, before the rest is. On the
 * loop.
 */
final class SessionLife {

	private final SessionLease lease;

	private Phase phase = Phase.JOINING;

	SessionLife(SessionLease lease) {
		this.lease = lease;
	}

	/** It knows all lines. */
	void join() {
		this.phase = Phase.ACTIVE;
	}

	/** It applies nothing any more, so that nothing confirms it. */
	void freeze() {
		this.phase = Phase.FROZEN;
	}

	/** Ends it for ever. */
	void end(Reason reason) {
		this.phase = Phase.ENDED;
		this.lease.end(reason);
	}

	boolean isJoining() {
		return this.phase == Phase.JOINING;
	}

	/** Whether it has joined and was not ended. */
	boolean isActive() {
		return this.phase == Phase.ACTIVE || this.phase == Phase.FROZEN;
	}

	/** Whether it is active and not over. */
	boolean isRunning() {
		return isActive() && !isOver();
	}

	/** Whether it is active and goes on to know all lines. */
	boolean isUpToDate() {
		return this.phase == Phase.ACTIVE;
	}

	/** Whether it applies what it reads. */
	boolean isReading() {
		return this.phase != Phase.FROZEN && !isOver();
	}

	/** Whether it is over, whether that has been noticed or not. */
	boolean isOver() {
		return this.lease.isOver();
	}

	UUID id() {
		return this.lease.id();
	}

	SessionLease lease() {
		return this.lease;
	}

	private enum Phase {

		JOINING, ACTIVE, FROZEN, ENDED

	}

}

package io.pulsarlock.session;

import io.pulsarlock.LockException;
import io.pulsarlock.line.JournalRecord.Downgrade;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Share;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * The places of this node in one line, and the records that change them: at most the one
 * it holds the lock by and one to wait with, however many wait. On the loop.
 */
final class LinePlaces {

	private final String key;

	/** How much of the lock each place takes. */
	private final Share share;

	/** The place to wait with. */
	private @Nullable Place waiting;

	/** The place the lock is held by. */
	private @Nullable Place holding;

	/** Whether the lock is shared by the place it is held by. */
	private boolean downgraded;

	/** Whether the others believe that this node does not use the lock. */
	private boolean saidIdle;

	LinePlaces(String key, Share share) {
		this.key = key;
		this.share = share;
	}

	/** Takes a place to wait with. */
	void request(Session session) {
		this.waiting = new Place(
				session.publish((sequence) -> new Request(session.id(), sequence, this.key, this.share)));
	}

	/**
	 * A request of this node has been read.
	 * @return whether it is that of the place to wait with
	 */
	boolean placed(long number, Position position) {
		if (this.waiting == null || this.waiting.number != number) {
			return false;
		}
		this.waiting.position = position;
		return true;
	}

	/** Gives up the place to wait with. */
	void cancel(Session session) {
		if (this.waiting != null) {
			release(session, this.waiting);
			this.waiting = null;
		}
	}

	/** The place to wait with is the one the lock is held by now. */
	void enter() {
		this.saidIdle = false;
		this.downgraded = false;
		this.holding = this.waiting;
		this.waiting = null;
	}

	/** This node did not want the lock any more. */
	void stepBack() {
		this.waiting = this.holding;
		this.holding = null;
	}

	/**
	 * Gives up the place the lock was held by.
	 * @param session null if there is none, so that there is nothing to tell
	 * @return the place, if there was one
	 */
	@Nullable Position leave(@Nullable Session session) {
		Place place = this.holding;
		this.holding = null;
		if (session != null && place != null) {
			release(session, place);
		}
		return (place != null) ? place.position : null;
	}

	/** Shares the lock with others from now on, without leaving the line. */
	void downgrade(Session session) {
		Place place = this.holding;
		if (place != null && !this.downgraded) {
			this.downgraded = true;
			session.publish((sequence) -> new Downgrade(session.id(), sequence, this.key, place.number));
		}
	}

	private void release(Session session, Place place) {
		session.publish((sequence) -> new Release(session.id(), sequence, this.key, place.number));
	}

	/**
	 * Tells the others whether this node uses the lock, if they believe otherwise.
	 */
	void say(Session session, boolean idle) {
		Place place = this.holding;
		if (place != null && this.saidIdle != idle) {
			this.saidIdle = idle;
			session.publish((sequence) -> new Idle(session.id(), sequence, this.key, place.number, idle));
		}
	}

	/** The next use of the lock has not been announced yet. */
	void forgetIdle() {
		this.saidIdle = false;
	}

	/** All places have ended with their session. */
	void clear() {
		this.holding = null;
		this.waiting = null;
	}

	/** Takes note if the place to wait with is not in the line any more. */
	void checkWaiting(Session session) {
		if (this.waiting != null && this.waiting.isGone(session, this.key)) {
			this.waiting = null;
		}
	}

	/** Whether the place the lock was held by is not in the line any more. */
	boolean isHoldingGone(Session session) {
		return this.holding != null && this.holding.isGone(session, this.key);
	}

	/**
	 * The ticket to enter by: that of the place to wait with, if it is in front or fits
	 * with those that are.
	 * @param front the first ticket that is not known to be gone
	 */
	@Nullable Ticket turn(LineTable table, @Nullable Ticket front) {
		Position place = waitingAt();
		if (place == null || front == null || front.position().equals(place)) {
			return (place != null) ? front : null;
		}
		boolean inside = !this.share.isExclusive() && table.isInside(this.key, place);
		return inside ? table.ticket(this.key, place) : null;
	}

	/** Whether a caller that does not wait cannot have it. */
	boolean isKeptOut(Session session, Standing standing, WaitQueue waiters) {
		Ticket front = standing.front();
		if (front == null || standing.ours() || (this.share.isExclusive() && front.share().isExclusive())) {
			return standing.theirs();
		}
		return waiters.hasImmediate() && Obstacles.isTaken(session, front, this.share, waitingAt());
	}

	/**
	 * Tells those who wait if they use the lock in another way than those before them.
	 */
	void refuseIfDisagreeing(Session session, String name, WaitQueue waiters) {
		LockException disagreement = Obstacles.disagreement(session, this.key, name, this.share);
		if (disagreement != null) {
			waiters.fail(disagreement);
		}
	}

	/** How much of the lock each place takes. */
	Share share() {
		return this.share;
	}

	/** Where the place to wait with is; null if there is none, or it is not known yet. */
	@Nullable Position waitingAt() {
		return (this.waiting != null) ? this.waiting.position : null;
	}

	boolean isWaiting() {
		return this.waiting != null;
	}

	boolean isHolding() {
		return this.holding != null;
	}

	/** Whether it holds all of the lock. */
	boolean isHoldingAll() {
		return this.holding != null && !this.downgraded && this.share.isExclusive();
	}

	/** Whether it holds all of the lock, by a place that has been read. */
	boolean isHoldingKnown() {
		return isHoldingAll() && this.holding != null && this.holding.position != null;
	}

	/** Whether it waits with that place. */
	boolean isWaitingAt(Position place) {
		return this.waiting != null && place.equals(this.waiting.position);
	}

	/** Whether it holds the lock by that place. */
	boolean isHoldingAt(Position place) {
		return this.holding != null && place.equals(this.holding.position);
	}

	boolean hasSaidIdle() {
		return this.saidIdle;
	}

	/** A place of this node in the line. */
	private static final class Place {

		private final long number;

		private @Nullable Position position;

		Place(long number) {
			this.number = number;
		}

		boolean isGone(Session session, String key) {
			return this.position != null && session.table().ticket(key, this.position) == null;
		}

	}

}

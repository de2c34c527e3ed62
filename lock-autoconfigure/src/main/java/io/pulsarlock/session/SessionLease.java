package io.pulsarlock.session;

import java.util.ArrayDeque;
import java.util.UUID;

import io.pulsarlock.LockLoss.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The lease of one session: until when it is confirmed, with the session's id and the
 * numbers of its records, which renew it.
 * <p>
 * Safety: a record confirms from the moment before it was sent, and only once it has been
 * applied, that is with everything before it known. An expulsion is written no earlier
 * than a lease after the record was <em>received</em>, or a grace after it if the session
 * is in front of a line, which is later than it was sent; and if the log holds the
 * expulsion first, the record is not accepted and confirms nothing.
 */
final class SessionLease {

	private final UUID id;

	private final long leaseNanos;

	private final long graceNanos;

	/** The session of this node that decides whether it may grant; null if it is this. */
	private final @Nullable SessionLease anchor;

	private final ArrayDeque<Sent> unconfirmed = new ArrayDeque<>();

	private long nextSequence;

	private volatile long confirmedUntil;

	/** Why it is over; null while it is not. */
	private volatile @Nullable Reason end;

	SessionLease(UUID id, long leaseNanos, long graceNanos, long now) {
		this(id, leaseNanos, graceNanos, now, null);
	}

	/**
	 * Creates one that is confirmed only while another one is, and over with it.
	 */
	SessionLease(UUID id, long leaseNanos, long graceNanos, long now, @Nullable SessionLease anchor) {
		this.id = id;
		this.anchor = anchor;
		this.leaseNanos = leaseNanos;
		this.graceNanos = graceNanos;
		this.confirmedUntil = now;
	}

	UUID id() {
		return this.id;
	}

	/** Takes the next number, for a record that is sent now. */
	long sending(long now) {
		this.unconfirmed.add(new Sent(this.nextSequence, now));
		return this.nextSequence++;
	}

	/** The next record takes a larger number than that, if there is one. */
	void passNumber(long sequence) {
		if (sequence >= this.nextSequence && sequence < Long.MAX_VALUE) {
			this.nextSequence = sequence + 1;
		}
	}

	/** The number the next record will take. */
	long nextSequence() {
		return this.nextSequence;
	}

	/**
	 * Takes note that an own record was applied and accepted.
	 * @return when it was sent
	 */
	long confirmed(long sequence) {
		long sentAt = this.confirmedUntil - this.leaseNanos;
		while (!this.unconfirmed.isEmpty() && this.unconfirmed.peek().sequence() <= sequence) {
			sentAt = this.unconfirmed.poll().at();
		}
		if (this.end == null && sentAt + this.leaseNanos - this.confirmedUntil > 0) {
			this.confirmedUntil = sentAt + this.leaseNanos;
		}
		return sentAt;
	}

	/** For how long it is confirmed; zero or less when it is not. Any thread. */
	long confirmedFor(long now) {
		SessionLease anchor = this.anchor;
		return (anchor != null) ? Math.min(ownFor(now), anchor.anchorsFor(now)) : ownFor(now);
	}

	/**
	 * For how long it keeps the sessions alive that it is the anchor of. Not for its
	 * whole lease if that is long: without a ticket it may be expelled before.
	 */
	private long anchorsFor(long now) {
		return confirmedFor(now) - Math.max(this.leaseNanos - SessionSettings.FREE_LEASE_NANOS, 0);
	}

	/** For how long its own records confirm it. */
	private long ownFor(long now) {
		return (this.end != null) ? 0 : this.confirmedUntil - now;
	}

	/**
	 * For how long what is held by it stands; zero or less when nothing does. Any thread.
	 * <p>
	 * Safety: the next in line counts the grace from when it <em>received</em> this
	 * session's latest record, which is later than the sending of any record that
	 * confirms.
	 */
	long holdsFor(long now) {
		return Math.min(confirmedFor(now), ownFor(now) - this.leaseNanos + this.graceNanos);
	}

	/** For how long what is held by it stands after a record. */
	long graceNanos() {
		return this.graceNanos;
	}

	/** When its latest confirmed record was sent. */
	long confirmedAt() {
		return this.confirmedUntil - this.leaseNanos;
	}

	/** When its latest record was sent. */
	long sentAt() {
		Sent latest = this.unconfirmed.peekLast();
		return (latest != null) ? latest.at() : confirmedAt();
	}

	/** For how long the oldest record without an answer has been on its way. */
	long unansweredFor(long now) {
		Sent oldest = this.unconfirmed.peek();
		return (oldest != null) ? now - oldest.at() : 0;
	}

	/** For how long its latest confirmed record has been the latest. */
	long silentFor(long now) {
		return this.leaseNanos - ownFor(now);
	}

	/** Ends it for ever. */
	void end(Reason reason) {
		this.end = reason;
	}

	/** Whether it has ended, itself or with its anchor. Any thread. */
	boolean isOver() {
		SessionLease anchor = this.anchor;
		return this.end != null || (anchor != null && anchor.isOver());
	}

	/** Why what was held by it is lost when it is not confirmed. Any thread. */
	Reason reason() {
		SessionLease anchor = this.anchor;
		Reason end = this.end;
		if (end == null && anchor != null) {
			return anchor.reason();
		}
		return (end != null) ? end : Reason.NO_ANSWER;
	}

	private record Sent(long sequence, long at) {
	}

}

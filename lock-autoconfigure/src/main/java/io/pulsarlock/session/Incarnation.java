package io.pulsarlock.session;

import java.util.ArrayDeque;
import java.util.UUID;

/**
 * One life of a session: its id, the numbers of its records and until when it is
 * confirmed.
 * <p>
 * Safety: a record confirms from the moment before it was sent, and only once it has been
 * applied, that is with everything before it known. An expulsion is written no earlier
 * than a lease after the record was <em>received</em>, which is later than it was sent;
 * and if the log holds the expulsion first, the record is not accepted and confirms
 * nothing.
 */
final class Incarnation {

	private final UUID id;

	private final long leaseNanos;

	private final long graceNanos;

	private final ArrayDeque<Sent> unconfirmed = new ArrayDeque<>();

	private long nextSequence;

	private volatile long confirmedUntil;

	private volatile boolean over;

	Incarnation(UUID id, long leaseNanos, long graceNanos, long now) {
		this.id = id;
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
		if (!this.over && sentAt + this.leaseNanos - this.confirmedUntil > 0) {
			this.confirmedUntil = sentAt + this.leaseNanos;
		}
		return sentAt;
	}

	/** For how long it is confirmed; zero or less when it is not. Any thread. */
	long confirmedFor(long now) {
		return this.over ? 0 : this.confirmedUntil - now;
	}

	/**
	 * For how long a lock may be held without being inside its door; zero or less when it
	 * may not. Any thread.
	 * <p>
	 * Safety: an heir counts the grace from when it was inside <em>and</em> had received
	 * this session's latest record, and both are later than the sending of any record
	 * that confirms.
	 */
	long doorlessFor(long now) {
		return confirmedFor(now) - this.leaseNanos + this.graceNanos;
	}

	/** For how long the oldest record without an answer has been on its way. */
	long unansweredFor(long now) {
		Sent oldest = this.unconfirmed.peek();
		return (oldest != null) ? now - oldest.at() : 0;
	}

	/** For how long its latest confirmed record has been the latest. */
	long silentFor(long now) {
		return this.leaseNanos - confirmedFor(now);
	}

	/** Ends it for ever. */
	void end() {
		this.over = true;
	}

	boolean isOver() {
		return this.over;
	}

	private record Sent(long sequence, long at) {
	}

}

package io.pulsarlock.pulsar;

import java.util.TreeSet;

import io.pulsarlock.line.Position;

/**
 * What a reader has been sent of a journal, and up to where there is known to be more: by
 * the receipts of this node's own records, and by looking for the last position.
 */
final class KnownEntries {

	/**
	 * How many entries lie before the end of a ledger that was left is not known. So many
	 * at most are asked for at a time meanwhile.
	 */
	static final int PART = 256;

	/** The furthest that was sent. */
	private Position sent;

	/** The furthest that is known to be there. */
	private Position there;

	/** Up to where every entry is needed, be it known from a receipt. */
	private Position needed;

	/** Up to where every entry is to be sent. */
	private Position wanted;

	/** Up to where every entry was sent, or is an own record with a receipt. */
	private Position sure;

	/** Own records with a receipt that were not sent. */
	private final TreeSet<Position> own = new TreeSet<>();

	/** How many were asked for since the ledger was left. */
	private int part;

	/**
	 * Creates it.
	 * @param after after which position is read
	 * @param last the last position, as far as is known
	 */
	KnownEntries(Position after, Position last) {
		this.sent = after;
		this.sure = after;
		this.there = last;
		this.needed = last;
		this.wanted = last;
	}

	/**
	 * An entry was sent.
	 * @return whether it was not sent before
	 */
	boolean sent(Position position) {
		if (!position.isAfter(this.sent)) {
			return false;
		}
		if (position.ledgerId() != this.sent.ledgerId()) {
			this.part = 0;
		}
		this.sent = position;
		while (!this.own.isEmpty() && !this.own.first().isAfter(position)) {
			this.own.pollFirst();
		}
		if (position.isAfter(this.sure)) {
			this.sure = position;
		}
		settle();
		return true;
	}

	/**
	 * An own record is at that position.
	 * @param awaited whether what stands before it is needed soon
	 */
	void written(Position position, boolean awaited) {
		if (position.isAfter(this.there)) {
			this.there = position;
		}
		if (awaited && position.isAfter(this.needed)) {
			this.needed = position;
		}
		if (position.isAfter(this.sent)) {
			this.own.add(position);
			settle();
		}
	}

	private void settle() {
		Position next = this.own.higher(this.sure);
		while (next != null && next.directlyFollows(this.sure)) {
			this.sure = next;
			next = this.own.higher(next);
		}
	}

	/** There is an entry at that position, or was, and it is to be sent. */
	void found(Position position) {
		if (position.entryId() >= 0 && position.isAfter(this.sent)) {
			this.wanted = position;
			if (position.isAfter(this.there)) {
				this.there = position;
			}
		}
	}

	/** What is known to be there and was not sent is not waited for any longer. */
	void giveUp() {
		this.there = this.sent;
		this.needed = this.sent;
		this.wanted = this.sent;
		this.own.clear();
		this.sure = this.sent;
	}

	/** Whether something is there that was not sent. */
	boolean isBehind() {
		return this.there.isAfter(this.sent);
	}

	/** Whether something is to be sent now. */
	boolean isWanted() {
		return this.needed.isAfter(this.sure) || this.wanted.isAfter(this.sent);
	}

	/**
	 * How many entries to have asked for, so that none is asked for that is not there, as
	 * far as can be known. Within a ledger it is exact. From another one it is what is in
	 * the last one, which is not more than there is; and each time twice as many, as it
	 * may be far less.
	 * @param outstanding what has been asked for and has not come
	 * @param most not more than that
	 */
	int missing(int outstanding, int most) {
		if (this.there.ledgerId() == this.sent.ledgerId()) {
			return (int) Math.min(this.there.entryId() - this.sent.entryId(), most);
		}
		if (outstanding > 0) {
			return outstanding;
		}
		return (int) Math.min(Math.max(this.there.entryId() + 1, 2L * this.part), PART);
	}

	/** So many were asked for. */
	void asked(int entries) {
		if (this.there.ledgerId() != this.sent.ledgerId()) {
			this.part = Math.min(entries, PART);
		}
	}

	/** The furthest that was sent. */
	Position sent() {
		return this.sent;
	}

}

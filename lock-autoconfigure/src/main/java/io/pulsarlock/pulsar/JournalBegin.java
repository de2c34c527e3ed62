package io.pulsarlock.pulsar;

import java.util.function.Consumer;

import io.pulsarlock.line.Position;

/**
 * After which position a journal is read. Without an entry it is the earliest ledger, as
 * it was found before, by a reader of its own or when this node opened the journal the
 * last time. What is read first bears that out, or shows that the client has been led to
 * another Pulsar cluster meanwhile: a journal loses ledgers at its beginning and is never
 * given one there. Used by what reads, one record after the other.
 */
final class JournalBegin {

	private final Position after;

	private final boolean empty;

	private final Consumer<Position> earliest;

	private boolean looked;

	/**
	 * Creates it.
	 * @param empty whether the journal had no record when that was found out
	 * @param earliest is told the ledger that is known to be the earliest, without an
	 * entry
	 */
	JournalBegin(Position after, boolean empty, Consumer<Position> earliest) {
		this.after = after;
		this.empty = empty;
		this.earliest = earliest;
	}

	Position after() {
		return this.after;
	}

	/** Whether the journal may have been found to begin there if that is read in it. */
	boolean allows(Position read) {
		if (this.looked || this.after.entryId() >= 0) {
			return true;
		}
		this.looked = true;
		if (this.empty ? read.entryId() == 0 : read.ledgerId() == this.after.ledgerId()) {
			this.earliest.accept(new Position(read.ledgerId(), -1));
		}
		return read.ledgerId() >= this.after.ledgerId();
	}

}

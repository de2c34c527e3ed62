package io.pulsarlock.line;

/**
 * Where a record stands in a shard's journal. Positions of one journal are totally
 * ordered and never repeat: ledger ids come from a sequence of the whole Pulsar cluster,
 * entry ids count within a ledger.
 *
 * @param ledgerId the ledger
 * @param entryId the entry within it
 * @since 0.1.0
 */
public record Position(long ledgerId, long entryId) implements Comparable<Position> {

	/** Before every record. */
	public static final Position NONE = new Position(-1, -1);

	private static final int ENTRY_BITS = 24;

	private static final int HOLDING_BITS = 7;

	/** So many holdings can have a token each before the next record of the journal. */
	public static final int HOLDINGS = 1 << HOLDING_BITS;

	@Override
	public int compareTo(Position other) {
		int ledgers = Long.compare(this.ledgerId, other.ledgerId);
		return (ledgers != 0) ? ledgers : Long.compare(this.entryId, other.entryId);
	}

	/**
	 * Whether this position is later than the other.
	 * @param other the other
	 * @return true if it is
	 */
	public boolean isAfter(Position other) {
		return compareTo(other) > 0;
	}

	/**
	 * Whether no record can lie between the other position and this one.
	 * @param other the other
	 * @return true if this is the next entry of the same ledger
	 */
	public boolean directlyFollows(Position other) {
		return this.ledgerId == other.ledgerId && this.entryId == other.entryId + 1;
	}

	/**
	 * Whether a reader that leaves nothing out may find this position next after the
	 * other. Within a ledger it can tell; between two of them only that the new one is
	 * read from its beginning.
	 * @param other the position before, or {@link #NONE}
	 * @return false if a record must lie between them
	 * @since 0.2.0
	 */
	public boolean mayFollow(Position other) {
		return other.equals(NONE) || directlyFollows(other) || (this.ledgerId > other.ledgerId && this.entryId == 0);
	}

	/**
	 * The position as one number that keeps the order: 32 bits of ledger, 24 of entry, 7
	 * that are zero, for further holdings by the owner of a place. A ledger is rolled
	 * over long before it has 16 million entries, and 4 thousand million ledgers outlast
	 * most clusters; a number that does not fit is refused, never cut.
	 * @return the fencing token, positive
	 * @throws ArithmeticException if it does not fit
	 */
	public long token() {
		if (!hasToken()) {
			throw new ArithmeticException("Position " + this + " does not fit a fencing token");
		}
		// One more, so that the very first token is positive too.
		return Math.multiplyExact(Math.incrementExact(this.ledgerId << ENTRY_BITS | this.entryId), (long) HOLDINGS);
	}

	/**
	 * The position as a fencing token that is larger than a floor. The distance between
	 * the tokens of two positions does not depend on the floor.
	 * @param floor what it is to be larger than
	 * @return the fencing token
	 * @throws ArithmeticException if it does not fit
	 * @since 0.2.0
	 */
	public long token(long floor) {
		return Math.addExact(token(), floor);
	}

	/**
	 * Whether a fencing token that is larger than a floor fits, and so does that of each
	 * further holding by the owner of the place.
	 * @param floor what it is to be larger than
	 * @return false if not
	 * @since 0.2.0
	 */
	public boolean hasToken(long floor) {
		return hasToken() && (this.ledgerId << ENTRY_BITS | this.entryId) < (Long.MAX_VALUE - floor) / HOLDINGS - 2;
	}

	/**
	 * Whether the position fits a fencing token.
	 * @return false if {@link #token()} would refuse it
	 * @since 0.2.0
	 */
	public boolean hasToken() {
		return this.ledgerId >= 0 && this.entryId >= 0 && this.ledgerId >>> (63 - ENTRY_BITS - HOLDING_BITS) == 0
				&& this.entryId >>> ENTRY_BITS == 0;
	}

	@Override
	public String toString() {
		return this.ledgerId + ":" + this.entryId;
	}

}

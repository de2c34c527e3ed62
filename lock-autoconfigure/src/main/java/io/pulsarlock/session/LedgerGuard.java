package io.pulsarlock.session;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.Position;

/**
 * Rule 8: what a session may make of a journal that goes on in another ledger, or that
 * has lost records.
 * <p>
 * In another ledger nothing is granted before every other session has repeated what it
 * has, having read on there itself. A session that still joins and meets a gap waits
 * until all that hold something have repeated it; but not for a gap that is older than
 * what joining nodes need to read, or each of them would wait for as long as the ledger
 * with the gap is kept.
 */
final class LedgerGuard {

	/** Who has still to repeat what it has, having read on in the present ledger. */
	private final Set<UUID> unheard = new HashSet<>();

	/** Records are missing before here; nothing if they are of no concern. */
	private Position gap = Position.NONE;

	private long settledAt;

	/** The journal goes on in another ledger, and these sessions are known. */
	void rolled(Set<UUID> others) {
		this.unheard.addAll(others);
	}

	/**
	 * A heartbeat was accepted.
	 * @return whether it was the last one that was waited for
	 */
	boolean heard(Position position, Heartbeat heartbeat) {
		if (!this.gap.isAfter(heartbeat.history())) {
			this.gap = Position.NONE;
		}
		// One without claims, or from before its session read on here, shows nothing.
		return heartbeat.upTo().isAfter(heartbeat.from()) && heartbeat.upTo().ledgerId() == position.ledgerId()
				&& remove(heartbeat.session());
	}

	/**
	 * A session has ended.
	 * @return whether it was the last one that was waited for
	 */
	boolean ended(UUID session) {
		return remove(session);
	}

	private boolean remove(UUID session) {
		return this.unheard.remove(session) && this.unheard.isEmpty();
	}

	/** Whether a session has still to repeat what it has. */
	boolean isUnheard(UUID session) {
		return this.unheard.contains(session);
	}

	/**
	 * Whether a journal is another one than the one where this node has been, and smaller
	 * positions come after larger ones: the client has been led to another Pulsar
	 * cluster, or the cluster to an earlier state. So tokens would become smaller.
	 * @param known where this node was, if anywhere
	 * @param own where it has just written
	 */
	static boolean goesBack(Position known, Position own) {
		return !own.isAfter(known);
	}

	/** Whether all sessions have repeated what they have. */
	boolean isHeardFromAll() {
		return this.unheard.isEmpty();
	}

	/**
	 * Records are missing, and this session is still to find out who is there.
	 * @param before the first position behind them
	 * @param settledAt when all that still hold something have repeated it
	 */
	void missed(Position before, long settledAt) {
		this.gap = before;
		this.settledAt = settledAt;
	}

	/** Whether nothing is missing that a session that joins needs to know. */
	boolean isSettled(long now) {
		return this.gap.equals(Position.NONE) || now - this.settledAt >= 0;
	}

	/** The first position behind the records that are missing. */
	Position gap() {
		return this.gap;
	}

	/**
	 * Whether a journal begins, with a ledger, after the place where this node was before
	 * it joined again, so that it does not show who has written in between. Not where
	 * this node leaves out what it need not read: that is leases old.
	 * @param begin after which position reading began
	 * @param first the first position read
	 * @param known where this node was, if anywhere
	 */
	static boolean startsLate(Position begin, Position first, Position known) {
		return begin.entryId() < 0 && first.entryId() == 0 && !known.equals(Position.NONE) && first.isAfter(known);
	}

}

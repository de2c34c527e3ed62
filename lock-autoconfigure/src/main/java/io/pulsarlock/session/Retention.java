package io.pulsarlock.session;

import java.util.ArrayDeque;

import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what of the journal no node needs any more that joins, says so, and lets go
 * of it (rule 7 of the protocol). On the loop.
 */
final class Retention {

	/** Leases of journal that are kept for joining nodes. */
	private static final int KEPT_LEASES = 3;

	private final SessionSettings settings;

	private final LineTable table;

	private final Peers peers;

	private final Heartbeats heartbeats;

	private final Rests rests;

	private final Journal journal;

	private final ArrayDeque<Mark> marks = new ArrayDeque<>();

	/** The longest lease of all sessions, and when it was looked for. */
	private long longest;

	private long longestAt;

	Retention(SessionSettings settings, LineTable table, Peers peers, Heartbeats heartbeats, Rests rests,
			Journal journal, long now) {
		this.settings = settings;
		this.table = table;
		this.peers = peers;
		this.heartbeats = heartbeats;
		this.rests = rests;
		this.journal = journal;
		this.longest = settings.leaseNanos();
		this.longestAt = now - settings.leaseNanos();
	}

	void tick(long now) {
		Position unneeded = unneeded(now);
		if (unneeded != null && this.rests.areRepeatedAfter(unneeded, this.longest, now)) {
			this.heartbeats.unneeded(unneeded);
			if (this.peers.rank(now) == 0) {
				this.journal.trim(unneeded);
			}
		}
	}

	/**
	 * What was read more than three leases ago, if that is more than at the last look:
	 * without it a joining node still finds a heartbeat of every live session, and after
	 * it every ticket.
	 */
	private @Nullable Position unneeded(long now) {
		if (now - this.longestAt >= this.settings.leaseNanos() / 10) {
			this.longestAt = now;
			this.longest = this.peers.longestLease();
		}
		long kept = KEPT_LEASES * this.longest;
		if (this.marks.isEmpty() || now - this.marks.getLast().at() > kept / 6) {
			this.marks.add(new Mark(now, this.table.applied()));
		}
		Position upTo = null;
		while (!this.marks.isEmpty() && now - this.marks.getFirst().at() > this.settings.withDrift(kept)) {
			upTo = this.marks.poll().position();
		}
		return upTo;
	}

	private record Mark(long at, Position position) {
	}

}

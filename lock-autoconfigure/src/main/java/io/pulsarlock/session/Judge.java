package io.pulsarlock.session;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;

/**
 * Expels sessions that have been silent for too long (rule 4 of the protocol).
 * <p>
 * Safety: silence is counted from the moment the latest known record was
 * <em>received</em>, so when the expulsion is written the writer's own confirmation by
 * that record has run out; and if there is a later record that was not received yet, the
 * compare-and-set on the log makes the expulsion void. A session that is in front of a
 * line holds by its records for a grace only, so it may be silent for no longer.
 * <p>
 * Nothing of this depends on what this node may have missed. But a session that lives
 * must not be expelled only because this node has stood, or reads late. So it first hears
 * itself: a record sent after the silence was long enough has come back, and nothing of
 * the silent session with it.
 * <p>
 * The session that a silent session keeps out judges first: the one directly behind it,
 * or behind those that share the lock with it. The others, oldest session first, follow
 * at a distance, so that a session without successor is expelled too, and normally by one
 * record only.
 */
final class Judge {

	/** So many sessions are judged at a time: each may cost a record. */
	private static final int MOST = 1000;

	private final SessionSettings settings;

	private final LineTable table;

	private final Peers peers;

	private final SessionLease lease;

	private final RecordWriter writer;

	private final Heartbeats heartbeats;

	/** When the latest expulsion of a session was written. */
	private final Map<UUID, Long> judged = new HashMap<>();

	/** Silent for long enough, if this node is not late: it waits to hear itself. */
	private final Set<UUID> suspects = new LinkedHashSet<>();

	Judge(SessionSettings settings, LineTable table, Peers peers, SessionLease lease, RecordWriter writer,
			Heartbeats heartbeats) {
		this.settings = settings;
		this.table = table;
		this.peers = peers;
		this.lease = lease;
		this.writer = writer;
		this.heartbeats = heartbeats;
	}

	/**
	 * Looks at all other sessions.
	 * @return when the next one will have been silent for long enough, as far as is known
	 * now
	 */
	long tick(long now) {
		long next = now + this.settings.leaseNanos();
		int rank = -1;
		int count = 0;
		for (SessionState other : this.table.sessions()) {
			long due = this.peers.silentAt(other, now);
			if (other.id().equals(this.lease.id()) || now - due < 0) {
				next = (due - next < 0 && now - due < 0) ? due : next;
			}
			else if (count++ < MOST) {
				rank = (rank < 0) ? this.peers.rank(now) : rank;
				judge(other, rank, now);
			}
		}
		if (!this.judged.isEmpty()) {
			this.judged.keySet().removeIf((id) -> this.table.session(id) == null);
		}
		return next;
	}

	/** Expels one session if it has been silent for long enough. */
	void judge(SessionState other, long now) {
		judge(other, 0, now);
	}

	private void judge(SessionState other, int rank, long now) {
		long due = this.peers.silentAt(other, now);
		if (now - due < 0) {
			return;
		}
		long allowed = due - this.peers.heardAt(other.id(), now);
		long distance = isHeirOf(other) ? 0 : allowed / 10 * (1 + Math.min(rank, 10));
		Long before = this.judged.get(other.id());
		if (now - due >= distance && (before == null || now - before > allowed / 5)) {
			convict(other, due, now);
		}
	}

	/** An own record was confirmed: with it has come whatever stands before it. */
	void confirmed(long now) {
		if (this.suspects.isEmpty()) {
			return;
		}
		List<UUID> suspects = List.copyOf(this.suspects);
		this.suspects.clear();
		for (UUID id : suspects) {
			SessionState other = this.table.session(id);
			long due = (other != null) ? this.peers.silentAt(other, now) : 0;
			if (other != null && now - due >= 0) {
				convict(other, due, now);
			}
		}
	}

	private void convict(SessionState other, long due, long now) {
		if (this.lease.confirmedAt() - due >= 0) {
			publish(other, now);
		}
		else if (this.suspects.add(other.id()) && this.lease.sentAt() - due < 0) {
			this.heartbeats.signOfLife();
		}
	}

	/**
	 * Expels a session by order: without keeping the distance, which only saves records,
	 * but not before its silence allows it.
	 */
	void expel(SessionState other, long now) {
		long due = this.peers.silentAt(other, now);
		long missing = due - now;
		if (missing > 0) {
			throw new LockOperationRefusedException("Session " + other.id() + " of node '" + Peers.printedNode(other)
					+ "' has not been silent for long enough: it may believe for another "
					+ TimeUnit.NANOSECONDS.toMillis(missing) + " ms that it holds its locks. If it stays"
					+ " silent, it is expelled automatically");
		}
		convict(other, due, now);
	}

	private void publish(SessionState other, long now) {
		this.judged.put(other.id(), now);
		long lastSeen = other.sequence();
		long ledger = this.table.applied().ledgerId();
		this.writer.publish((sequence) -> new Expel(this.lease.id(), sequence, other.id(), lastSeen, ledger));
	}

	private boolean isHeirOf(SessionState other) {
		for (Ticket ticket : other.tickets()) {
			Ticket heir = this.table.heir(ticket.lock());
			if (heir != null && heir.session().equals(this.lease.id()) && heir.position().isAfter(ticket.position())) {
				return true;
			}
		}
		return false;
	}

}

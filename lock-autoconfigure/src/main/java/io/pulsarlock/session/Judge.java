package io.pulsarlock.session;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * Expels sessions that have been silent for too long, and lets go of journal nobody
 * needs.
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
 * Whoever waits directly behind a silent session judges first. The others, oldest session
 * first, follow at a distance, so that a session nobody waits for is expelled too, and
 * normally by one record only.
 */
final class Judge {

	/** Leases of journal that are kept for joining nodes. */
	private static final int KEPT_LEASES = 3;

	/** So many sessions are judged at a time: each may cost a record. */
	private static final int MOST = 1000;

	private final Session session;

	private final SessionSettings settings;

	/** When the latest expulsion of a session was written. */
	private final Map<UUID, Long> judged = new HashMap<>();

	/** Silent for long enough, if this node is not late: it waits to hear itself. */
	private final Map<UUID, Long> suspects = new LinkedHashMap<>();

	private final ArrayDeque<Mark> marks = new ArrayDeque<>();

	/** The longest lease of all sessions, and when it was looked for. */
	private long longest;

	private long longestAt;

	Judge(Session session, SessionSettings settings, long now) {
		this.session = session;
		this.settings = settings;
		this.longest = settings.leaseNanos();
		this.longestAt = now - settings.leaseNanos();
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
		for (SessionState other : this.session.table().sessions()) {
			long due = silentAt(other, now);
			if (other.id().equals(this.session.id()) || now - due < 0) {
				next = (due - next < 0 && now - due < 0) ? due : next;
			}
			else if (count++ < MOST) {
				rank = (rank < 0) ? rank(now) : rank;
				judge(other, rank, now);
			}
		}
		if (!this.judged.isEmpty()) {
			this.judged.keySet().removeIf((id) -> this.session.table().session(id) == null);
		}
		Position unneeded = unneeded(now);
		if (unneeded != null) {
			this.session.unneeded(unneeded);
			if (rank(now) == 0) {
				this.session.journal().trim(unneeded);
			}
		}
		return next;
	}

	/** How many sessions that are awake are older than this one. */
	private int rank(long now) {
		SessionState own = this.session.table().session(this.session.id());
		int rank = 0;
		for (SessionState other : this.session.table().sessions()) {
			if (now - this.session.heardAt(other.id(), now) < lease(other)
					&& (own == null || own.opened().isAfter(other.opened()))) {
				rank++;
			}
		}
		return rank;
	}

	/**
	 * For how long a session may be silent if it is in front of no line.
	 * <p>
	 * Safety: one that has no ticket holds nothing, and cannot come to hold anything
	 * without a record; that stands behind the expulsion and counts for nothing, or
	 * before it and makes it void. So how long its lease is does not matter, unless the
	 * journal has gone on in another ledger since: then a record of it may be lost.
	 */
	private long lease(SessionState other) {
		long lease = this.session.lease(other);
		boolean free = other.tickets().isEmpty() && isOfThisLedger(other);
		return free ? Math.min(lease, SessionSettings.FREE_LEASE_NANOS) : lease;
	}

	private boolean isOfThisLedger(SessionState other) {
		return other.outsider() == null && other.latest().ledgerId() == this.session.table().applied().ledgerId();
	}

	/**
	 * When a session will have been silent for long enough, if it is not heard before.
	 * <p>
	 * Safety: a session holds nothing by a record that was sent longer than its grace
	 * ago. One that has just come to the front is given as much time from then, only so
	 * that it can write.
	 */
	private long silentAt(SessionState other, long now) {
		long heardAt = this.session.heardAt(other.id(), now);
		long end = heardAt + this.settings.withDrift(lease(other));
		if (other.isInFront() && isOfThisLedger(other)) {
			long since = Math.max(0, this.session.inFrontSince(other.id(), heardAt) - heardAt);
			long sooner = heardAt + since + this.settings.withDrift(this.session.grace(other));
			return (sooner - end < 0) ? sooner : end;
		}
		return end;
	}

	/** Expels one session if it has been silent for long enough. */
	void judge(SessionState other, long now) {
		judge(other, 0, now);
	}

	private void judge(SessionState other, int rank, long now) {
		long due = silentAt(other, now);
		if (now - due < 0) {
			return;
		}
		long allowed = due - this.session.heardAt(other.id(), now);
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
		List<UUID> suspects = List.copyOf(this.suspects.keySet());
		this.suspects.clear();
		for (UUID id : suspects) {
			SessionState other = this.session.table().session(id);
			if (other != null && now - silentAt(other, now) >= 0) {
				convict(other, silentAt(other, now), now);
			}
		}
	}

	private void convict(SessionState other, long due, long now) {
		if (this.session.incarnation().confirmedAt() - due >= 0) {
			publish(other, now);
		}
		else {
			Long asked = this.suspects.put(other.id(), due);
			if (asked == null && this.session.incarnation().sentAt() - due < 0) {
				this.session.signOfLife();
			}
		}
	}

	/**
	 * Expels a session by order: without keeping the distance, which only saves records,
	 * but not before its silence allows it.
	 */
	void expel(SessionState other, long now) {
		long missing = silentAt(other, now) - now;
		if (missing > 0) {
			throw new LockOperationRefusedException("Session " + other.id() + " of node '" + Views.node(other)
					+ "' is not silent for long enough: it may believe for another "
					+ TimeUnit.NANOSECONDS.toMillis(missing) + " ms that it holds its locks. If it stays silent"
					+ " it is expelled without being asked for");
		}
		convict(other, silentAt(other, now), now);
	}

	private void publish(SessionState other, long now) {
		this.judged.put(other.id(), now);
		long lastSeen = other.sequence();
		long ledger = this.session.table().applied().ledgerId();
		this.session.publish((sequence) -> new Expel(this.session.id(), sequence, other.id(), lastSeen, ledger));
	}

	private boolean isHeirOf(SessionState other) {
		for (Ticket ticket : other.tickets()) {
			Ticket front = this.session.table().front(ticket.lock());
			if (front == ticket) {
				Ticket heir = this.session.table().heir(ticket.lock());
				if (heir != null && heir.session().equals(this.session.id())) {
					return true;
				}
			}
		}
		return false;
	}

	/**
	 * What was read more than three leases ago, if that is more than at the last look:
	 * without it a joining node still finds a heartbeat of every live session, and after
	 * it every ticket.
	 */
	private @Nullable Position unneeded(long now) {
		if (now - this.longestAt >= this.settings.leaseNanos() / 10) {
			this.longestAt = now;
			this.longest = this.session.longestLease();
		}
		long kept = KEPT_LEASES * this.longest;
		if (this.marks.isEmpty() || now - this.marks.getLast().at() > kept / 6) {
			this.marks.add(new Mark(now, this.session.table().applied()));
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

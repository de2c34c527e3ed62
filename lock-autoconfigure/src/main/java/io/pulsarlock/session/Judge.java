package io.pulsarlock.session;

import java.util.ArrayDeque;
import java.util.HashMap;
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
 * Expels sessions that have been silent for a lease, and lets go of journal nobody needs.
 * <p>
 * Safety: silence is counted from the moment the latest known record was
 * <em>received</em>, so when the expulsion is written the writer's own confirmation by
 * that record has run out; and if there is a later record that was not received yet, the
 * compare-and-set on the log makes the expulsion void. Nothing depends on this node
 * having caught up: being behind only makes void expulsions.
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

	private final Map<UUID, Long> judged = new HashMap<>();

	private final ArrayDeque<Mark> marks = new ArrayDeque<>();

	private long lastLook;

	/** The longest lease of all sessions, and when it was looked for. */
	private long longest;

	private long longestAt;

	Judge(Session session, SessionSettings settings, long now) {
		this.session = session;
		this.settings = settings;
		this.lastLook = now;
		this.longest = settings.leaseNanos();
		this.longestAt = now - settings.leaseNanos();
	}

	void tick(long now) {
		if (now - this.lastLook < this.settings.leaseNanos() / 50) {
			return;
		}
		this.lastLook = now;
		List<SessionState> silent = this.session.table()
			.sessions()
			.stream()
			.filter((other) -> isSilent(other, now) && !other.id().equals(this.session.id()))
			.limit(MOST)
			.toList();
		if (!silent.isEmpty()) {
			int rank = rank(now);
			silent.forEach((other) -> judge(other, rank, now));
			this.judged.keySet().removeIf((id) -> this.session.table().session(id) == null);
		}
		Position unneeded = unneeded(now);
		if (unneeded != null) {
			this.session.unneeded(unneeded);
			if (rank(now) == 0) {
				this.session.journal().trim(unneeded);
			}
		}
	}

	private boolean isSilent(SessionState other, long now) {
		return now - heardAt(other, now) >= this.settings.withDrift(lease(other));
	}

	/** How many sessions that are awake are older than this one. */
	private int rank(long now) {
		SessionState own = this.session.table().session(this.session.id());
		return (int) this.session.table()
			.sessions()
			.stream()
			.filter((other) -> now - heardAt(other, now) < lease(other))
			.filter((other) -> own == null || own.opened().isAfter(other.opened()))
			.count();
	}

	/**
	 * For how long a session may be silent.
	 * <p>
	 * Safety: one that has no ticket holds nothing, and cannot come to hold anything
	 * without a record; that stands behind the expulsion and counts for nothing, or
	 * before it and makes it void. So how long its lease is does not matter, unless the
	 * journal has gone on in another ledger since: then a record of it may be lost.
	 */
	private long lease(SessionState other) {
		long lease = this.session.lease(other);
		boolean free = other.tickets().isEmpty() && other.outsider() == null
				&& other.latest().ledgerId() == this.session.table().applied().ledgerId();
		return free ? Math.min(lease, SessionSettings.FREE_LEASE_NANOS) : lease;
	}

	/** Expels one session if it has been silent for long enough. */
	void judge(SessionState other, long now) {
		judge(other, 0, now);
	}

	private void judge(SessionState other, int rank, long now) {
		long silence = now - heardAt(other, now);
		long lease = lease(other);
		long allowed = this.settings.withDrift(lease);
		if (silence < allowed) {
			return;
		}
		long distance = isHeirOf(other) ? 0 : lease / 10 * (1 + Math.min(rank, 10));
		Long before = this.judged.get(other.id());
		if (silence >= allowed + distance && (before == null || now - before > lease / 5)) {
			publish(other, now);
		}
	}

	/**
	 * Expels a session by order: without keeping the distance, which only saves records,
	 * but not before its silence allows it.
	 */
	void expel(SessionState other, long now) {
		long missing = this.settings.withDrift(lease(other)) - (now - heardAt(other, now));
		if (missing > 0) {
			throw new LockOperationRefusedException("Session " + other.id() + " of node '" + Views.node(other)
					+ "' is not silent for long enough: it may believe for another "
					+ TimeUnit.NANOSECONDS.toMillis(missing) + " ms that it holds its locks. If it stays silent"
					+ " it is expelled without being asked for");
		}
		publish(other, now);
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

	private long heardAt(SessionState other, long otherwise) {
		return this.session.heardAt(other.id(), otherwise);
	}

	private record Mark(long at, Position position) {
	}

}

package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;

import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;

/**
 * The heartbeats of one session: every third of its lease with all that it claims, and
 * eight times in its grace without, while it holds something or is next (rule 2 of the
 * protocol). On the loop.
 */
final class Heartbeats {

	/**
	 * Letters of locks' names and a guess at the rest, in one heartbeat; more claims are
	 * spread over several records. A record no broker takes would end the session.
	 */
	private static final int HEARTBEAT_SIZE = 100_000;

	private static final int CLAIM_SIZE = 28;

	private final SessionSettings settings;

	private final LineTable table;

	private final SessionLease lease;

	private final RecordWriter writer;

	/** Where hints reach this node. */
	private final LongSupplier hints;

	private SessionInfo info;

	/** Highest position that joining nodes need not read, by any node's account. */
	private Position history = Position.NONE;

	private long latest;

	Heartbeats(SessionSettings settings, LineTable table, SessionLease lease, RecordWriter writer, LongSupplier hints) {
		this.settings = settings;
		this.table = table;
		this.lease = lease;
		this.writer = writer;
		this.hints = hints;
		this.info = new SessionInfo(settings.node(), settings.lease().toMillis(), settings.reconnectGrace().toMillis(),
				settings.shards(), settings.tokenFloor());
	}

	/** Joining nodes need nothing up to there; said from now on. */
	void unneeded(Position upTo) {
		if (upTo.isAfter(this.history)) {
			this.history = upTo;
		}
	}

	/**
	 * Sends what is due.
	 * @param present whether the session holds something or is next
	 */
	void tick(boolean present, long now) {
		if (now - this.latest >= this.settings.heartbeatNanos()) {
			// Even if every tick is late: joining nodes know a ticket by its claims.
			send(false, now);
		}
		else if (present && now - this.lease.sentAt() + this.settings.tickNanos() / 2 >= this.settings.pulseNanos()) {
			signOfLife();
		}
	}

	/**
	 * Sends a heartbeat now that repeats no tickets: whatever many locks need at this
	 * moment must not cost many times many claims.
	 * @return its number
	 */
	long signOfLife() {
		Position none = this.table.applied();
		SessionInfo info = info();
		return this.writer.publish((sequence) -> new Heartbeat(this.lease.id(), sequence, false, info, this.history,
				none, none, List.of()));
	}

	private SessionInfo info() {
		long hints = this.hints.getAsLong();
		if (hints != this.info.hints()) {
			this.info = this.info.withHints(hints);
		}
		return this.info;
	}

	/**
	 * Sends a heartbeat that repeats all tickets.
	 * @param opening whether it opens the session
	 * @return its number, or that of the last one if there are several
	 */
	long send(boolean opening, long now) {
		this.latest = now;
		UUID id = this.lease.id();
		SessionInfo info = info();
		List<Claim> claims = new ArrayList<>();
		Position from = Position.NONE;
		int size = 0;
		SessionState own = this.table.session(id);
		if (own != null) {
			for (Ticket ticket : own.tickets()) {
				if (size >= HEARTBEAT_SIZE) {
					Position start = from;
					Position end = claims.get(claims.size() - 1).position();
					List<Claim> part = List.copyOf(claims);
					this.writer.publish(
							(sequence) -> new Heartbeat(id, sequence, false, info, this.history, start, end, part));
					from = end;
					claims.clear();
					size = 0;
				}
				if (!this.writer.isReleasing(ticket.number())) {
					claims.add(new Claim(ticket.lock(), ticket.number(), ticket.position(), this.writer.share(ticket)));
					size += CLAIM_SIZE + ticket.lock().length();
				}
			}
		}
		Position start = from;
		Position end = opening ? Position.NONE : this.table.applied();
		return this.writer
			.publish((sequence) -> new Heartbeat(id, sequence, opening, info, this.history, start, end, claims));
	}

}

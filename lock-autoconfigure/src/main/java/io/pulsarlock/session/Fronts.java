package io.pulsarlock.session;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * Since when each line has its front, and whether this session is in front of a line, or
 * next. On the loop.
 */
final class Fronts {

	private final LineTable table;

	private final UUID own;

	private final Map<String, Front> fronts = new HashMap<>();

	/** The lines in which this session is next. */
	private final Set<String> next = new HashSet<>();

	/** Of lines in which it holds the lock although others are in front of it. */
	private final Map<String, Position> ahead = new HashMap<>();

	Fronts(LineTable table, UUID own) {
		this.table = table;
		this.own = own;
	}

	/** A line has changed. */
	void changed(String lock, long now) {
		Ticket ticket = this.table.front(lock);
		if (ticket == null) {
			this.fronts.remove(lock);
		}
		else {
			this.fronts.compute(lock,
					(any, before) -> (before != null && before.ticket().position().equals(ticket.position())) ? before
							: new Front(ticket, now));
		}
		if (isOwn(this.table.heir(lock))) {
			this.next.add(lock);
		}
		else {
			this.next.remove(lock);
		}
		Position entered = this.ahead.get(lock);
		if (entered != null && (this.table.isInside(lock, entered) || this.table.ticket(lock, entered) == null)) {
			this.ahead.remove(lock);
		}
	}

	/**
	 * This session holds a lock by a ticket.
	 * @return whether others are in front of it that keep it out, as far as has been read
	 */
	boolean enter(Ticket ticket) {
		if (this.table.isInside(ticket.lock(), ticket.position())) {
			return false;
		}
		this.ahead.put(ticket.lock(), ticket.position());
		return true;
	}

	private boolean isOwn(@Nullable Ticket ticket) {
		return ticket != null && ticket.session().equals(this.own);
	}

	/** For how long the present front of a line has been there, as far as is known. */
	Duration frontFor(String lock, long now) {
		Front front = this.fronts.get(lock);
		return (front != null) ? Duration.ofNanos(now - front.since()) : Duration.ZERO;
	}

	/** Whether this session holds a lock or is next in a line. */
	boolean isProminent() {
		SessionState own = this.table.session(this.own);
		return !this.next.isEmpty() || !this.ahead.isEmpty() || (own != null && own.isInFront());
	}

	private record Front(Ticket ticket, long since) {
	}

}

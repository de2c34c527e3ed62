package io.pulsarlock.line;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * The tickets of all live sessions, in their lines.
 */
final class Tickets implements Line.Listener {

	private final Map<UUID, SessionState> sessions;

	private final Map<String, Line> lines = new HashMap<>();

	/**
	 * Creates it without tickets.
	 * @param sessions the live sessions; read only
	 */
	Tickets(Map<UUID, SessionState> sessions) {
		this.sessions = sessions;
	}

	/**
	 * A place belongs to one record. Two that claim it cannot both be right, and a ticket
	 * that no session knows any more would stand in its line for ever.
	 */
	void add(Ticket ticket, SessionState session, TableChange change) {
		Line line = this.lines.get(ticket.lock());
		Ticket taken = (line != null) ? line.at(ticket.position()) : null;
		if (taken != null && !taken.session().equals(session.id())) {
			return;
		}
		Ticket same = session.tickets.get(ticket.position());
		if (same != null) {
			remove(session, same, change);
		}
		session.put(ticket);
		this.lines.computeIfAbsent(ticket.lock(), (lock) -> new Line()).add(ticket, this, change);
		change.touched(ticket.lock());
	}

	/** Removes the ticket with that number, if it is for that lock. */
	void remove(SessionState session, String lock, long number, TableChange change) {
		Ticket ticket = of(session, lock, number);
		if (ticket != null) {
			remove(session, ticket, change);
		}
	}

	/** The ticket with that number; null if there is none, or for another lock. */
	static @Nullable Ticket of(SessionState session, String lock, long number) {
		Ticket ticket = session.ticket(number);
		return (ticket != null && ticket.lock().equals(lock)) ? ticket : null;
	}

	void remove(SessionState session, Ticket ticket, TableChange change) {
		session.remove(ticket);
		Line line = this.lines.get(ticket.lock());
		if (line != null && line.at(ticket.position()) != null) {
			line.remove(ticket.position(), this, change);
			if (line.isEmpty()) {
				this.lines.remove(ticket.lock());
			}
			change.touched(ticket.lock());
		}
	}

	/**
	 * A ticket that takes the whole lock shares it from now on, at the same place. What
	 * has come to wait behind it may be inside with it.
	 */
	void downgrade(SessionState session, String lock, long number, TableChange change) {
		Ticket ticket = of(session, lock, number);
		Line line = this.lines.get(lock);
		if (ticket != null && line != null && ticket.share().isExclusive()) {
			Ticket lessened = ticket.with(Share.SHARED);
			session.put(lessened);
			line.lessen(lessened, this, change);
			change.touched(lock);
		}
	}

	@Override
	public void entered(Ticket ticket, TableChange change) {
		SessionState session = this.sessions.get(ticket.session());
		if (session != null && session.inside++ == 0) {
			change.promote(session.id());
		}
	}

	@Override
	public void left(Ticket ticket, TableChange change) {
		SessionState session = this.sessions.get(ticket.session());
		if (session != null) {
			session.inside--;
		}
	}

	/** A lock's line; null if it is not wanted. */
	@Nullable Line find(String lock) {
		return this.lines.get(lock);
	}

	/** A lock's line, in order. */
	List<Ticket> line(String lock) {
		Line line = this.lines.get(lock);
		return (line != null) ? line.all() : List.of();
	}

	@Nullable Ticket front(String lock) {
		Line line = this.lines.get(lock);
		return (line != null) ? line.front() : null;
	}

	@Nullable Ticket heir(String lock) {
		Line line = this.lines.get(lock);
		return (line != null) ? line.heir() : null;
	}

	/** The first ticket after a place. */
	@Nullable Ticket after(String lock, Position place) {
		Line line = this.lines.get(lock);
		return (line != null) ? line.after(place) : null;
	}

	/** The last ticket before a place. */
	@Nullable Ticket before(String lock, Position place) {
		Line line = this.lines.get(lock);
		return (line != null) ? line.before(place) : null;
	}

	/** The ticket at a place. */
	@Nullable Ticket at(String lock, Position position) {
		Line line = this.lines.get(lock);
		return (line != null) ? line.at(position) : null;
	}

	/** The locks that are held or awaited; a view. */
	Set<String> locks() {
		return Collections.unmodifiableSet(this.lines.keySet());
	}

}

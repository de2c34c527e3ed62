package io.pulsarlock.line;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * The tickets of all live sessions, in their lines.
 */
final class Tickets {

	private final Map<UUID, SessionState> sessions;

	private final Map<String, TreeMap<Position, Ticket>> lines = new HashMap<>();

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
		TreeMap<Position, Ticket> line = this.lines.get(ticket.lock());
		Ticket taken = (line != null) ? line.get(ticket.position()) : null;
		if (taken != null && !taken.session().equals(session.id())) {
			return;
		}
		Ticket same = session.tickets.get(ticket.position());
		if (same != null) {
			remove(session, same, change);
		}
		Ticket before = front(ticket.lock());
		this.lines.computeIfAbsent(ticket.lock(), (lock) -> new TreeMap<>()).put(ticket.position(), ticket);
		session.put(ticket);
		follow(before, front(ticket.lock()), change);
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
		TreeMap<Position, Ticket> line = this.lines.get(ticket.lock());
		Ticket before = front(ticket.lock());
		if (line != null && line.remove(ticket.position()) != null) {
			if (line.isEmpty()) {
				this.lines.remove(ticket.lock());
			}
			follow(before, front(ticket.lock()), change);
			change.touched(ticket.lock());
		}
	}

	/** Counts of how many lines each session is in front. */
	private void follow(@Nullable Ticket before, @Nullable Ticket after, TableChange change) {
		if (before == after) {
			return;
		}
		SessionState last = (before != null) ? this.sessions.get(before.session()) : null;
		SessionState next = (after != null) ? this.sessions.get(after.session()) : null;
		if (last == next) {
			return;
		}
		if (last != null) {
			last.fronts--;
		}
		if (next != null && next.fronts++ == 0) {
			change.promote(next.id());
		}
	}

	/** A lock's line, in order. */
	List<Ticket> line(String lock) {
		TreeMap<Position, Ticket> line = this.lines.get(lock);
		return (line != null) ? new ArrayList<>(line.values()) : List.of();
	}

	@Nullable Ticket front(String lock) {
		TreeMap<Position, Ticket> line = this.lines.get(lock);
		return (line != null && !line.isEmpty()) ? line.firstEntry().getValue() : null;
	}

	@Nullable Ticket heir(String lock) {
		TreeMap<Position, Ticket> line = this.lines.get(lock);
		if (line == null) {
			return null;
		}
		Map.Entry<Position, Ticket> next = line.higherEntry(line.firstKey());
		return (next != null) ? next.getValue() : null;
	}

	/** The first ticket after a place. */
	@Nullable Ticket after(String lock, Position place) {
		TreeMap<Position, Ticket> line = this.lines.get(lock);
		Map.Entry<Position, Ticket> next = (line != null) ? line.higherEntry(place) : null;
		return (next != null) ? next.getValue() : null;
	}

	/** The last ticket before a place. */
	@Nullable Ticket before(String lock, Position place) {
		TreeMap<Position, Ticket> line = this.lines.get(lock);
		Map.Entry<Position, Ticket> last = (line != null) ? line.lowerEntry(place) : null;
		return (last != null) ? last.getValue() : null;
	}

	/** The ticket at a place. */
	@Nullable Ticket at(String lock, Position position) {
		TreeMap<Position, Ticket> line = this.lines.get(lock);
		return (line != null) ? line.get(position) : null;
	}

	/** The locks that are held or awaited; a view. */
	Set<String> locks() {
		return Collections.unmodifiableSet(this.lines.keySet());
	}

}

package io.pulsarlock.session;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * Since when each line has its front, and of which lines this session is in front, or
 * next. On the loop.
 */
final class Fronts {

	private final LineTable table;

	private final UUID own;

	private final Map<String, Front> fronts = new HashMap<>();

	private final Set<String> prominent = new HashSet<>();

	/** Of lines in which it holds the lock although others are in front of it. */
	private final Map<String, Ticket> ahead = new HashMap<>();

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
					(any, before) -> (before != null && before.ticket() == ticket) ? before : new Front(ticket, now));
		}
		if (isOwn(ticket) || isOwn(this.table.heir(lock))) {
			this.prominent.add(lock);
		}
		else {
			this.prominent.remove(lock);
		}
		Ticket entered = this.ahead.get(lock);
		if (entered != null && (ticket == entered || this.table.ticket(lock, entered.position()) == null)) {
			this.ahead.remove(lock);
		}
	}

	/**
	 * This session holds a lock by a ticket.
	 * @return whether it is not in front, as far as has been read
	 */
	boolean enter(Ticket ticket) {
		if (this.table.front(ticket.lock()) == ticket) {
			return false;
		}
		this.ahead.put(ticket.lock(), ticket);
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
		return !this.prominent.isEmpty() || !this.ahead.isEmpty();
	}

	private record Front(Ticket ticket, long since) {
	}

}

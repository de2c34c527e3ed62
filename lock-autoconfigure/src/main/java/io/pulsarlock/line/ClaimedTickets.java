package io.pulsarlock.line;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import org.jspecify.annotations.Nullable;

/**
 * What heartbeats say of the tickets of their sessions. A table that is rebuilt takes
 * tickets from them; one that has caught up only compares.
 */
final class ClaimedTickets {

	private final Tickets tickets;

	ClaimedTickets(Tickets tickets) {
		this.tickets = tickets;
	}

	/**
	 * Applies a heartbeat.
	 * @param sealed whether the table has caught up, so that it knows all tickets
	 */
	void apply(SessionState session, Heartbeat heartbeat, boolean sealed, TableChange change) {
		if (sealed) {
			compare(session, heartbeat, change);
		}
		else {
			rebuild(session, heartbeat, change);
		}
		Set<Position> claimed = new HashSet<>();
		heartbeat.claims().forEach((claim) -> claimed.add(claim.position()));
		// What the session itself no longer claims is gone. Nothing to do in a table that
		// saw the whole log: whatever took the ticket stands before the heartbeat.
		if (heartbeat.upTo().isAfter(heartbeat.from())) {
			for (Ticket ticket : List
				.copyOf(session.tickets.subMap(heartbeat.from(), false, heartbeat.upTo(), true).values())) {
				if (!claimed.contains(ticket.position())) {
					if (sealed) {
						change.disown();
					}
					this.tickets.remove(session, ticket, change);
				}
			}
		}
	}

	/** Compares what a session says of its tickets with what the log has said. */
	private void compare(SessionState session, Heartbeat heartbeat, TableChange change) {
		for (Claim claim : heartbeat.claims()) {
			Ticket known = session.tickets.get(claim.position());
			if (known == null && Tickets.of(session, claim.lock(), claim.ticket()) != null) {
				change.disown();
			}
		}
	}

	/**
	 * Takes tickets from claims. What the session says of a ticket replaces what was made
	 * of its request, which may have been a second copy.
	 */
	private void rebuild(SessionState session, Heartbeat heartbeat, TableChange change) {
		for (Claim claim : heartbeat.claims()) {
			Ticket before = session.ticket(claim.ticket());
			Ticket ticket = new Ticket(claim.lock(), session.id(), claim.ticket(), claim.position(), claim.share());
			if (!ticket.equals(before) && !isDowngraded(before, ticket)) {
				if (before != null) {
					this.tickets.remove(session, before, change);
				}
				this.tickets.add(ticket, session, change);
			}
		}
	}

	/** Whether a claim was made of what the ticket was before it was downgraded. */
	private static boolean isDowngraded(@Nullable Ticket now, Ticket claimed) {
		return now != null && claimed.share().isExclusive() && claimed.with(Share.SHARED).equals(now);
	}

}

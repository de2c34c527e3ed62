package io.pulsarlock.session;

import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Ticket;

/**
 * Hears of what happens to lines, and to what is held in them. On the loop.
 */
interface LineListener extends HoldWatch.Listener {

	/** A request of this node has been read. */
	void placed(Request request, Position position);

	/** An own record was confirmed while the session is active. */
	void confirmed(long sequence);

	/** A line has changed. */
	void lineChanged(String key);

	/** An operator at another node asks this node to give a place up. */
	void revoked(Ticket ticket);

	/** What kept the session from granting anything may be over. */
	void evaluateAll();

}

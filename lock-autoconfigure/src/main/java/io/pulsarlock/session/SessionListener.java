package io.pulsarlock.session;

import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SkipCause;
import org.jspecify.annotations.Nullable;

/**
 * Hears of what happens to a session, and knows what was before it. On the loop.
 */
interface SessionListener extends HoldWatch.Listener {

	/** The session has caught up: locks can be asked for. */
	void activated();

	/** The session is over. */
	void ended(Session session, Reason reason);

	/** The journal has lost records before that position, so the session is over. */
	void journalLost(Session session, Position before);

	/** The session joins a journal that has lost records before that position. */
	void hasLost(Position before);

	/** The next session is to wait until all who hold something have repeated it. */
	void settle(Session session);

	/** Something went wrong that callers should hear of. */
	void failed(LockException failure);

	/** A record may not have been written. */
	void notWritten(@Nullable Throwable cause);

	/** Joining waits for something. */
	void waitsFor(LockUnavailableException what);

	/** A message is no record. */
	void skipped(Position position, SkipCause cause);

	/** A part of the journal may have been left out, and is read again. */
	void leftOut(JournalReader.Hole hole);

	/** A request of this node has been read. */
	void placed(Request request, Position position);

	/** An own record was confirmed while the session is active. */
	void confirmed(long sequence);

	/** A line has changed. */
	void lineChanged(String key);

	/** What kept the session from granting anything may be over. */
	void evaluateAll();

	/** What earlier sessions of this node have applied last. */
	Position known();

	/** From when on the journal has shown all live sessions to a node that joins. */
	long settledAt();

	/** Why nothing can be said; for an exception. */
	LockException unavailable(String name);

	/** Why nothing can be done; for an exception. */
	LockException outOfTouch();

}

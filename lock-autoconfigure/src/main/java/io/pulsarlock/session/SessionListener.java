package io.pulsarlock.session;

import java.util.UUID;

import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SkipCause;
import org.jspecify.annotations.Nullable;

/**
 * Hears of what happens to a session, and knows what was before it. On the loop.
 */
interface SessionListener extends JoinGate.Listener {

	/** The session has caught up: locks can be asked for. */
	void activated();

	/** The session is over. */
	void ended(UUID session, Reason reason);

	/**
	 * The next session is to wait until all who hold something have repeated it.
	 * @param longestLease of all sessions
	 */
	void settle(long longestLease);

	/** A record may not have been written. */
	void notWritten(@Nullable Throwable cause);

	/** A message is no record. */
	void skipped(Position position, SkipCause cause);

	/** A part of the journal may have been left out, and is read again. */
	void leftOut(JournalReader.Hole hole);

	/** Why nothing can be said; for an exception. */
	LockException unavailable(String name);

	/** Why nothing can be done; for an exception. */
	LockException outOfTouch();

}

package io.pulsarlock.line;

import java.util.UUID;

/**
 * What one node tells another one beside the journal, so that it does sooner what it
 * would do anyway. No hint is stored, and each may be lost, late, doubled or overtaken by
 * another one. A hint changes no {@link LineTable} and is no sign of life.
 *
 * @since 0.2.0
 */
public sealed interface Hint {

	/**
	 * The shard of the lock.
	 * @return its number, from zero
	 */
	int shard();

	/**
	 * The session that sends it.
	 * @return the session
	 */
	UUID session();

	/**
	 * The lock.
	 * @return the lock's key
	 */
	String lock();

	/**
	 * The session has held the lock by the ticket at a place, and never will again. It
	 * was in front then, so no ticket before that place holds the lock either.
	 *
	 * @param shard the shard of the lock
	 * @param session the session that has held it
	 * @param lock the lock's key
	 * @param place the place of its ticket
	 */
	record Gone(int shard, UUID session, String lock, Position place) implements Hint {
	}

	/**
	 * The session has a place in the line of the lock, or has just requested one. So a
	 * lock that is only kept is to be released, and of the release of any other this
	 * session is to be told.
	 *
	 * @param shard the shard of the lock
	 * @param session the session that waits
	 * @param lock the lock's key
	 */
	record Ask(int shard, UUID session, String lock) implements Hint {
	}

}

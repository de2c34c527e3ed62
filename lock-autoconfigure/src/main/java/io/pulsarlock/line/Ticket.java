package io.pulsarlock.line;

import java.util.UUID;

/**
 * A place in a line.
 *
 * @param lock the lock's key
 * @param session whose it is
 * @param number its number in the session
 * @param position where its request stands; its order and its token
 * @param share how much of the lock it takes
 * @since 0.1.0
 */
public record Ticket(String lock, UUID session, long number, Position position, Share share) {

	/**
	 * A place in a line that takes the whole lock.
	 * @param lock the lock's key
	 * @param session whose it is
	 * @param number its number in the session
	 * @param position where its request stands; its order and its token
	 */
	public Ticket(String lock, UUID session, long number, Position position) {
		this(lock, session, number, position, Share.EXCLUSIVE);
	}

	/** The same place with another share. */
	Ticket with(Share share) {
		return new Ticket(this.lock, this.session, this.number, this.position, share);
	}

}

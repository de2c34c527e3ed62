package io.pulsarlock;

/**
 * A place in the line of a lock or group.
 *
 * @since 0.1.0
 */
public interface Participant {

	/**
	 * The node's name.
	 * @return the name
	 */
	String node();

	/**
	 * The node's session.
	 * @return its id
	 */
	String session();

	/**
	 * The place's number: the fencing token when its turn comes. A holder that is given
	 * the lock again before its node has left that place has a larger one.
	 * @return the token, positive
	 */
	long token();

}

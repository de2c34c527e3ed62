package io.pulsarlock;

/**
 * A place in the line of a lock or group.
 *
 * @param node the node's name
 * @param session the node's session
 * @param token the place's number: the fencing token when its turn comes. Whoever is
 * given the lock again before its node has left that place has a larger one
 */
public record Participant(String node, String session, long token) {
}

package io.pulsarlock.line;

import java.util.UUID;

/**
 * A place in a line.
 *
 * @param lock the lock's key
 * @param session whose it is
 * @param number its number in the session
 * @param position where its request stands; its order and its token
 * @since 0.1.0
 */
public record Ticket(String lock, UUID session, long number, Position position) {
}

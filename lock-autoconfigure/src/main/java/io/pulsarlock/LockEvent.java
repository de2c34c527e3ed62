package io.pulsarlock;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a lock or leader group of this node.
 *
 * @param type what
 * @param name the lock or group
 * @param token the fencing token, or the leader's term
 * @param leadership whether the name is that of a leader group
 * @param reason why it was lost; null for the other types
 * @param elapsed for how long it was waited for when it is acquired, and for how long it
 * was held when it is lost or released; zero for the other types
 */
public record LockEvent(Type type, String name, long token, boolean leadership, LockLoss.@Nullable Reason reason,
		Duration elapsed) {

	/**
	 * An event that took no time.
	 * @param type what
	 * @param name the lock or group
	 * @param token the fencing token, or the leader's term
	 * @param leadership whether the name is that of a leader group
	 * @param reason why it was lost; null for the other types
	 */
	public LockEvent(Type type, String name, long token, boolean leadership, LockLoss.@Nullable Reason reason) {
		this(type, name, token, leadership, reason, Duration.ZERO);
	}

	/** What can happen. */
	public enum Type {

		/** The lock is held. */
		ACQUIRED,

		/** The connection closed or this process stood: still held, but not renewable. */
		JEOPARDY,

		/** After jeopardy: held and renewed again. */
		RECOVERED,

		/** The lock is no longer held; its holder did not give it up. */
		LOST,

		/** The holder gave the lock up. */
		RELEASED

	}

}

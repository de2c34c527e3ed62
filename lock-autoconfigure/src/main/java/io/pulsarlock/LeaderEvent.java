package io.pulsarlock;

/**
 * This node has begun or ceased to lead a group, or a group is without a leader.
 * Published as an application event.
 *
 * @param type what has happened
 * @param group the group's name
 * @param term the number of the leadership; zero for the other types
 */
public record LeaderEvent(Type type, String group, long term) {

	/** What can happen. */
	public enum Type {

		/** This node leads. */
		GRANTED,

		/** This node does not lead any more. */
		REVOKED,

		/**
		 * No node has led for longer than a lease, as far as this node knows.
		 * @since 0.2.0
		 */
		VACANT,

		/**
		 * After {@link #VACANT}: a node leads again, this one or another.
		 * @since 0.2.0
		 */
		OCCUPIED

	}

}

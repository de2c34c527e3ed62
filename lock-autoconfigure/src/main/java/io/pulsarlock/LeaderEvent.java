package io.pulsarlock;

/**
 * This node has begun or ceased to lead a group. Published as an application event.
 *
 * @param type which of the two
 * @param group the group's name
 * @param term the number of the leadership
 */
public record LeaderEvent(Type type, String group, long term) {

	/** What can happen. */
	public enum Type {

		/** This node leads. */
		GRANTED,

		/** This node does not lead any more. */
		REVOKED

	}

}

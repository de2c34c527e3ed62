package io.pulsarlock;

/**
 * The connection closed or this process stood: this node still leads, but its leadership
 * cannot be renewed. It recovers or is revoked.
 *
 * @param group the group's name
 * @param term the number of the leadership
 * @since 0.2.0
 */
public record LeadershipJeopardized(String group, long term) implements LeaderEvent {

	@Override
	public String toString() {
		return "LeadershipJeopardized[group=" + PrintedNames.text(this.group) + ", term=" + this.term + "]";
	}

}

package io.pulsarlock;

import java.time.Duration;

/**
 * This node leads. Exactly once for each leadership.
 *
 * @param group the group's name
 * @param term the number of the leadership, a fencing token
 * @param waited for how long this node was in line for it
 * @since 0.2.0
 */
public record LeadershipGranted(String group, long term, Duration waited) implements LeaderEvent {

	@Override
	public String toString() {
		return "LeadershipGranted[group=" + PrintedNames.text(this.group) + ", term=" + this.term + ", waited="
				+ this.waited + "]";
	}

}

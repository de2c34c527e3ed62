package io.pulsarlock;

/**
 * After {@link LeadershipJeopardized}: the leadership is renewed again.
 *
 * @param group the group's name
 * @param term the number of the leadership
 * @since 0.2.0
 */
public record LeadershipRecovered(String group, long term) implements LeaderEvent {

	@Override
	public String toString() {
		return "LeadershipRecovered[group=" + PrintedNames.text(this.group) + ", term=" + this.term + "]";
	}

}

package io.pulsarlock;

/**
 * After {@link LeadershipVacant}: a node leads again, this one or another.
 *
 * @param group the group's name
 * @since 0.2.0
 */
public record LeadershipOccupied(String group) implements LeaderEvent {

	@Override
	public String toString() {
		return "LeadershipOccupied[group=" + PrintedNames.text(this.group) + "]";
	}

}

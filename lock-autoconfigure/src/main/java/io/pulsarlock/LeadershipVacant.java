package io.pulsarlock;

/**
 * No node has led for longer than a lease, as far as this node knows: it is not granted
 * the leadership, or out of touch. Once, until {@link LeadershipOccupied}.
 *
 * @param group the group's name
 * @since 0.2.0
 */
public record LeadershipVacant(String group) implements LeaderEvent {

	@Override
	public String toString() {
		return "LeadershipVacant[group=" + PrintedNames.text(this.group) + "]";
	}

}

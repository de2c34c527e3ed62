package io.pulsarlock;

/**
 * Something that happened to this node's leadership of a group, or to a group it is a
 * candidate of. There is a type for each. Published as application events.
 *
 * @since 0.1.0
 */
public sealed interface LeaderEvent permits LeadershipGranted, LeadershipRevoked, LeadershipJeopardized,
		LeadershipRecovered, LeadershipVacant, LeadershipOccupied {

	/**
	 * The group's name.
	 * @return the name
	 */
	String group();

}

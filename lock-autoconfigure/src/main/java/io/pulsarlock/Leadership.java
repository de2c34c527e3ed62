package io.pulsarlock;

import java.util.Collection;

/**
 * The leader groups of one node.
 *
 * @since 0.1.0
 */
public interface Leadership {

	/**
	 * The group of that name. The first call, and the first after
	 * {@link LeaderGroup#leave()}, makes this node a candidate: it takes a place in the
	 * group's line and stays a candidate until it leaves or its membership ends. Before
	 * it is a member, and in between, the group waits to be a candidate.
	 * @param name any string of 1 to 512 characters that is not blank
	 * @return the group, the same object for the same name
	 */
	LeaderGroup group(String name);

	/**
	 * The groups this node is a candidate of.
	 * @return the groups, in no order
	 */
	Collection<LeaderGroup> groups();

	/**
	 * Adds a listener to every group of this node, present and future.
	 * @param listener called on a thread of the node, for different groups possibly at
	 * the same time
	 * @return removes the listener from all of them
	 * @since 0.2.0
	 */
	Registration addListener(LeaderListener listener);

}

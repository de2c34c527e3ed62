package io.pulsarlock;

import java.util.Collection;

/**
 * The leader groups of one node.
 */
public interface Leadership {

	/**
	 * The group of that name. The first call makes this node a candidate: it takes a
	 * place in the group's line and stays a candidate while the registry runs. Before it
	 * runs, and in between, the group waits to be a candidate.
	 * @param name any string of 1 to 512 characters that is not blank
	 * @return the group, the same object for the same name
	 */
	LeaderGroup group(String name);

	/**
	 * The groups this node is a candidate of.
	 * @return the groups, in no order
	 */
	Collection<LeaderGroup> groups();

}

package io.pulsarlock;

/**
 * The state of one node, and its view of the cluster. Reads memory only.
 *
 * @since 0.2.0
 */
public interface LockMonitor {

	/**
	 * The node's name as the others see it.
	 * @return the name
	 */
	String node();

	/**
	 * What this node knows of all locks, leader groups and sessions of the cluster; a
	 * snapshot that may be some milliseconds old.
	 * @return the view
	 * @throws LockUnavailableException if this node has not caught up with the cluster or
	 * has lost touch with it; the message says why
	 */
	ClusterView view();

	/**
	 * What this node has to do with locks at this moment. Never fails.
	 * @return the numbers
	 */
	LockStatistics statistics();

}

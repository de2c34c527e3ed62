package io.pulsarlock;

/**
 * Hears of this node's leadership of one group: granted and revoked in turn, each exactly
 * once per leadership, in order, revoked also at shutdown. A slow or throwing listener
 * delays only itself: the election and the other listeners go on.
 */
public interface LeaderListener {

	/**
	 * This node leads.
	 * @param group the group's name
	 * @param term the leadership's number
	 */
	void granted(String group, long term);

	/**
	 * This node does not lead any more.
	 * @param group the group's name
	 * @param term the number of the leadership that ended
	 */
	void revoked(String group, long term);

}

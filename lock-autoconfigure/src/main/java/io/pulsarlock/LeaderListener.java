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

	/**
	 * No node has led for longer than a lease, as far as this node knows: it is not
	 * granted the leadership, or out of touch. Told once, until {@link #occupied}. Does
	 * nothing by default.
	 * @param group the group's name
	 * @since 0.2.0
	 */
	default void vacant(String group) {
	}

	/**
	 * After {@link #vacant}: a node leads again, this one or another. Does nothing by
	 * default.
	 * @param group the group's name
	 * @since 0.2.0
	 */
	default void occupied(String group) {
	}

}

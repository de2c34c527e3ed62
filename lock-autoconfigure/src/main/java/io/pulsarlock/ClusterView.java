package io.pulsarlock;

import java.time.Duration;
import java.util.List;

/**
 * What one node knows of the whole cluster.
 *
 * @param locks every lock somebody holds or waits for
 * @param groups every leader group with a candidate
 * @param sessions every session
 */
public record ClusterView(List<LockView> locks, List<LockView> groups, List<SessionView> sessions) {

	/**
	 * One lock or group.
	 *
	 * @param name its name
	 * @param holder who is at the front of its line
	 * @param since for how long this node has known the holder to be in front
	 * @param waiters who waits, in order
	 */
	public record LockView(String name, Participant holder, Duration since, List<Participant> waiters) {
	}

	/**
	 * One session: a node in one shard.
	 *
	 * @param id the session
	 * @param node the node's name
	 * @param shard the shard
	 * @param silence how long ago this node heard from it
	 * @param own whether it is this node's own
	 */
	public record SessionView(String id, String node, int shard, Duration silence, boolean own) {
	}

}

package io.pulsarlock;

import java.time.Duration;

/**
 * What one node has to do with locks at this moment.
 *
 * @param confirmed whether the cluster is in reach: every session of the node is
 * confirmed
 * @param sessions how many sessions the node has; one for each shard when all is well
 * @param held locks and leaderships held
 * @param waiting callers that wait for a lock, and campaigns for leadership
 * @param silence for how long the quietest session has had no answer to anything newer;
 * zero when it has none
 * @param unread records known to be in the journals that this node has not read up to
 * @param requests how many places in line this node has asked for since it started
 * @param releases how many it has given up since it started
 */
public record LockStatistics(boolean confirmed, int sessions, int held, int waiting, Duration silence, int unread,
		long requests, long releases) {

	/**
	 * Those of a node that takes no part.
	 * @return zero everywhere
	 */
	public static LockStatistics none() {
		return new LockStatistics(false, 0, 0, 0, Duration.ZERO, 0, 0, 0);
	}

}

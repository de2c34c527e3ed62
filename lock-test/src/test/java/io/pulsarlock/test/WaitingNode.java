package io.pulsarlock.test;

import java.time.Duration;

import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;

/**
 * Waits for locks that another node holds, and logs like an application without
 * configured levels. Arguments: url, cluster and the number of locks.
 */
final class WaitingNode {

	private WaitingNode() {
	}

	public static void main(String[] args) throws Exception {
		OutageNode.logAsByDefault();
		int count = Integer.parseInt(args[2]);
		try (LockNode locks = PulsarLocks.at(args[0]).cluster(args[1]).shards(1).node("waiting").connect()) {
			for (int i = 0; i < count; i++) {
				locks.obtain("lock " + count, i).acquireAsync(Duration.ofHours(1));
			}
			Thread.currentThread().join();
		}
	}

}

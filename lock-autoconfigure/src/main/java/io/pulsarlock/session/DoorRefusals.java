package io.pulsarlock.session;

import io.pulsarlock.LockException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * That the broker refuses doors to this node in one shard, by a limit for example. Locks
 * and leaderships are granted and kept by records all the same, so no caller hears of it;
 * but whoever operates the cluster should. Changed on the loop, read anywhere.
 */
final class DoorRefusals {

	private static final Log logger = LogFactory.getLog(DoorRefusals.class);

	private final int shard;

	/** As long as that after the latest refusal it is not taken for over. */
	private final long memory;

	private long latest;

	private volatile @Nullable LockException failure;

	DoorRefusals(int shard, SessionSettings settings) {
		this.shard = shard;
		this.memory = settings.leaseNanos();
	}

	void refused(LockException failure, long now) {
		if (this.failure == null) {
			logger.warn("Locks of shard " + this.shard
					+ " do without a subscription: they are granted and kept, but the next holder waits for a lease if"
					+ " this node ends without a goodbye. " + failure.getMessage());
		}
		this.latest = now;
		this.failure = failure;
	}

	void tick(long now) {
		if (this.failure != null && now - this.latest > this.memory) {
			this.failure = null;
			logger.info("Locks of shard " + this.shard + " are not refused a subscription any more");
		}
	}

	@Nullable LockException failure() {
		return this.failure;
	}

}

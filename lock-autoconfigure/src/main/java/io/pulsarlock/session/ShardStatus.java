package io.pulsarlock.session;

import java.util.function.BooleanSupplier;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/**
 * Whether one shard answers and, if it does not, why: what callers are told. Changed on
 * the loop, read on any thread.
 */
final class ShardStatus {

	private final int index;

	private final String node;

	private final long graceNanos;

	private final ClusterAgreement agreement;

	private final BooleanSupplier joined;

	private volatile @Nullable LockException failure;

	/** When the cluster was last in reach. */
	private volatile long reachedAt;

	/**
	 * Creates it.
	 * @param joined whether there is a session by which locks can be asked for
	 */
	ShardStatus(int index, SessionSettings settings, ClusterAgreement agreement, BooleanSupplier joined, long now) {
		this.index = index;
		this.node = settings.node();
		this.graceNanos = settings.graceNanos();
		this.agreement = agreement;
		this.joined = joined;
		this.reachedAt = now;
	}

	/** Nothing is wrong any more. */
	void joined(long now) {
		this.failure = null;
		this.reachedAt = now;
	}

	/** Something is wrong here. */
	void failed(LockException failure) {
		this.failure = failure;
	}

	/** The cluster is in reach. */
	void reached(long now) {
		this.reachedAt = now;
	}

	/** Whether it has not been in reach for longer than the reconnect grace. */
	boolean isOutOfReach(long now) {
		return now - this.reachedAt > this.graceNanos;
	}

	/** Whether something is wrong here. */
	boolean hasFailed() {
		return this.failure != null;
	}

	/** Whether the cluster refuses this node here. */
	boolean isRefused() {
		return this.failure instanceof LockConfigurationException;
	}

	/** What is wrong here, or what keeps the whole node from joining. */
	@Nullable LockException failure() {
		LockException failure = this.failure;
		return (failure != null || this.joined.getAsBoolean()) ? failure : this.agreement.obstacle();
	}

	/** Why locks cannot be asked for. */
	LockException unavailable(String name) {
		return unavailableSince("Unable to determine whether lock '" + PrintedNames.lock(name) + "' is free");
	}

	/** Why nothing can be said of the whole shard. */
	LockException outOfTouch() {
		return unavailableSince("Node '" + PrintedNames.text(this.node) + "' is out of touch with shard " + this.index);
	}

	private LockException unavailableSince(String what) {
		LockException failure = failure();
		if (failure instanceof LockConfigurationException) {
			return failure;
		}
		String why = (failure != null) ? ": " + failure.getMessage() : ": no answer from the cluster";
		return new LockUnavailableException(what + why, failure);
	}

	/** Why nothing is granted after a loss of records. */
	LockException lostBefore(Position before) {
		return new LockUnavailableException("The journal of shard " + this.index + " has lost records before " + before
				+ ": its topic was deleted, or messages were removed from it, while nodes were using it, or this node"
				+ " was away for longer than messages are kept, or a record was skipped. It grants no locks until it"
				+ " has heard from every session that holds one, which takes two leases");
	}

	/** Why a session that could not write has ended. */
	LockException notWritten(@Nullable Throwable cause) {
		return (cause instanceof LockException lock) ? lock : new LockUnavailableException(
				"A record could not be written to the journal of shard " + this.index, cause);
	}

	/** Why nothing is granted any more. */
	LockException closed() {
		return new LockUnavailableException(
				"The lock registry of node '" + PrintedNames.text(this.node) + "' is closed");
	}

}

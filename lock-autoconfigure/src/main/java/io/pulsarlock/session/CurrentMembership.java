package io.pulsarlock.session;

import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import org.jspecify.annotations.Nullable;

/**
 * The membership of a node that may be started and stopped, for all that is obtained once
 * and outlives it. Changed by one thread at a time, read by any.
 */
final class CurrentMembership {

	private final String node;

	private volatile @Nullable Membership membership;

	/** The latest one, whose end listeners are still to hear of. */
	private volatile @Nullable Membership latest;

	private volatile String absence = "has not been started yet";

	private volatile boolean closed;

	CurrentMembership(String node) {
		this.node = node;
	}

	void begin(Membership membership) {
		this.latest = membership;
		this.membership = membership;
	}

	/** There is none until the next begin. */
	void end() {
		this.absence = this.closed ? "is closed" : "has been stopped";
		this.membership = null;
	}

	/** There will be none any more. */
	void close() {
		this.closed = true;
		this.absence = "is closed";
	}

	boolean isClosed() {
		return this.closed;
	}

	@Nullable Membership orNull() {
		return this.membership;
	}

	/**
	 * The membership.
	 * @throws LockUnavailableException if there is none
	 */
	Membership get() {
		Membership membership = this.membership;
		if (membership == null) {
			throw absent();
		}
		return membership;
	}

	LockUnavailableException absent() {
		return new LockUnavailableException(
				"The lock registry of node '" + PrintedNames.text(this.node) + "' " + this.absence);
	}

	/** Runs what may be slow or throw. Any thread. */
	void callback(Runnable task) {
		Membership membership = this.latest;
		if (membership != null) {
			membership.callback(task);
		}
		else {
			task.run();
		}
	}

}

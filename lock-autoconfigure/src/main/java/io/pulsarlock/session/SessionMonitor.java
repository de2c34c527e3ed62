package io.pulsarlock.session;

import io.pulsarlock.ClusterView;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockStatistics;

/**
 * What a {@link SessionLockNode} knows.
 */
final class SessionMonitor implements LockMonitor {

	private final String node;

	private final CurrentMembership current;

	SessionMonitor(String node, CurrentMembership current) {
		this.node = node;
		this.current = current;
	}

	@Override
	public String node() {
		return this.node;
	}

	@Override
	public ClusterView view() {
		return this.current.get().view();
	}

	@Override
	public LockStatistics statistics() {
		Membership membership = this.current.orNull();
		return (membership != null) ? membership.statistics() : LockStatistics.none();
	}

}

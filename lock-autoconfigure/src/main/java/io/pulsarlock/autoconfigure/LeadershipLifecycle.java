package io.pulsarlock.autoconfigure;

import java.util.List;

import io.pulsarlock.session.SessionLockRegistry;

import org.springframework.context.SmartLifecycle;

/**
 * Makes this node a candidate after locks have started, and lets its leaders resign
 * before they stop: below everything that drains, scheduled jobs, message listeners and
 * servers, which therefore run to their end under the leadership they began with. When
 * the context is closed they stay leaders until {@link LockShutdown} ends that.
 */
final class LeadershipLifecycle implements SmartLifecycle {

	static final int PHASE = -1024;

	private final SessionLockRegistry registry;

	private final List<String> groups;

	private final LockShutdown shutdown;

	private volatile boolean running;

	LeadershipLifecycle(SessionLockRegistry registry, List<String> groups, LockShutdown shutdown) {
		this.registry = registry;
		this.shutdown = shutdown;
		this.groups = List.copyOf(groups);
	}

	@Override
	public void start() {
		this.groups.forEach(this.registry::group);
		this.registry.startCampaigns();
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		if (this.shutdown.isClosing()) {
			this.registry.withdraw();
		}
		else {
			this.registry.stopCampaigns();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}

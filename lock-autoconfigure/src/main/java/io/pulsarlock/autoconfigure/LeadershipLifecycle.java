package io.pulsarlock.autoconfigure;

import java.util.Collection;
import java.util.List;

import io.pulsarlock.Leadership;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.session.SessionLockNode;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes this node a candidate after locks have started, and resigns its leaderships
 * before locks stop. Its phase is below everything that drains, such as scheduled jobs,
 * message listeners and servers, which therefore run to their end under the leadership
 * they began with. When the context is closed, the node keeps its leaderships until
 * {@link LockShutdown} ends them.
 */
final class LeadershipLifecycle extends LockLifecycle {

	static final int PHASE = -1024;

	private static final Log logger = LogFactory.getLog(LeadershipLifecycle.class);

	private final LockRegistry registry;

	private final Leadership leadership;

	/**
	 * Whether the registry belongs to a parent context, which manages its candidacies.
	 */
	private final boolean inherited;

	private final List<String> groups;

	private final LockShutdown shutdown;

	LeadershipLifecycle(LockRegistry registry, Leadership leadership, boolean inherited, List<String> groups,
			LockShutdown shutdown) {
		super(PHASE);
		this.registry = registry;
		this.leadership = leadership;
		this.inherited = inherited;
		this.groups = List.copyOf(groups);
		this.shutdown = shutdown;
	}

	@Override
	void begin() {
		if (isPossible(this.registry, this.leadership, this.groups)) {
			this.groups.forEach(this.leadership::group);
		}
		SessionLockNode node = campaigner();
		if (node != null) {
			node.startCampaigns();
		}
	}

	/** Whether there is a node that can be a candidate; logs a warning if not. */
	static boolean isPossible(LockRegistry registry, Leadership leadership, Collection<String> groups) {
		if (!groups.isEmpty() && leadership instanceof WithoutNode.NoLeadership) {
			logger.warn(WithoutNode.explain(registry) + ", so this node never leads "
					+ groups.stream().map(PrintedNames::text).toList() + ". Declare a bean of type Leadership");
			return false;
		}
		return true;
	}

	private @Nullable SessionLockNode campaigner() {
		return this.inherited ? null : SessionLockNode.behind(this.registry);
	}

	@Override
	void end() {
		SessionLockNode node = campaigner();
		if (node == null) {
			return;
		}
		if (this.shutdown.isClosing()) {
			node.withdraw();
		}
		else {
			node.stopCampaigns();
		}
	}

}

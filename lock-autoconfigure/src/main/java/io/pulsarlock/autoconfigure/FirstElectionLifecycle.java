package io.pulsarlock.autoconfigure;

import java.time.Duration;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.autoconfigure.PulsarLockProperties.Startup;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Makes a start that waits for locks also wait for the first elections of all groups that
 * properties and annotations name, before anything may call a {@code @LeaderOnly} method.
 * Otherwise a method that is called only once, by a runner or a job with a long delay,
 * would be skipped even on the only node.
 */
final class FirstElectionLifecycle extends LockLifecycle {

	/** After the candidacies, and before everything that may run jobs. */
	static final int PHASE = LeadershipLifecycle.PHASE + 2;

	private static final Log logger = LogFactory.getLog(FirstElectionLifecycle.class);

	private final ObjectProvider<Leadership> leadership;

	private final Startup startup;

	private final Duration timeout;

	private final ObjectProvider<LockRegistryLifecycle> joining;

	FirstElectionLifecycle(ObjectProvider<Leadership> leadership, Startup startup, Duration timeout,
			ObjectProvider<LockRegistryLifecycle> joining) {
		super(PHASE);
		this.leadership = leadership;
		this.startup = startup;
		this.timeout = timeout;
		this.joining = joining;
	}

	@Override
	void begin() {
		Leadership leadership = (this.startup != Startup.BACKGROUND) ? this.leadership.getIfAvailable() : null;
		if (leadership != null) {
			// One timeout for both: joining and the elections.
			LockRegistryLifecycle joining = this.joining.getIfAvailable();
			Duration limit = (joining != null) ? joining.remaining() : this.timeout;
			if (!limit.isZero()) {
				await(leadership, limit);
			}
		}
	}

	private void await(Leadership leadership, Duration limit) {
		long deadline = System.nanoTime() + limit.toNanos();
		try {
			for (LeaderGroup group : leadership.groups()) {
				Duration rest = Duration.ofNanos(Math.max(deadline - System.nanoTime(), 0));
				if (!group.awaitLeader(rest)) {
					unknown(group);
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new LockUnavailableException("The startup of locks was interrupted", ex);
		}
	}

	private void unknown(LeaderGroup group) {
		String what = "The leader of group '" + PrintedNames.text(group.name())
				+ "' is not known within pulsar-lock.startup-timeout (" + LockSettings.text(this.timeout) + ")";
		if (this.startup == Startup.FAIL) {
			throw new LockUnavailableException(
					what + ". Raise it, or set pulsar-lock.startup=wait to start the application anyway");
		}
		logger.warn(what + ". The application starts anyway; its @LeaderOnly methods are skipped on this node until "
				+ "the leader is known");
	}

}

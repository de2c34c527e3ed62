package io.pulsarlock.autoconfigure;

import java.time.Duration;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.autoconfigure.PulsarLockProperties.Startup;
import io.pulsarlock.session.SessionLockNode;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Starts and stops locks. They start after the Pulsar client that Boot configures and
 * before everything that may need them, such as listeners, schedulers and servers, and
 * stop after it. The phase of {@link LeadershipLifecycle} is between theirs and the
 * default phase. When the context is closed, {@link LockShutdown} stops them.
 * <p>
 * A registry bean of the application is already running and is closed by its creator; a
 * registry of a parent context is managed by the parent. Both get the listeners of this
 * context.
 */
final class LockRegistryLifecycle extends LockLifecycle {

	static final int PHASE = Integer.MIN_VALUE / 2;

	/** How long a start that does not wait for Pulsar waits for a refusal. */
	static final Duration REFUSAL_LIMIT = Duration.ofSeconds(2);

	private static final Log logger = LogFactory.getLog(LockRegistryLifecycle.class);

	private final LockRegistry registry;

	/** Null if the registry was not created here. */
	private final @Nullable ManagedNode managed;

	private final boolean inherited;

	private final LockShutdown shutdown;

	private final Startup startup;

	private final Duration timeout;

	private final LockListeners listeners;

	private volatile Duration remaining = Duration.ZERO;

	LockRegistryLifecycle(LockRegistry registry, @Nullable ManagedNode managed, boolean inherited,
			LockShutdown shutdown, Startup startup, Duration timeout, LockListeners listeners) {
		super(PHASE);
		this.registry = registry;
		this.managed = managed;
		this.inherited = inherited;
		this.shutdown = shutdown;
		this.startup = startup;
		this.timeout = timeout;
		this.listeners = listeners;
	}

	@Override
	void begin() {
		this.listeners.add();
		if (this.inherited) {
			this.shutdown.atDestruction(this.listeners::remove);
			this.remaining = this.timeout;
		}
		else if (this.managed != null) {
			SessionLockNode node = this.managed.node();
			ReplicationCheck.Answer replication = this.managed.replication().ask();
			node.start();
			this.shutdown.atDestruction(node::stop);
			try {
				// First: a broker that cannot reach the other cluster may not answer.
				replication.refuse();
				await(node, " at " + this.managed.serviceUrl());
			}
			catch (RuntimeException ex) {
				node.stop();
				throw ex;
			}
		}
		else {
			startOwn();
		}
	}

	private void startOwn() {
		SessionLockNode behind = SessionLockNode.behind(this.registry);
		if (behind != null) {
			// Leader listeners are notified of the end while they still exist.
			this.shutdown.atDestruction(behind::stopCampaigns);
		}
		LockNode node = WithoutNode.node(this.registry);
		if (node != null) {
			await(node, "");
		}
	}

	/** The rest of the time that startup may wait. */
	Duration remaining() {
		return this.remaining;
	}

	private void await(LockNode node, String place) {
		long begin = System.nanoTime();
		try {
			awaitJoined(node, place);
		}
		finally {
			Duration rest = this.timeout.minusNanos(System.nanoTime() - begin);
			this.remaining = rest.isNegative() ? Duration.ZERO : rest;
		}
	}

	private void awaitJoined(LockNode node, String place) {
		Duration limit = (this.startup != Startup.BACKGROUND || this.timeout.compareTo(REFUSAL_LIMIT) < 0)
				? this.timeout : REFUSAL_LIMIT;
		try {
			node.awaitJoined(limit);
		}
		catch (LockConfigurationException ex) {
			// Waiting does not help.
			throw ex;
		}
		catch (LockUnavailableException ex) {
			switch (this.startup) {
				case FAIL -> throw new LockUnavailableException(ex.getMessage() + ". Is Pulsar" + place + " running? "
						+ (place.isEmpty() ? "R" : "Correct spring.pulsar.client.service-url, r")
						+ "aise pulsar-lock.startup-timeout (" + LockSettings.text(this.timeout)
						+ "), or set pulsar-lock.startup=background to start without locks", ex);
				case WAIT -> logger.warn(ex.getMessage() + ". The application starts anyway; locks and "
						+ "leadership are unavailable until Pulsar" + place + " can be reached");
				case BACKGROUND -> logger.info(ex.getMessage() + ". The application does not wait for it: locks are "
						+ "unavailable until Pulsar" + place + " answers");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new LockUnavailableException("The startup of locks was interrupted", ex);
		}
	}

	@Override
	void end() {
		if (this.managed != null && !this.shutdown.isClosing()) {
			this.managed.node().stop();
		}
	}

}

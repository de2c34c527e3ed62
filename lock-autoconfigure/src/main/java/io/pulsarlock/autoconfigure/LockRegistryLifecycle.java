package io.pulsarlock.autoconfigure;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.pulsarlock.LeaderListener;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.autoconfigure.PulsarLockProperties.Startup;
import io.pulsarlock.session.SessionLockRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/**
 * Starts and stops locks. They start after the Pulsar client that Boot configures and
 * before everything that may need them, listeners, schedulers and servers; and stop after
 * it. Between them and the default phases is {@link LeadershipLifecycle}. When the
 * context is closed, {@link LockShutdown} stops them.
 */
final class LockRegistryLifecycle implements SmartLifecycle {

	static final int PHASE = Integer.MIN_VALUE / 2;

	/** How long a start that waits for nothing else waits for a refusal. */
	static final Duration REFUSAL_LIMIT = Duration.ofSeconds(2);

	private static final Log logger = LogFactory.getLog(LockRegistryLifecycle.class);

	private final SessionLockRegistry registry;

	private final LockShutdown shutdown;

	private final Startup startup;

	private final Duration timeout;

	private final String serviceUrl;

	private final ObjectProvider<LockListener> lockListeners;

	private final ObjectProvider<LeaderListener> leaderListeners;

	private final LockEventPublisher publisher;

	private final AtomicBoolean listening = new AtomicBoolean();

	LockRegistryLifecycle(SessionLockRegistry registry, LockShutdown shutdown, Startup startup, Duration timeout,
			String serviceUrl, ObjectProvider<LockListener> lockListeners,
			ObjectProvider<LeaderListener> leaderListeners, LockEventPublisher publisher) {
		this.registry = registry;
		this.shutdown = shutdown;
		this.startup = startup;
		this.timeout = timeout;
		this.serviceUrl = serviceUrl;
		this.lockListeners = lockListeners;
		this.leaderListeners = leaderListeners;
		this.publisher = publisher;
	}

	@Override
	public void start() {
		if (this.listening.compareAndSet(false, true)) {
			// Not before: a listener may itself need the registry.
			Stream.concat(Stream.of(this.publisher), this.lockListeners.orderedStream())
				.forEach(this.registry::addListener);
			Stream.concat(Stream.of(this.publisher), this.leaderListeners.orderedStream())
				.forEach(this.registry::addLeaderListener);
		}
		this.registry.start();
		this.shutdown.atDestruction(this.registry::stop);
		try {
			await();
		}
		catch (RuntimeException ex) {
			this.registry.stop();
			throw ex;
		}
	}

	private void await() {
		Duration limit = (this.startup != Startup.BACKGROUND || this.timeout.compareTo(REFUSAL_LIMIT) < 0)
				? this.timeout : REFUSAL_LIMIT;
		try {
			this.registry.awaitJoined(limit);
		}
		catch (LockConfigurationException ex) {
			// Does not get better by waiting.
			throw ex;
		}
		catch (LockUnavailableException ex) {
			switch (this.startup) {
				case FAIL -> throw new LockUnavailableException(ex.getMessage() + ". Is Pulsar at " + this.serviceUrl
						+ " running? Correct spring.pulsar.client.service-url, raise pulsar-lock.startup-timeout ("
						+ LockSettings.text(this.timeout)
						+ "), or start without locks by pulsar-lock.startup=background", ex);
				case WAIT -> logger.warn(ex.getMessage() + ". The application starts all the same; locks are "
						+ "unavailable and nobody leads until Pulsar at " + this.serviceUrl + " can be reached");
				case BACKGROUND -> logger.info("Locks are unavailable until Pulsar at " + this.serviceUrl
						+ " has answered; the application does not wait for that");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new LockUnavailableException("The start of locks was interrupted", ex);
		}
	}

	@Override
	public void stop() {
		if (!this.shutdown.isClosing()) {
			this.registry.stop();
		}
	}

	@Override
	public boolean isRunning() {
		return this.registry.isRunning();
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}

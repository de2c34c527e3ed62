package io.pulsarlock.shedlock;

import java.time.Duration;
import java.util.Optional;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLostException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;
import net.javacrumbs.shedlock.core.AbstractSimpleLock;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.SimpleLock;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A holding as ShedLock sees it, from its grant or its latest extension on.
 */
final class PulsarSimpleLock extends AbstractSimpleLock {

	private static final Log logger = LogFactory.getLog(PulsarLockProvider.class);

	/** What a lock without any time gets, because a limit is positive. */
	private static final Duration SHORTEST = Duration.ofNanos(1);

	private final LockHandle handle;

	private final Registration warning;

	private final long since = System.nanoTime();

	private PulsarSimpleLock(LockHandle handle, Registration warning, LockConfiguration configuration) {
		super(configuration);
		this.handle = handle;
		this.warning = warning;
	}

	/**
	 * Begins with a lock that was granted now.
	 * @throws LockLostException if it is lost already
	 */
	static SimpleLock begin(LockHandle handle, LockConfiguration configuration) {
		boolean begun = false;
		try {
			limit(handle, configuration);
			SimpleLock lock = new PulsarSimpleLock(handle, handle.onLost(PulsarSimpleLock::warn), configuration);
			begun = true;
			return lock;
		}
		finally {
			if (!begun) {
				handle.close();
			}
		}
	}

	private static void limit(LockHandle handle, LockConfiguration configuration) {
		Duration atMostFor = configuration.getLockAtMostFor();
		handle.holdFor(atMostFor.isZero() ? SHORTEST : atMostFor);
	}

	private static void warn(LockLoss loss) {
		logger.warn("Lock '" + PrintedNames.lock(loss.name()) + "' was lost (" + loss.reason()
				+ ") while a task of ShedLock held it: the task may run on another node at the same time");
	}

	@Override
	protected Optional<SimpleLock> doExtend(LockConfiguration configuration) {
		try {
			limit(this.handle, configuration);
			return Optional.of(new PulsarSimpleLock(this.handle, this.warning, configuration));
		}
		catch (LockLostException ex) {
			return Optional.empty();
		}
	}

	@Override
	protected void doUnlock() {
		this.warning.close();
		Duration held = Duration.ofNanos(System.nanoTime() - this.since);
		LeastHold.release(this.handle, this.lockConfiguration.getLockAtLeastFor().minus(held));
	}

}

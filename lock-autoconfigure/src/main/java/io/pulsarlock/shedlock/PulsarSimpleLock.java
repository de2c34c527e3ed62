package io.pulsarlock.shedlock;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockException;
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

	/** By {@link System#nanoTime()}: the lock goes to no other holder before. */
	private final long restsUntil;

	private PulsarSimpleLock(LockHandle handle, Registration warning, LockConfiguration configuration,
			long restsUntil) {
		super(configuration);
		this.handle = handle;
		this.warning = warning;
		this.restsUntil = restsUntil;
	}

	/**
	 * Begins with a lock that was granted now.
	 * @throws io.pulsarlock.LockException if it is lost already, or it is unknown whether
	 * the cluster has read of {@code lockAtLeastFor}
	 */
	static SimpleLock begin(LockHandle handle, LockConfiguration configuration) {
		boolean begun = false;
		try {
			limit(handle, configuration);
			long restsUntil = rest(handle, configuration, System.nanoTime());
			SimpleLock lock = new PulsarSimpleLock(handle, handle.onLost(PulsarSimpleLock::warn), configuration,
					restsUntil);
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

	/**
	 * Waits until the lock stays for {@code lockAtLeastFor}, whatever becomes of this
	 * node. Asks nothing of the cluster if it does so already: an extension of what
	 * remains, as by {@code KeepAliveLockProvider}, has to outlive an outage.
	 * @param before until when it stays by now
	 * @return until when it stays
	 */
	private static long rest(LockHandle handle, LockConfiguration configuration, long before) {
		Duration atLeastFor = configuration.getLockAtLeastFor();
		long until = System.nanoTime() + TimeUnit.NANOSECONDS.convert(atLeastFor);
		if (atLeastFor.isZero() || until - before <= 0) {
			return before;
		}
		try {
			handle.restFor(atLeastFor).join();
			return until;
		}
		catch (CompletionException ex) {
			throw (ex.getCause() instanceof LockException cause) ? cause : ex;
		}
	}

	private static void warn(LockLoss loss) {
		logger.warn("Lock '" + PrintedNames.lock(loss.name()) + "' was lost (" + loss.reason()
				+ ") while a task of ShedLock held it: the task may run on another node at the same time");
	}

	@Override
	protected Optional<SimpleLock> doExtend(LockConfiguration configuration) {
		try {
			limit(this.handle, configuration);
			long restsUntil = rest(this.handle, configuration, this.restsUntil);
			return Optional.of(new PulsarSimpleLock(this.handle, this.warning, configuration, restsUntil));
		}
		catch (LockLostException ex) {
			return Optional.empty();
		}
	}

	@Override
	protected void doUnlock() {
		this.warning.close();
		this.handle.close();
	}

}

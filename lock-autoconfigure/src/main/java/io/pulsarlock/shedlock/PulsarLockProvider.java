package io.pulsarlock.shedlock;

import java.util.Objects;
import java.util.Optional;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.PrintedNames;
import net.javacrumbs.shedlock.core.ExtensibleLockProvider;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.support.LockException;

/**
 * A lock provider of ShedLock whose locks are those of a {@link LockRegistry}. A lock has
 * the name that ShedLock gives it, so that {@code @SchedulerLock(name = "digest")} and
 * {@code @DistributedLock("digest")} exclude each other.
 * <p>
 * After {@code lockAtMostFor} the lock is lost, as by
 * {@link LockHandle#holdFor(java.time.Duration)}. ShedLock cannot tell its task that a
 * lock was lost before; a warning is logged and the registry's own listeners are told.
 * For {@code lockAtLeastFor} the lock rests after its release, as by
 * {@link LockHandle#restFor}, even if this node ends meanwhile. An extension never
 * shortens that time.
 * <p>
 * Safe for use by any number of threads.
 *
 * @since 0.2.0
 */
public final class PulsarLockProvider implements ExtensibleLockProvider {

	private final LockRegistry locks;

	/**
	 * Create the provider.
	 * @param locks has the locks; is not closed by this provider
	 */
	public PulsarLockProvider(LockRegistry locks) {
		this.locks = Objects.requireNonNull(locks, "locks");
	}

	/**
	 * Acquires the lock if it is neither held nor awaited. Waits for the answer of the
	 * cluster and not for the lock, see {@link FencedLock#tryAcquire()}.
	 * @param configuration name and times of the lock
	 * @return the lock, to be unlocked by any thread; empty if another holder, of this
	 * node or another, has it
	 * @throws LockException if the cluster could not be asked, with the
	 * {@link io.pulsarlock.LockUnavailableException} as its cause; or if the calling
	 * thread itself has the lock otherwise and would never get it
	 * @throws IllegalArgumentException if the name is blank or too long, see
	 * {@link LockRegistry#obtain(String)}, or {@code lockAtLeastFor} is longer than
	 * {@link LockHandle#LONGEST_REST}
	 */
	@Override
	public Optional<SimpleLock> lock(LockConfiguration configuration) {
		FencedLock lock = this.locks.obtain(configuration.getName());
		try {
			Optional<LockHandle> handle = lock.tryAcquire();
			if (handle.isEmpty() && lock.isHeldByCurrentThread()) {
				throw new LockException("Lock '" + PrintedNames.lock(lock.name())
						+ "' is held by this thread already, so that it never becomes free for ShedLock. Remove "
						+ "@SchedulerLock from what @DistributedLock or lock() guards with the same name");
			}
			return handle.map((held) -> PulsarSimpleLock.begin(held, configuration));
		}
		catch (io.pulsarlock.LockException ex) {
			throw new LockException(
					"It is unknown whether lock '" + PrintedNames.lock(lock.name()) + "' is free: " + ex.getMessage(),
					ex);
		}
	}

}

package io.pulsarlock;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * Permits of which so many are given at the same time in the whole cluster, and no more.
 * Strictly first come, first served: a caller that wants one permit does not overtake
 * another that waits for several.
 * <p>
 * What was acquired belongs to the owner of its {@link LockHandle}, regardless of thread,
 * has a fencing token of its own and may be lost, like a lock. It is not reentrant. All
 * callers of one name must agree about the number of permits: one that does not, or uses
 * the name for another kind of lock, gets a {@link LockConfigurationException} with both
 * numbers while any other caller has or awaits permits.
 * <p>
 * Safe for use by any number of threads.
 *
 * @since 0.2.0
 */
public interface FencedSemaphore {

	/** The largest number of permits. */
	int MAX_PERMITS = 1_000_000;

	/**
	 * The name the semaphore was obtained by.
	 * @return the name
	 */
	String name();

	/**
	 * How many permits there are in the cluster.
	 * @return the number, positive
	 */
	int permits();

	/**
	 * Waits for one permit.
	 * @param waitFor the longest wait; zero gives up as soon as it is known that none is
	 * free
	 * @return the handle; close it to give the permit back
	 * @throws LockBusyException if no permit has become free
	 * @throws LockConfigurationException if other callers use this name with another
	 * number of permits, or in another way
	 * @throws LockUnavailableException if the cluster could not be asked
	 * @throws InterruptedException if the thread is interrupted while it waits; nothing
	 * is held then
	 */
	default LockHandle acquire(Duration waitFor) throws InterruptedException {
		return acquire(1, waitFor, null);
	}

	/**
	 * Waits for several permits, which are given and lost together.
	 * @param permits how many
	 * @param waitFor the longest wait
	 * @param holdFor the longest hold, after which the permits are lost and their holder
	 * told; or null for no limit. {@link LockHandle#holdFor} changes it later
	 * @return the handle; close it to give the permits back
	 * @throws IllegalArgumentException if there can never be so many
	 * @throws LockBusyException if not enough permits have become free
	 * @throws LockConfigurationException if other callers use this name with another
	 * number of permits, or in another way
	 * @throws LockUnavailableException if the cluster could not be asked
	 * @throws InterruptedException if the thread is interrupted while it waits; nothing
	 * is held then
	 */
	LockHandle acquire(int permits, Duration waitFor, @Nullable Duration holdFor) throws InterruptedException;

	/**
	 * Takes one permit if one is free and no other caller waits, as far as this node has
	 * heard. As {@link FencedLock#tryAcquire()} it waits for the answer of the cluster.
	 * @return the handle, or empty if there is none
	 * @throws LockConfigurationException if other callers use this name with another
	 * number of permits, or in another way
	 * @throws LockUnavailableException if the cluster could not be asked
	 */
	default Optional<LockHandle> tryAcquire() {
		return tryAcquire(1);
	}

	/**
	 * Takes several permits if they are free and no other caller waits, as far as this
	 * node has heard.
	 * @param permits how many
	 * @return the handle, or empty if there are not as many
	 * @throws IllegalArgumentException if there can never be so many
	 * @throws LockConfigurationException if other callers use this name with another
	 * number of permits, or in another way
	 * @throws LockUnavailableException if the cluster could not be asked
	 */
	Optional<LockHandle> tryAcquire(int permits);

	/**
	 * Takes a place in line for one permit without blocking a thread.
	 * @param waitFor the longest wait
	 * @return completes with the handle, or exceptionally as {@link #acquire(Duration)}
	 * throws, on a thread of the registry; cancelling it gives the place up, and a permit
	 * that is given at that very moment is given back
	 */
	default CompletableFuture<LockHandle> acquireAsync(Duration waitFor) {
		return acquireAsync(1, waitFor, null);
	}

	/**
	 * Takes a place in line for several permits without blocking a thread.
	 * @param permits how many
	 * @param waitFor the longest wait
	 * @param holdFor the longest hold, or null for no limit
	 * @return completes with the handle, or exceptionally as {@link #acquire} throws, on
	 * a thread of the registry; cancelling it gives the place up, and permits that are
	 * given at that very moment are given back
	 * @throws IllegalArgumentException if there can never be so many
	 */
	CompletableFuture<LockHandle> acquireAsync(int permits, Duration waitFor, @Nullable Duration holdFor);

}

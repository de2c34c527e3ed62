package io.pulsarlock;

import org.jspecify.annotations.Nullable;

/**
 * What runs while its thread holds a lock.
 *
 * @param <T> what it returns
 * @param <E> what it throws
 * @since 0.2.0
 * @see LockRegistry#execute
 */
@FunctionalInterface
public interface LockedAction<T extends @Nullable Object, E extends Exception> {

	/**
	 * Runs.
	 * @param lock the lock that is held, for its fencing token and to check it
	 * @return the result
	 * @throws E if it fails
	 */
	T run(LockGrant lock) throws E;

}

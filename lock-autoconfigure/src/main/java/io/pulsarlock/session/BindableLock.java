package io.pulsarlock.session;

import io.pulsarlock.LockHandle;
import io.pulsarlock.Registration;

/**
 * A lock that can be told that the current thread holds it by a handle, so that
 * {@link java.util.concurrent.locks.Lock#lock()} on that thread is reentrant. Implemented
 * by the locks of a {@link SessionLockNode}.
 *
 * @since 0.2.0
 */
public interface BindableLock {

	/**
	 * Makes the current thread an owner of the lock.
	 * @param handle the handle it holds the lock by, of this lock
	 * @return to be closed on the same thread; leaves the handle alone
	 */
	Registration bind(LockHandle handle);

}

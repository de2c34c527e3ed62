package io.pulsarlock.session;

import io.pulsarlock.LockGrant;
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
	 * @param grant what it holds, of this lock
	 * @return to be closed on the same thread; leaves the grant alone
	 */
	Registration bind(LockGrant grant);

	/**
	 * Whether a grant excludes all others.
	 * @param grant what is held, of this lock
	 * @return false if it is a read lock or permits
	 */
	boolean isExclusive(LockGrant grant);

}

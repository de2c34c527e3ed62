package io.pulsarlock.session;

import io.pulsarlock.FencedLock;
import io.pulsarlock.FencedReadWriteLock;
import io.pulsarlock.LockHandle;
import io.pulsarlock.PrintedNames;

/**
 * Two views of one lock.
 *
 * @param name the lock's name
 * @param readLock the shared one
 * @param writeLock the exclusive one
 */
record SessionReadWriteLock(String name, FencedLock readLock, FencedLock writeLock) implements FencedReadWriteLock {

	@Override
	public void downgrade(LockHandle held) {
		if (!(held instanceof Hold hold) || !hold.name().equals(this.name) || hold.share().isPermits()) {
			throw new IllegalArgumentException("Only a handle of read-write lock '" + PrintedNames.lock(this.name)
					+ "' of this registry can be downgraded: pass what its write lock returned");
		}
		hold.assertHeld();
		hold.downgrade();
	}

	@Override
	public String toString() {
		return "read-write lock '" + PrintedNames.lock(this.name) + "'";
	}

}

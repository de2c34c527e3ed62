package io.pulsarlock.comparison.peer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

import io.pulsarlock.comparison.client.PeerLock;

/** A peer's lock that is a {@link Lock} already. */
record JavaLock(Lock lock) implements PeerLock {

	@Override
	public boolean acquire(long millis) throws InterruptedException {
		return this.lock.tryLock(millis, TimeUnit.MILLISECONDS);
	}

	@Override
	public void release() {
		this.lock.unlock();
	}

}

package io.pulsarlock.benchmarks.faults;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockRegistry;

/**
 * Holds the lock by the methods of {@link java.util.concurrent.locks.Lock}.
 */
final class LockWay implements Way {

	private final LockRegistry registry;

	private final Duration waitFor;

	LockWay(LockRegistry registry, Duration waitFor) {
		this.registry = registry;
		this.waitFor = waitFor;
	}

	@Override
	public boolean hold(String name, Consumer<Grasp> inside) throws InterruptedException {
		FencedLock lock = this.registry.obtain(name);
		if (!lock.tryLock(this.waitFor.toNanos(), TimeUnit.NANOSECONDS)) {
			return false;
		}
		try {
			inside.accept(Grasp.of(this.registry.heldByCurrentThread(name).orElseThrow(), lock::isHeldByCurrentThread));
		}
		finally {
			lock.unlock();
		}
		return true;
	}

}

package io.pulsarlock.benchmarks.faults;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

import io.pulsarlock.FencedReadWriteLock;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockRegistry;

/**
 * Holds a lock that others may hold as well: as a reader or, now and then, as a writer,
 * or with a permit.
 */
final class SharedWay implements Way {

	/** The name of a lock with readers and writers. */
	static final String READERS = "readers";

	/** The name of a semaphore. */
	static final String PERMITS = "permits";

	private static final int MOST = 2;

	private static final double WRITERS = 0.3;

	private final LockRegistry registry;

	private final Duration waitFor;

	SharedWay(LockRegistry registry, Duration waitFor) {
		this.registry = registry;
		this.waitFor = waitFor;
	}

	@Override
	public boolean hold(String name, Consumer<Grasp> inside) throws Exception {
		if (name.equals(PERMITS)) {
			inside(this.registry.semaphore(name, MOST).acquire(1, this.waitFor, null), new Part(1, MOST), inside);
			return true;
		}
		FencedReadWriteLock lock = this.registry.readWriteLock(name);
		boolean writes = ThreadLocalRandom.current().nextDouble() < WRITERS;
		inside((writes ? lock.writeLock() : lock.readLock()).acquire(this.waitFor), writes ? Part.WRITER : Part.READER,
				inside);
		return true;
	}

	private static void inside(LockHandle acquired, Part part, Consumer<Grasp> inside) {
		try (LockHandle held = acquired) {
			inside.accept(Grasp.of(held, held::isHeld, part));
		}
	}

}

package io.pulsarlock.benchmarks.faults;

import java.util.function.Consumer;

/**
 * A way to hold a lock for a while, as users of the library do.
 */
@FunctionalInterface
interface Way {

	/**
	 * Waits for a lock, runs an action with it and releases it.
	 * @param lock the lock
	 * @param inside what to do, on the calling thread
	 * @return false if another holder still has it
	 * @throws Exception any exception of the library
	 */
	boolean hold(String lock, Consumer<Grasp> inside) throws Exception;

}

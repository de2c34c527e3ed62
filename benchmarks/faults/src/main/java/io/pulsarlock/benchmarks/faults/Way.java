package io.pulsarlock.benchmarks.faults;

import java.util.function.Consumer;

/**
 * A way to hold a lock for a while, as users do.
 */
@FunctionalInterface
interface Way {

	/**
	 * Waits for a lock, does something with it and gives it back.
	 * @param lock the lock
	 * @param inside what to do, on the calling thread
	 * @return false if somebody else still has it
	 * @throws Exception whatever the library throws
	 */
	boolean hold(String lock, Consumer<Grasp> inside) throws Exception;

}

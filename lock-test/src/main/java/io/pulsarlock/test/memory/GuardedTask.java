package io.pulsarlock.test.memory;

/**
 * Code that runs as if it were a guarded method, and returns nothing.
 *
 * @param <E> what it throws; found by the compiler
 * @since 0.2.0
 */
@FunctionalInterface
public interface GuardedTask<E extends Throwable> {

	/**
	 * Runs the code, once and on the thread that asks for it.
	 * @throws E if the code fails; passed on as it is
	 */
	void run() throws E;

}

package io.pulsarlock.test.memory;

import org.jspecify.annotations.Nullable;

/**
 * Code that runs as if it were a guarded method, and returns something.
 *
 * @param <T> what it returns
 * @param <E> what it throws; found by the compiler
 * @since 0.2.0
 */
@FunctionalInterface
public interface GuardedAction<T extends @Nullable Object, E extends Throwable> {

	/**
	 * Runs the code, once and on the thread that asks for it.
	 * @return what the code returns
	 * @throws E if the code fails; passed on as it is
	 */
	T run() throws E;

}

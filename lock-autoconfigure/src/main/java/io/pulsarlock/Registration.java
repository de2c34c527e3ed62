package io.pulsarlock;

/**
 * A listener or callback that has been added and can be removed again. Returned by every
 * method that takes one.
 *
 * @since 0.2.0
 */
@FunctionalInterface
public interface Registration extends AutoCloseable {

	/**
	 * Removes the listener and drops every reference to it. No call begins afterwards; a
	 * call that is under way on another thread is neither interrupted nor waited for.
	 * Calls that were due and have not begun are dropped. Any thread may call this
	 * method, the listener itself included; it never blocks. Closing twice does nothing.
	 */
	@Override
	void close();

}

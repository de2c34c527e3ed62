package io.pulsarlock.session;

/**
 * The one thread, and the one clock, of a node. Everything a shard does runs here, one
 * task at a time, in the order given.
 */
public interface Loop {

	/**
	 * A monotonic clock; only differences mean anything. Called from any thread.
	 * @return nanoseconds
	 */
	long nanoTime();

	/**
	 * Runs a task as soon as possible. Called from any thread; a task given after the end
	 * of the loop is dropped.
	 * @param task what to run
	 */
	void execute(Runnable task);

	/**
	 * Runs a task later.
	 * @param delayNanos how much later
	 * @param task what to run
	 */
	void schedule(long delayNanos, Runnable task);

}

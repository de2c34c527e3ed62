package io.pulsarlock.session;

/**
 * What makes a shard's work one task at a time, in the order given, and its clock.
 */
public interface Loop {

	/**
	 * A monotonic clock; only differences mean anything. Called from any thread.
	 * @return nanoseconds
	 */
	long nanoTime();

	/**
	 * Runs a task as soon as possible, perhaps on the calling thread before this returns,
	 * but never within another task. Called from any thread; never waits; a task given
	 * after the end of the loop is dropped.
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

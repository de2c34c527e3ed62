package io.pulsarlock.session;

/**
 * What makes a shard's work one task at a time, in the order given, and its clock.
 *
 * @since 0.1.0
 */
public interface Loop {

	/**
	 * A monotonic clock; only differences mean anything. Called from any thread.
	 * @return nanoseconds
	 */
	long nanoTime();

	/**
	 * Runs a task as soon as possible, but never within another task and never on the
	 * stack of the caller. Called from any thread; never waits; a task given after the
	 * end of the loop is dropped.
	 * @param task what to run
	 */
	void execute(Runnable task);

	/**
	 * Runs a task later, once. Called from any thread.
	 * @param delayNanos how much later
	 * @param task what to run
	 * @return cancels it
	 */
	Timer schedule(long delayNanos, Runnable task);

	/**
	 * Runs a task again and again until it is cancelled, whatever the task throws. Called
	 * from any thread.
	 * @param periodNanos the time between the end of one run and the next
	 * @param task what to run
	 * @return cancels it
	 */
	Timer every(long periodNanos, Runnable task);

	/**
	 * A task that runs later.
	 */
	@FunctionalInterface
	interface Timer {

		/**
		 * Gives the task up: unless it runs already it never will, and nothing keeps it
		 * in memory. Without effect on a task that has run. Called from any thread.
		 */
		void cancel();

	}

}

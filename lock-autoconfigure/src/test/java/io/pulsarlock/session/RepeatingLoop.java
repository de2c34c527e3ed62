package io.pulsarlock.session;

/**
 * A loop of a test, whose periodic tasks are timers that are set again.
 */
interface RepeatingLoop extends Loop {

	@Override
	default Timer every(long periodNanos, Runnable task) {
		boolean[] cancelled = new boolean[1];
		schedule(periodNanos, () -> again(periodNanos, task, cancelled));
		return () -> cancelled[0] = true;
	}

	private void again(long periodNanos, Runnable task, boolean[] cancelled) {
		if (!cancelled[0]) {
			try {
				task.run();
			}
			finally {
				if (repeats()) {
					schedule(periodNanos, () -> again(periodNanos, task, cancelled));
				}
			}
		}
	}

	/** Whether what is periodic is repeated. */
	default boolean repeats() {
		return true;
	}

}

package io.pulsarlock.comparison.server;

import java.util.concurrent.TimeUnit;

/** Sleep that is not interrupted. */
public final class Pause {

	private Pause() {
	}

	/**
	 * Sleeps.
	 * @param millis how long
	 */
	public static void millis(long millis) {
		try {
			TimeUnit.MILLISECONDS.sleep(millis);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}

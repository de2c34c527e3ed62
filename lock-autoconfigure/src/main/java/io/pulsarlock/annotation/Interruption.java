package io.pulsarlock.annotation;

/**
 * Interrupts the thread of a method whose lock is lost, but never the work that the
 * thread does afterwards.
 */
final class Interruption {

	private final Thread thread = Thread.currentThread();

	private boolean over;

	private boolean interrupted;

	/** Called on any thread. */
	synchronized void interrupt() {
		if (!this.over && !this.interrupted) {
			this.interrupted = true;
			this.thread.interrupt();
		}
	}

	/**
	 * Ends the method: clears an interrupt from here that the method has not noticed.
	 */
	synchronized void end() {
		this.over = true;
		if (this.interrupted) {
			Thread.interrupted();
		}
	}

}

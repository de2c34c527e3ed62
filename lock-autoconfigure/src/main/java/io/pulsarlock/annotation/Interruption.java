package io.pulsarlock.annotation;

/**
 * Interrupts the thread of a method whose lock is lost, but never what the thread does
 * afterwards.
 */
final class Interruption {

	private final Thread thread = Thread.currentThread();

	private boolean over;

	private boolean interrupted;

	/** Any thread. */
	synchronized void interrupt() {
		if (!this.over && !this.interrupted) {
			this.interrupted = true;
			this.thread.interrupt();
		}
	}

	/**
	 * The method has ended: an interrupt of ours that it has not noticed is taken back.
	 */
	synchronized void end() {
		this.over = true;
		if (this.interrupted) {
			Thread.interrupted();
		}
	}

}

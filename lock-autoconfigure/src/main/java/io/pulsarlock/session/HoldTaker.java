package io.pulsarlock.session;

/**
 * For whom a holding is made.
 */
interface HoldTaker {

	/** Whether the holding will not be used. Any thread. */
	boolean isGone();

}

package io.pulsarlock.session;

import io.pulsarlock.line.Share;

/**
 * For whom a holding is made.
 */
interface HoldTaker {

	/** How much of the lock it wants. */
	Share share();

	/** Whether the holding will not be used. Any thread. */
	boolean isGone();

}

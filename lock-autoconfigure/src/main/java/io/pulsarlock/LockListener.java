package io.pulsarlock;

/**
 * Hears what happens to the locks of one node; leaderships are for
 * {@link LeaderListener}. Each holding sees {@link LockAcquired} first, any number of
 * {@link LockJeopardized} and {@link LockRecovered} in turn, and exactly one of
 * {@link LockLost} and {@link LockReleased} last. By the time the listener is called what
 * it hears may no longer be true.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface LockListener {

	/**
	 * Called one event at a time, in order, on a thread of the node.
	 * @param event what happened
	 */
	void onEvent(LockEvent event);

}

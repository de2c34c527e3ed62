package io.pulsarlock;

/**
 * Hears what happens to the locks and groups of one node. Each holding sees ACQUIRED
 * first, any number of JEOPARDY and RECOVERED in turn, and exactly one of LOST and
 * RELEASED last.
 */
@FunctionalInterface
public interface LockListener {

	/**
	 * Called one event at a time, in order, on a thread of the registry.
	 * @param event what happened
	 */
	void onEvent(LockEvent event);

}

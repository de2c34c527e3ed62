package io.pulsarlock;

import java.time.Duration;

/**
 * One node's membership of a lock cluster, for the code that creates and ends it. All
 * threads share its sessions, and everything it holds ends when it is closed. What uses
 * locks needs no more of it than {@link LockRegistry}.
 *
 * @since 0.2.0
 */
public interface LockNode extends LockRegistry, AutoCloseable {

	/**
	 * This node's name as the others see it.
	 * @return the name
	 */
	String node();

	/**
	 * The leader groups of this node.
	 * @return the groups, always the same object
	 */
	Leadership leadership();

	/**
	 * What a person may do to locks.
	 * @return always the same object
	 */
	LockAdministration administration();

	/**
	 * What this node knows.
	 * @return always the same object
	 */
	LockMonitor monitor();

	/**
	 * Waits until this node has joined the cluster: until then locks are unavailable and
	 * it leads nothing.
	 * @param limit the longest wait
	 * @throws LockUnavailableException if it has not joined within the limit or is
	 * closed; a {@link LockConfigurationException} as soon as the cluster refuses
	 * @throws InterruptedException if the thread is interrupted while it waits
	 */
	void awaitJoined(Duration limit) throws InterruptedException;

	/**
	 * Adds a listener for what happens to any lock of this node.
	 * @param listener called one event at a time, in order, on a thread of the node; an
	 * exception is logged and stops nothing
	 * @return removes the listener
	 */
	Registration addListener(LockListener listener);

	/**
	 * Resigns leadership, gives up every lock, tells its holders, says goodbye to the
	 * other nodes and ends all threads and connections. Waiting callers get a
	 * {@link LockUnavailableException}. Takes a bounded time, whether the cluster answers
	 * or not. Closing twice does nothing.
	 */
	@Override
	void close();

}

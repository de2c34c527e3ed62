package io.pulsarlock;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;

/**
 * Hands out cluster-wide locks by name. One registry is one node: all its threads share
 * its sessions, and everything it holds ends when it is closed.
 * <p>
 * Safe for use by any number of threads.
 */
public interface LockRegistry extends AutoCloseable {

	/** The longest lock or group name in characters. */
	int MAX_NAME_LENGTH = 512;

	/**
	 * The lock of that name. Costs nothing, here or in Pulsar, until it is acquired; two
	 * calls with equal names give views of one lock.
	 * @param name any string of 1 to 512 characters that is not blank; it is data, so
	 * spaces, slashes and any script are allowed
	 * @return the lock, never null
	 * @throws IllegalArgumentException if the name is blank or too long
	 */
	FencedLock obtain(String name);

	/**
	 * The lock for one key of a kind of things, {@code obtain("coupon", id)}. Different
	 * pairs never share a lock.
	 * @param name the kind of thing
	 * @param key which one: a simple value, or a collection or an array of such
	 * @return the lock, never null
	 * @throws IllegalArgumentException if name or key is blank, if the key is an object
	 * without a text of its own, or if both together are too long
	 * @see LockKeys#toText
	 */
	default FencedLock obtain(String name, Object key) {
		return obtain(LockNames.join(name, key));
	}

	/**
	 * Acquires all these locks or none, in one order that is the same on every node, so
	 * that two callers with overlapping sets cannot deadlock.
	 * @param names the locks; duplicates count once
	 * @param waitFor how long to wait for all of them together; zero does not wait
	 * @return one handle for all
	 * @throws LockBusyException if one of them was still held by somebody else
	 * @throws LockUnavailableException if the cluster could not be asked
	 * @throws InterruptedException if the thread is interrupted while it waits; nothing
	 * is held then
	 */
	LockHandles acquireAll(Collection<String> names, Duration waitFor) throws InterruptedException;

	/**
	 * What this node knows of all locks, leader groups and sessions of the cluster. Reads
	 * memory only; it is a snapshot and may be some milliseconds old.
	 * @return the view
	 * @throws LockUnavailableException if this node has not caught up with the cluster or
	 * has lost touch with it
	 */
	ClusterView view();

	/**
	 * What this node has to do with locks at this moment. Never asks the cluster and
	 * never fails.
	 * @return the numbers
	 */
	LockStatistics statistics();

	/**
	 * The handle the current thread has on the lock of that name through
	 * {@link FencedLock#lock()} and its relatives.
	 * @param name the lock
	 * @return the handle, or empty when this thread does not hold the lock
	 */
	Optional<LockHandle> heldByCurrentThread(String name);

	/**
	 * The leader groups of this node.
	 * @return the groups
	 */
	Leadership leadership();

	/**
	 * This node's name as the others see it.
	 * @return the name
	 */
	String node();

	/**
	 * Adds a listener for what happens to any lock of this node.
	 * @param listener called one event at a time, in order, on a thread of the registry;
	 * an exception is logged and stops nothing
	 * @return removes the listener
	 */
	Registration addListener(LockListener listener);

	/**
	 * Resigns leadership, gives up every lock, tells its holders, says goodbye to the
	 * other nodes and ends all threads and connections. Waiting callers get a
	 * {@link LockUnavailableException}. Closing twice does nothing.
	 */
	@Override
	void close();

}

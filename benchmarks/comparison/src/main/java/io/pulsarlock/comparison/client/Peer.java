package io.pulsarlock.comparison.client;

/**
 * One connected client of something that has locks. Made by a constructor with one
 * {@link Settings} argument.
 */
public interface Peer extends AutoCloseable {

	/**
	 * Makes a name usable for the first time. Called by one client for each name, before
	 * it is used; a cold acquire includes it.
	 * @param name the lock
	 * @throws Exception if it fails
	 */
	default void create(String name) throws Exception {
	}

	/**
	 * The lock of that name.
	 * @param name letters, digits and dashes
	 * @return the lock; acquired and released by one thread
	 * @throws Exception if it fails
	 */
	PeerLock lock(String name) throws Exception;

	/**
	 * The lock of that name, shared with other readers.
	 * @param name letters, digits and dashes
	 * @return as {@link #lock}
	 * @throws Exception if it fails
	 */
	default PeerLock readLock(String name) throws Exception {
		throw new UnsupportedOperationException("No readers");
	}

	/**
	 * The lock of that name, shared with nobody.
	 * @param name letters, digits and dashes
	 * @return as {@link #lock}
	 * @throws Exception if it fails
	 */
	default PeerLock writeLock(String name) throws Exception {
		throw new UnsupportedOperationException("No writers");
	}

	/**
	 * One permit of the semaphore of that name.
	 * @param name letters, digits and dashes
	 * @param permits how many there are; all clients say the same
	 * @return as {@link #lock}
	 * @throws Exception if it fails
	 */
	default PeerLock permit(String name, int permits) throws Exception {
		throw new UnsupportedOperationException("No semaphores");
	}

	/**
	 * How many objects the server keeps: keys, nodes, rows, queues or topics.
	 * @return the number, or -1 if it cannot be asked
	 * @throws Exception if it fails
	 */
	default long objects() throws Exception {
		return -1;
	}

	@Override
	void close() throws Exception;

}

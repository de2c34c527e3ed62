package io.pulsarlock.comparison.client;

/** A lock as a peer's users see it. */
public interface PeerLock {

	/**
	 * Waits for the lock.
	 * @param millis the longest wait
	 * @return false if another client still has it
	 * @throws Exception if it fails
	 */
	boolean acquire(long millis) throws Exception;

	/**
	 * Releases it. Called by the thread that acquired it.
	 * @throws Exception if it fails, or the lock was lost
	 */
	void release() throws Exception;

}

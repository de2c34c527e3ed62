package io.pulsarlock;

import java.util.List;

/**
 * Several locks acquired together.
 *
 * @since 0.2.0
 */
public interface LockHandles extends AutoCloseable {

	/**
	 * The single holdings in the order in which they were acquired.
	 * @return at least one
	 */
	List<LockHandle> all();

	/**
	 * One of them.
	 * @param name a lock's name
	 * @return its holding
	 * @throws IllegalArgumentException if that lock is not among them
	 */
	LockHandle get(String name);

	/**
	 * Whether every one of them is held.
	 * @return false as soon as one is lost or released
	 */
	boolean isHeld();

	/**
	 * Checks every one of them.
	 * @throws LockLostException if one was lost
	 */
	void assertHeld();

	/** Releases all, the last acquired first. */
	@Override
	void close();

}

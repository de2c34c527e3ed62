package io.pulsarlock.benchmarks.faults;

import java.io.IOException;

/**
 * The resource that locks guard, as a node sees it: two stores, of which one checks
 * fencing tokens. Safe for use by any number of threads.
 */
interface Guarded {

	/** A resource that is not there: nothing is refused, nothing is kept. */
	Guarded NONE = new Guarded() {

		@Override
		public long read(Store store, String name, long token) {
			return 0;
		}

		@Override
		public boolean write(Store store, String name, long token, long base, String id) {
			return true;
		}

	};

	/**
	 * Reads a value.
	 * @param store from where
	 * @param name the lock that guards it
	 * @param token the reader's token
	 * @return the value's version, or -1 if the token is refused
	 * @throws IOException if there is no answer
	 */
	long read(Store store, String name, long token) throws IOException;

	/**
	 * Writes a value.
	 * @param store where
	 * @param name the lock that guards it
	 * @param token the writer's token
	 * @param base the version the writer has read
	 * @param id of the write, unlike any other
	 * @return false if the token is refused
	 * @throws IOException if there is no answer
	 */
	boolean write(Store store, String name, long token, long base, String id) throws IOException;

}

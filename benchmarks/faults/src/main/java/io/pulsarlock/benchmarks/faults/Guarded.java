package io.pulsarlock.benchmarks.faults;

import java.io.IOException;

/**
 * The guarded resource as a node sees it: two stores, one of which checks fencing tokens.
 * Safe for use by multiple threads.
 */
interface Guarded {

	/** A missing resource: refuses nothing and stores nothing. */
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
	 * @param store the store
	 * @param name the lock that guards it
	 * @param token the reader's token
	 * @return the value's version, or -1 if the token is refused
	 * @throws IOException if there is no answer
	 */
	long read(Store store, String name, long token) throws IOException;

	/**
	 * Writes a value.
	 * @param store the store
	 * @param name the lock that guards it
	 * @param token the writer's token
	 * @param base the version the writer has read
	 * @param id the unique id of the write
	 * @return false if the token is refused
	 * @throws IOException if there is no answer
	 */
	boolean write(Store store, String name, long token, long base, String id) throws IOException;

}

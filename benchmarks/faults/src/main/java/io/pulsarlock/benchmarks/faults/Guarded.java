package io.pulsarlock.benchmarks.faults;

import java.io.IOException;

/**
 * The resource that locks guard, as a node sees it: two copies of it, of which one checks
 * fencing tokens. Safe for use by any number of threads.
 */
interface Guarded {

	/** A resource that is not there: nothing is refused, nothing is kept. */
	Guarded NONE = new Guarded() {

		@Override
		public long read(Copy copy, String name, long token) {
			return 0;
		}

		@Override
		public boolean write(Copy copy, String name, long token, long base, String id) {
			return true;
		}

	};

	/**
	 * Reads a value.
	 * @param copy from where
	 * @param name the lock that guards it
	 * @param token the reader's token
	 * @return the value's version, or -1 if the token is refused
	 * @throws IOException if there is no answer
	 */
	long read(Copy copy, String name, long token) throws IOException;

	/**
	 * Writes a value.
	 * @param copy where
	 * @param name the lock that guards it
	 * @param token the writer's token
	 * @param base the version the writer has read
	 * @param id of the write, unlike any other
	 * @return false if the token is refused
	 * @throws IOException if there is no answer
	 */
	boolean write(Copy copy, String name, long token, long base, String id) throws IOException;

	/** One of the two copies. */
	enum Copy {

		/** Refuses a token smaller than the newest it has seen. */
		CHECKED,

		/** Takes whatever comes. */
		UNCHECKED

	}

}

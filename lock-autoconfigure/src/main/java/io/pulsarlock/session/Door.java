package io.pulsarlock.session;

import io.pulsarlock.LockException;
import org.jspecify.annotations.Nullable;

/**
 * The doors of one shard's locks as one node sees them. At most one node is inside a
 * door. Methods must not block.
 *
 * @since 0.1.0
 */
public interface Door {

	/**
	 * Tries once to enter.
	 * @param lock the lock's key
	 * @param kind what kind of door it has
	 * @param ordinal the caller's count in the line; a smaller one goes first where the
	 * door can tell
	 * @param changed called on any thread when the attempt has ended or the door has
	 * changed
	 * @return the attempt
	 */
	Entry enter(String lock, Kind kind, int ordinal, Runnable changed);

	/** Kinds of door. */
	enum Kind {

		/** Admits one and refuses the others. */
		EXCLUSIVE,

		/** Lets all wait and tells one that its turn has come. */
		FAILOVER

	}

	/** How far an attempt is. */
	enum State {

		/** No answer yet, or waiting at a failover door. */
		PENDING,

		/** Inside, or re-entering after the connection closed. */
		ADMITTED,

		/** Somebody else is inside. The attempt is over. */
		REFUSED,

		/** The attempt is over and the reason is not somebody else. */
		FAILED

	}

	/** One attempt, and if it succeeds the stay. */
	interface Entry {

		/**
		 * How far it is.
		 * @return the state
		 */
		State state();

		/**
		 * The number of the present unbroken stay inside.
		 * @return zero while not inside, else a number that differs for every admission
		 */
		long admission();

		/**
		 * Why it failed.
		 * @return null unless it did
		 */
		@Nullable LockException failure();

		/** Leaves, or gives the attempt up. */
		void leave();

	}

}

package io.pulsarlock.session;

/**
 * Protocols that lack one rule, each made by twisting the world around the same classes.
 * The simulation is worth something only if it catches them.
 */
enum SimulationTwin {

	/** Expulsions and evictions count although the session was heard again. */
	NO_COMPARE_AND_SET,

	/** A session does not read that it was expelled or its ticket taken. */
	EXPULSION_UNHEARD,

	/** A broker that lost the topic acknowledges appends, as it answers pings. */
	STALE_BROKER_ACKNOWLEDGES,

	/** A closed connection does not end the stay inside a door. */
	DOOR_KEPT_AFTER_CLOSE,

	/** Being connected again is taken for being inside the door again. */
	REENTRY_ASSUMED,

	/** The others know a shorter lease and grace than the holder lives by. */
	EXPELLED_EARLY,

	/** A joining node begins at the end of the log. */
	JOINS_WITHOUT_READING,

	/** The line is not read: whom the door admits has the lock. */
	DOOR_ONLY,

	/** The door admits everybody. */
	OPEN_DOOR,

	/**
	 * The clock stands while the process does, so the gap between two ticks is unseen.
	 */
	CLOCK_STANDS_IN_A_PAUSE,

	/** One node's clock is slower than the drift allows. */
	SLOW_CLOCK,

	/** A new connection is taken for the old one. */
	CONNECTION_IGNORED,

	/** The holder finds a half-open connection later than the broker does. */
	SLOW_KEEP_ALIVE,

	/** A close seen by the broker is seen by the living holder much later. */
	CLOSE_UNSEEN,

	/** The reader leaves records out. */
	RECORDS_SKIPPED

}

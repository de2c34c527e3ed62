package io.pulsarlock.benchmarks.faults;

/** What a node is at the moment of a fault; most are several at once. */
enum Role {

	/** It holds a lock. */
	HOLDER,

	/** It is the next for a lock. */
	HEIR,

	/** It waits behind the heir. */
	WAITER,

	/** It leads the group. */
	LEADER,

	/** Its session is the oldest, which moves the keeper subscription. */
	KEEPER;

}

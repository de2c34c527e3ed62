package io.pulsarlock.benchmarks.faults;

/** The role of a node at the moment of a fault; most nodes have several at once. */
enum Role {

	/** It holds a lock. */
	HOLDER,

	/** It is next in line for a lock. */
	HEIR,

	/** It waits behind the heir. */
	WAITER,

	/** It leads the group. */
	LEADER,

	/** Its session is the oldest, which moves the keeper subscription. */
	KEEPER;

}

package io.pulsarlock.session;

import java.util.SplittableRandom;

/**
 * A fault.
 *
 * @param at when
 * @param kind what
 * @param node which node, modulo their number; or, if negative, the holder of lock
 * {@code -1 - node}
 * @param lasting for how long
 * @param extra a second duration
 */
record SimulationFault(long at, Kind kind, int node, long lasting, long extra) {

	private static final int HOLDERS = 4;

	static SimulationFault any(long at, SplittableRandom random) {
		Kind kind = Kind.values()[random.nextInt(Kind.DELETED.ordinal())];
		int node = (random.nextDouble() < 0.6) ? -1 - random.nextInt(HOLDERS) : random.nextInt(16);
		long lasting = switch (random.nextInt(4)) {
			case 0 -> random.nextLong(5, 200) * SimulatedTime.MILLI;
			case 1 -> random.nextLong(100, 2_000) * SimulatedTime.MILLI;
			case 2 -> random.nextLong(1_000, 8_000) * SimulatedTime.MILLI;
			default -> random.nextLong(4_000, 25_000) * SimulatedTime.MILLI;
		};
		long extra = (random.nextInt(4) > 0) ? random.nextLong(0, 300) * SimulatedTime.MILLI
				: random.nextLong(0, 6_000) * SimulatedTime.MILLI;
		if (kind == Kind.CUT_OFF && random.nextBoolean()) {
			// Long enough for other nodes to become holders meanwhile.
			lasting = random.nextLong(6_000, 12_000) * SimulatedTime.MILLI;
		}
		if (kind == Kind.LIMP && random.nextBoolean()) {
			// Longer than the journal is kept.
			lasting = random.nextLong(20_000, 50_000) * SimulatedTime.MILLI;
		}
		return new SimulationFault(at, kind, node, lasting, extra);
	}

	@Override
	public String toString() {
		return String.format("%.3f s: %s node %d, %d ms, %d ms", this.at / 1e9, this.kind, this.node,
				this.lasting / SimulatedTime.MILLI, this.extra / SimulatedTime.MILLI);
	}

	enum Kind {

		RESET_BY_BROKER,

		RESET_BY_CLIENT,

		BLACKHOLE,

		/** As if the cable was pulled: silence, and no new connection either. */
		CUT_OFF,

		/** The connection is closed, and no new one is made for a while. */
		TURNED_AWAY,

		/**
		 * Another node reads late for about a lease and considers this one silent; then
		 * this one is disconnected. The two rarely coincide by chance.
		 */
		UNHEARD,

		/**
		 * The connection is closed, and re-established when another node is about to
		 * expel this one.
		 */
		ACCUSED,

		PAUSE,

		KILL,

		/** The whole machine dies: the close of the connection is not reported. */
		POWER_LOSS,

		SHUT_DOWN,

		MOVE,

		STALE,

		SLOW_STORAGE,

		LAG,

		PUBLISH_FAILURE,

		RESET_ALL,

		/** The node reads late, and what it has not read yet it is never sent. */
		CURSOR_MOVED,

		/** All nodes read a little late, and an administrator clears the backlog. */
		CURSORS_MOVED,

		/** Each tick of the process is late, for long, and it never stands. */
		LIMP,

		/**
		 * The topic is deleted and recreated. Not together with all the other faults: a
		 * node that joins at that moment cannot know the live sessions.
		 */
		DELETED,

		/**
		 * Some nodes cannot apply the next request. After a while an operator has it
		 * skipped.
		 */
		POISON,

		/** A client writes a record in the name of a node. */
		FORGED

	}

}

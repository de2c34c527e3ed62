package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.pulsarlock.line.Position;

/**
 * What holders were promised about rests, in true time: no other caller is granted the
 * lock before.
 */
final class SimulatedRests {

	/** The fastest clock counts a rest in so much less time. */
	private static final double FASTEST = 1 / 1.025;

	/** Within this time, every node that lives has read a record. */
	private static final long READ = 20 * SimulatedTime.SECOND;

	/** Within this time, a record has been written or will not be. */
	private static final long WRITTEN = 30 * SimulatedTime.SECOND;

	private final SimulatedTime time;

	private final SimulatedLog log;

	private final Check check;

	private final Map<String, List<Promise>> promises = new HashMap<>();

	private final Map<String, List<Grant>> grants = new HashMap<>();

	/** When an operator has ordered the end of the rest of a lock last. */
	private final Map<String, Long> orders = new HashMap<>();

	private long deletedAt = -READ;

	SimulatedRests(SimulatedTime time, SimulatedLog log, Check check) {
		this.time = time;
		this.log = log;
		this.check = check;
	}

	/**
	 * A holder has been promised that its lock rests. Those who had a part of the lock
	 * when it was said may enter with it.
	 * @param shared whether it had a part of the lock when it has asked for it
	 * @param from when it has asked for it
	 */
	void begun(SimulatedHolding holding, boolean shared, long from, long atLeast) {
		Session session = holding.node().session();
		Position said = (shared && session != null) ? session.table().applied() : Position.NONE;
		Set<Long> beside = new HashSet<>();
		if (shared) {
			this.log.tableAt(said).inside(holding.lock()).forEach((ticket) -> beside.add(ticket.position().token()));
			this.grants.getOrDefault(holding.lock(), List.of())
				.stream()
				.map((grant) -> grant.holding().hold().token())
				.filter((token) -> token < said.token())
				.forEach(beside::add);
		}
		Promise promise = new Promise(holding, beside, from, from + (long) (atLeast * FASTEST));
		this.promises.computeIfAbsent(holding.lock(), (lock) -> new ArrayList<>()).add(promise);
		this.time.trace(() -> "RESTS    " + holding + " for " + atLeast / SimulatedTime.MILLI + " from " + from / 1e9);
		this.grants.getOrDefault(holding.lock(), List.of()).forEach((grant) -> check(promise, grant));
	}

	void granted(SimulatedHolding holding) {
		Grant grant = new Grant(holding, this.time.now());
		this.grants.computeIfAbsent(holding.lock(), (lock) -> new ArrayList<>()).add(grant);
		this.promises.getOrDefault(holding.lock(), List.of()).forEach((promise) -> check(promise, grant));
	}

	/** From now on, and for what was promised before, there is no promise. */
	void ordered(String lock) {
		this.orders.put(lock, this.time.now());
	}

	/** A record that was written shortly before may be lost to other nodes. */
	void deleted() {
		this.deletedAt = this.time.now();
	}

	private void check(Promise promise, Grant grant) {
		boolean lost = promise.from() > this.deletedAt - READ && promise.from() <= this.deletedAt;
		long ordered = this.orders.getOrDefault(promise.holding().lock(), Long.MIN_VALUE / 2);
		if (!lost && promise.from() > ordered + WRITTEN && !promise.beside().contains(grant.holding().hold().token())
				&& grant.holding().hold().token() > promise.holding().hold().token()) {
			this.check.that(grant.at() >= promise.until(),
					() -> "rest of " + promise.holding() + " goes on for "
							+ (promise.until() - grant.at()) / SimulatedTime.MILLI + " ms when " + grant.holding()
							+ " was granted");
		}
	}

	private record Promise(SimulatedHolding holding, Set<Long> beside, long from, long until) {
	}

	private record Grant(SimulatedHolding holding, long at) {
	}

	/** Reports a violation. */
	@FunctionalInterface
	interface Check {

		void that(boolean fine, Supplier<String> problem);

	}

}

package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * What operators take away: only what they have ordered, and its holder is told before
 * the next one is granted the lock.
 */
final class SimulatedRevocations {

	/** The fastest clock counts a grace in so much less time. */
	private static final double FASTEST = 1 / 1.025;

	private final SimulatedCluster cluster;

	private final SimulatedRests.Check check;

	private final List<Order> orders = new ArrayList<>();

	/** By which places locks are held, and since when. */
	private final Map<SimulatedHolding, Held> held = new IdentityHashMap<>();

	/** What was taken away, by lock. */
	private final Map<String, List<Taken>> taken = new HashMap<>();

	SimulatedRevocations(SimulatedCluster cluster, SimulatedRests.Check check) {
		this.cluster = cluster;
		this.check = check;
	}

	/** An operator at a node orders it, from whatever node has the lock. */
	void ordered(SimulatedNode node, String lock, CompletableFuture<Boolean> gone) {
		Order order = new Order(node, lock);
		this.orders.add(order);
		gone.whenComplete((done, ex) -> {
			order.end = this.cluster.time().now();
			this.cluster.coverage()
				.count((ex != null) ? "locks not taken away" : done ? "locks taken away" : "locks without holder");
		});
	}

	void granted(SimulatedHolding holding) {
		long now = this.cluster.time().now();
		this.held.put(holding, new Held(places(holding), now));
		for (Taken other : this.taken.getOrDefault(holding.lock(), List.of())) {
			boolean together = !holding.share().isExclusive() && !other.holding().share().isExclusive();
			this.check.that(together || other.holding().told > 0 || isExcused(other, now),
					() -> holding + " was granted before " + other.holding() + " was told that it was taken away");
		}
	}

	/**
	 * The places of its node in the line. Which of them it is held by the token does not
	 * say: a place that was kept is held again by a larger one.
	 */
	private static List<Position> places(SimulatedHolding holding) {
		Session session = holding.node().session();
		return (session != null) ? session.table()
			.line(holding.lock())
			.stream()
			.filter((ticket) -> ticket.session().equals(session.id()))
			.map(Ticket::position)
			.toList() : List.of();
	}

	/** It ignores its loss for longer than a grace, or its node has ended. */
	private boolean isExcused(Taken other, long now) {
		long grace = (long) (other.holding().node().settings().graceNanos() * FASTEST);
		return other.holding().node().isEnded() || now - other.at() >= grace || other.place() == null
				|| this.cluster.log().table().ticket(other.holding().lock(), other.place()) == null
						&& !this.cluster.log().isReleased(other.holding().lock(), other.place());
	}

	void lost(SimulatedHolding holding, @Nullable Reason reason) {
		Held held = this.held.get(holding);
		if (reason != Reason.RELEASED_BY_ADMINISTRATOR || held == null) {
			return;
		}
		String lock = holding.lock();
		List<Position> places = held.places();
		Position revoked = places.stream()
			.filter((place) -> this.cluster.log().isRevoked(lock, place))
			.findFirst()
			.orElse(null);
		Position place = (revoked != null || places.size() != 1) ? revoked : places.get(0);
		this.taken.computeIfAbsent(lock, (any) -> new ArrayList<>())
			.add(new Taken(holding, place, this.cluster.time().now()));
		this.check.that(
				places.isEmpty() || revoked != null
						|| this.orders.stream().anyMatch((order) -> order.concerns(holding, held.since())),
				() -> holding + " at one of " + places + " was taken away, which no operator has ordered");
	}

	/** Every operator has got an answer. */
	void atTheEnd() {
		for (Order order : this.orders) {
			this.check.that(order.end < Long.MAX_VALUE || order.node.isEnded(),
					() -> "no answer to the order to take " + order.lock + " away at " + order.node);
		}
	}

	private static final class Order {

		private final SimulatedNode node;

		private final String lock;

		/** When it was answered. */
		private long end = Long.MAX_VALUE;

		Order(SimulatedNode node, String lock) {
			this.node = node;
			this.lock = lock;
		}

		/** Whether the node of the operator may have taken it from its own caller. */
		boolean concerns(SimulatedHolding holding, long since) {
			return this.node == holding.node() && this.lock.equals(holding.lock()) && this.end >= since;
		}

	}

	private record Held(List<Position> places, long since) {
	}

	private record Taken(SimulatedHolding holding, @Nullable Position place, long at) {
	}

}

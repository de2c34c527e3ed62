package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Share;
import io.pulsarlock.line.Ticket;
import io.pulsarlock.session.HoldEvent.Type;
import org.jspecify.annotations.Nullable;

/**
 * What must hold after every single step.
 */
final class SimulationInvariants {

	private final SimulatedCluster cluster;

	private final List<SimulatedNode> nodes;

	private final List<SimulatedHolding> holdings = new ArrayList<>();

	private final List<SimulatedHolding> ended = new ArrayList<>();

	/** Lost, and their holders are still to be told. */
	private final List<SimulatedHolding> untold = new ArrayList<>();

	private final Map<String, Long> tokens = new HashMap<>();

	/** The largest token of a holder that had all of the lock. */
	private final Map<String, Long> exclusiveTokens = new HashMap<>();

	private final Map<String, SimulatedHolding> byToken = new HashMap<>();

	private final Map<SimulatedNode, Position> compared = new IdentityHashMap<>();

	private final SimulatedRests rests;

	private final SimulatedRevocations revocations;

	private @Nullable SimulationViolation violation;

	SimulationInvariants(SimulatedCluster cluster, List<SimulatedNode> nodes) {
		this.cluster = cluster;
		this.nodes = nodes;
		this.rests = new SimulatedRests(cluster.time(), cluster.log(), this::check);
		this.revocations = new SimulatedRevocations(cluster, this::check);
	}

	SimulatedRests rests() {
		return this.rests;
	}

	SimulatedRevocations revocations() {
		return this.revocations;
	}

	SimulatedHolding granted(SimulatedNode node, String lock, Share share, Hold hold, @Nullable Duration limit) {
		SimulatedHolding holding = new SimulatedHolding(node, lock, share, hold, limit);
		long token = hold.token();
		if (!holding.isForged()) {
			checkMayHold(holding);
			checkToken(holding, token);
		}
		this.rests.granted(holding);
		this.revocations.granted(holding);
		this.holdings.add(holding);
		this.byToken.put(lock + token, holding);
		hold.onLost((lost) -> {
			holding.told++;
			check(holding.told == 1, () -> holding + " was told twice of its loss");
			check(lost.token() == token, () -> holding + " was told of another's loss");
			this.cluster.throwing().application("a holder that is told");
		});
		this.cluster.time().trace(() -> "HOLD     " + holding + " for " + hold.remaining());
		SimulatedLink link = node.client().link();
		if (link != null && this.cluster.isStale(link.broker())) {
			this.cluster.coverage().count("grants on a stale broker");
		}
		return holding;
	}

	/** It holds the lock beside no other, and before no other that was there first. */
	private void checkMayHold(SimulatedHolding holding) {
		String lock = holding.lock();
		Share share = holding.share();
		long token = holding.hold().token();
		long now = this.cluster.time().now();
		// It is notified at the same moment, on another thread.
		checkFits(holding, SimulatedHolding::believes, () -> "two hold " + lock + ": ");
		checkFits(holding, (other) -> !other.hold().isOver() && other.isAwake(now),
				() -> holding + " was granted before the other had noticed its loss: ");
		Position gone = this.cluster.hints().declared(lock);
		LineTable truth = this.cluster.log().table();
		Ticket front = truth.after(lock, gone);
		Session session = holding.node().session();
		boolean own = front != null && session != null && front.session().equals(session.id());
		check(this.cluster.plan().twin() != null || front == null || own || front.position().token() >= token
				|| !share.isExclusive() || (session != null && isForgotten(front, session.table())),
				() -> holding + " was granted although " + front + " is in front");
		if (session != null && share.isExclusive()) {
			kept(holding, session, gone);
		}
		checkOvertaking(holding, truth, front);
	}

	/** A lock that was kept is not granted once another node is known to wait. */
	private void kept(SimulatedHolding holding, Session session, Position gone) {
		LineTable table = session.table();
		String lock = holding.lock();
		long token = holding.hold().token();
		Ticket first = table.front(lock);
		if (first == null || first.position().token() == token) {
			return;
		}
		if (table.line(lock).stream().anyMatch((ticket) -> ticket.position().token() == token)) {
			this.cluster.coverage().count("grants by a hint");
			return;
		}
		check(table.line(lock)
			.stream()
			.noneMatch((ticket) -> ticket.position().isAfter(gone) && !ticket.session().equals(session.id())),
				() -> holding + " was granted by its own node although another one waits");
		this.cluster.coverage().count("holdings of a kept lock");
	}

	/** All that believe, or have not noticed their loss, fit with the new one. */
	private void checkFits(SimulatedHolding holding, Predicate<SimulatedHolding> counts, Supplier<String> problem) {
		long used = holding.share().units();
		for (SimulatedHolding other : this.holdings) {
			if (other.lock().equals(holding.lock()) && !other.isForged() && counts.test(other)) {
				used += other.share().units();
				boolean fits = used <= holding.share().capacity()
						&& other.share().capacity() == holding.share().capacity();
				check(fits, () -> problem.get() + other + " and now " + holding);
				this.cluster.coverage()
					.count((other.node() != holding.node()) ? "holders beside one of another node"
							: "holders beside one of their node");
			}
		}
	}

	/** A reader or a caller with permits never enters before one that waits in front. */
	private void checkOvertaking(SimulatedHolding holding, LineTable truth, @Nullable Ticket front) {
		SimulationTwin twin = this.cluster.plan().twin();
		if (holding.share().isExclusive() || (twin != null && twin != SimulationTwin.READER_PASSES_WRITER)) {
			return;
		}
		Session session = holding.node().session();
		List<Ticket> line = truth.line(holding.lock());
		for (Ticket ticket : line) {
			if (ticket.position().token() != holding.hold().token()
					|| truth.isInside(ticket.lock(), ticket.position())) {
				continue;
			}
			if (ticket == front) {
				this.cluster.coverage().count("readers let in by a hint");
			}
			else {
				check(session != null && line.stream().anyMatch((other) -> isForgotten(other, session.table())),
						() -> holding + " overtakes one of " + line);
			}
		}
	}

	/**
	 * Each has a token of its own, and that of a writer is larger than any before it, and
	 * smaller than any after it.
	 */
	private void checkToken(SimulatedHolding holding, long token) {
		String lock = holding.lock();
		boolean exclusive = holding.share().isExclusive();
		Map<String, Long> least = exclusive ? this.tokens : this.exclusiveTokens;
		check(token > least.getOrDefault(lock, 0L),
				() -> lock + ": token " + token + " of " + holding.node() + " is not larger than " + least.get(lock));
		check(!this.byToken.containsKey(lock + token), () -> lock + ": token " + token + " was given twice");
		this.tokens.merge(lock, token, Math::max);
		if (exclusive) {
			this.exclusiveTokens.put(lock, token);
		}
		else {
			this.cluster.coverage().count(holding.share().isPermits() ? "holdings of permits" : "holdings of readers");
		}
	}

	/**
	 * A session that is silent for long enough is unknown to a node that joins then, or
	 * after a deletion, whether or not it has been expelled.
	 */
	private boolean isForgotten(Ticket ticket, LineTable table) {
		return table.ticket(ticket.lock(), ticket.position()) == null && !isConfirmed(ticket.session());
	}

	private boolean isConfirmed(UUID id) {
		return this.nodes.stream()
			.map(SimulatedNode::session)
			.anyMatch((session) -> session != null && session.id().equals(id) && session.isConfirmed());
	}

	void event(SimulatedNode node, HoldEvent event) {
		this.cluster.time()
			.trace(() -> "EVENT    " + node + " " + event.type() + " " + event.name() + " " + event.token()
					+ ((event.reason() != null) ? " " + event.reason() : ""));
		this.cluster.coverage().count("event " + event.type() + ((event.reason() != null) ? " " + event.reason() : ""));
		SimulatedHolding holding = this.byToken.get(event.name() + event.token());
		check(holding != null && holding.node() == node, () -> "an event for nothing: " + event);
		if (holding == null) {
			return;
		}
		if (event.type() == Type.ACQUIRED) {
			holding.acquired++;
			check(holding.acquired == 1, () -> holding + " was acquired twice");
			return;
		}
		check(holding.acquired == 1 && holding.over == 0, () -> event.type() + " at the wrong time for " + holding);
		if (event.type() == Type.LOST || event.type() == Type.RELEASED) {
			holding.over++;
			this.revocations.lost(holding, event.reason());
			check(holding.hold().isOver() && !holding.hold().isHeld(), () -> holding + " is held after its end");
			check((event.type() == Type.LOST) == (holding.hold().lost() != null), () -> "the wrong event: " + event);
		}
	}

	/** Only for a broken twin: a holding has come back. */
	void revived(SimulatedHolding holding, Duration limit) {
		holding.revived(limit);
		if (this.ended.remove(holding)) {
			this.holdings.add(holding);
		}
	}

	/** Nothing a dead node believes counts. */
	void died(SimulatedNode node) {
		this.holdings.removeIf((holding) -> holding.node() == node);
		this.ended.removeIf((holding) -> holding.node() == node);
		this.untold.removeIf((holding) -> holding.node() == node);
	}

	void afterStep() {
		if (this.violation != null) {
			throw this.violation;
		}
		believers();
		losers();
		SimulationTwin twin = this.cluster.plan().twin();
		if ((twin == null || twin.isSeenInTables()) && !this.cluster.log().isDeleted()) {
			for (SimulatedNode node : this.nodes) {
				Session session = node.session();
				// Records that a reader was moved past at the end of a ledger are
				// detected in the next one, before anything is granted there.
				if (session != null && session.isHeardFromAll()
						&& session.table().applied() != this.compared.get(node)) {
					this.compared.put(node, session.table().applied());
					compare(node, session.table());
				}
			}
		}
	}

	/** As many believe to hold a lock as fit. */
	private void believers() {
		int count = this.holdings.size();
		for (int i = 0; i < count; i++) {
			SimulatedHolding one = this.holdings.get(i);
			if (one.isOver()) {
				this.holdings.remove(i);
				this.ended.add(one);
				if (!one.isDone()) {
					one.noticeEnd(this.cluster.time().now());
					this.untold.add(one);
				}
				i--;
				count--;
				continue;
			}
			if (!one.believes()) {
				long now = this.cluster.time().now();
				one.noticeEnd(now);
				check(!one.isOverdue(now), () -> one + " did not notice its loss");
			}
			else {
				// A record in flight has arrived before the check.
				one.goesOn();
				check(!one.outlivesItsLimit(), () -> one + " outlives its limit");
			}
			if (one.believes() && !one.isForged()) {
				together(i, count);
			}
		}
	}

	/** All that believe to hold a lock with this one fit. */
	private void together(int index, int count) {
		SimulatedHolding one = this.holdings.get(index);
		long used = one.share().units();
		for (int j = index + 1; j < count; j++) {
			SimulatedHolding other = this.holdings.get(j);
			if (one.lock().equals(other.lock()) && other.believes() && !other.isForged()) {
				used += other.share().units();
				if (used > one.share().capacity() || other.share().capacity() != one.share().capacity()) {
					throw new SimulationViolation("two hold " + one.lock() + ": " + one + " and " + other);
				}
			}
		}
	}

	/** A holder that has lost its lock and is not paused is notified at once. */
	private void losers() {
		if (!this.untold.isEmpty()) {
			this.untold.removeIf(SimulatedHolding::isDone);
			long now = this.cluster.time().now();
			for (SimulatedHolding holding : this.untold) {
				check(!holding.isOverdue(now), () -> holding + " was not told of its loss");
			}
		}
	}

	private void compare(SimulatedNode node, LineTable table) {
		SimulatedLog log = this.cluster.log();
		if (SimulatedLog.digest(table) == log.digestAt(table.applied())) {
			return;
		}
		LineTable truth = log.tableAt(table.applied());
		Set<String> locks = new TreeSet<>(truth.locks());
		locks.addAll(table.locks());
		for (String lock : locks) {
			List<Ticket> line = new ArrayList<>(table.line(lock));
			// What a late copy or a lost introduction left in a rebuilt table.
			line.removeIf((ticket) -> truth.session(ticket.session()) == null);
			List<Ticket> known = new ArrayList<>(truth.line(lock));
			known.removeIf((ticket) -> isForgotten(ticket, table));
			check(line.equals(known), () -> node + " at " + table.applied() + " has for " + lock + " "
					+ table.line(lock) + " instead of " + truth.line(lock));
		}
		this.cluster.coverage().count("tables with a zombie");
	}

	/** This long after the last fault, no shard is dead, whatever was thrown. */
	void everybodyHasJoined(long within) {
		for (SimulatedNode node : this.nodes) {
			Session session = node.session();
			check(node.age() < within || (session != null && session.isConfirmed()),
					() -> node + " has not joined again");
		}
	}

	/** This long after the last fault, no caller waits. */
	void everybodyIsServed() {
		for (SimulatedNode node : this.nodes) {
			check(node.waiting() == 0, () -> node + " still has " + node.waiting() + " waiters");
		}
	}

	void atTheEnd() {
		this.revocations.atTheEnd();
		for (SimulatedHolding holding : this.holdings) {
			check(false, () -> holding + " is still held at the end");
		}
		for (SimulatedHolding holding : this.ended) {
			check(!holding.hold().isHeld(), () -> holding + " has come back");
			check(holding.over == 1, () -> holding + " had " + holding.over + " ends");
			check(holding.told == ((holding.hold().lost() != null) ? 1 : 0),
					() -> holding + " was told " + holding.told + " times");
		}
		for (SimulatedNode node : this.nodes) {
			Session session = node.session();
			check(session != null, () -> node + " has no session at the end");
			check(node.waiting() == 0, () -> node + " has " + node.waiting() + " waiters at the end");
			check(node.shard().locks().keys().isEmpty(),
					() -> node + " has locks at the end: " + node.shard().locks().keys());
			session.forEachRest(node.nanoTime(),
					(lock, place, left) -> check(false, () -> lock + " rests on " + node + " at the end"));
			LineTable table = session.table();
			check(table.locks().isEmpty(), () -> node + " sees somebody in line at the end: " + table.locks());
			check(table.sessions().size() == this.nodes.size(), () -> node + " sees " + table.sessions().size()
					+ " sessions of " + this.nodes.size() + " nodes at the end");
		}
	}

	/** Whether this node holds a lock at the moment, for choosing victims. */
	boolean holds(SimulatedNode node, String lock) {
		for (Iterator<SimulatedHolding> all = this.holdings.iterator(); all.hasNext();) {
			SimulatedHolding holding = all.next();
			if (holding.node() == node && holding.lock().equals(lock)) {
				return true;
			}
		}
		return false;
	}

	boolean holdsAny(SimulatedNode node) {
		return this.holdings.stream().anyMatch((holding) -> holding.node() == node && holding.believes());
	}

	/** Remembered too, because a callback's exception may get lost. */
	private void check(boolean fine, Supplier<String> problem) {
		if (!fine) {
			SimulationViolation found = new SimulationViolation(problem.get());
			this.violation = (this.violation != null) ? this.violation : found;
			throw this.violation;
		}
	}

}

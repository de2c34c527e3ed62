package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * The brokers: one owns the shard's topic, and one that no longer does may not know it.
 */
final class SimulatedCluster {

	private final SimulatedTime time;

	private final SimulationPlan plan;

	private final SimulationCoverage coverage;

	private final SimulatedThrowing throwing;

	private final SimulatedLog log;

	private final SimulatedHints hints;

	private final List<SimulatedBroker> brokers = new ArrayList<>();

	private @Nullable SimulatedBroker owner;

	private @Nullable SimulatedBroker stale;

	/** Clients that find no broker until another node is about to expel them. */
	private final Set<SimulatedClient> accused = new LinkedHashSet<>();

	/** Sessions in whose names another client has written. */
	private final Set<UUID> forged = new HashSet<>();

	private long slowUntil;

	SimulatedCluster(SimulatedTime time, SimulationPlan plan, SimulationCoverage coverage) {
		this.time = time;
		this.plan = plan;
		this.coverage = coverage;
		this.throwing = new SimulatedThrowing(time, plan, coverage);
		this.log = new SimulatedLog(time, coverage, plan.keepsJournal());
		this.hints = new SimulatedHints(this);
		SimulationTwin twin = plan.twin();
		if (twin != null) {
			this.log.twist((record) -> twin.written(record, this.log.table()));
		}
		for (int i = 0; i < 3; i++) {
			this.brokers.add(new SimulatedBroker("broker" + i, this));
		}
		this.owner = this.brokers.get(0);
	}

	/** Where a lookup leads; null while the topic has no owner. */
	@Nullable SimulatedBroker lookup() {
		return (this.stale != null && this.time.chance(0.3)) ? this.stale : this.owner;
	}

	/**
	 * Unloads the topic and loads it elsewhere; all connections to it are closed.
	 */
	void move(long gap) {
		SimulatedBroker from = this.owner;
		if (from != null) {
			this.time.trace(() -> "cluster  topic leaves " + from + " for " + gap / SimulatedTime.MILLI + " ms");
			this.owner = null;
			from.flush();
			from.closeAll();
			this.coverage.count("topic moves");
			this.time.after(gap, () -> own(from));
		}
	}

	/** Deletes the topic with its contents; another one takes its name. */
	void delete(long gap) {
		SimulatedBroker from = this.owner;
		if (from != null) {
			from.flush();
			this.time.trace(() -> "cluster  topic is deleted");
			this.coverage.count("topics deleted");
			from.readers()
				.filter((journal) -> journal.next() < this.log.size())
				.forEach((journal) -> this.coverage.count("journals that missed records"));
			this.owner = null;
			this.log.delete();
			from.closeAll();
			this.time.after(gap, () -> own(null));
		}
	}

	/** It finds no broker until another node is about to expel it. */
	void admitWhenAccused(SimulatedClient client) {
		this.accused.add(client);
	}

	/**
	 * A node is about to expel a session.
	 * @return whether the client of that session is connected again at this moment
	 */
	boolean admitAccused(UUID session) {
		boolean admitted = false;
		for (SimulatedClient client : List.copyOf(this.accused)) {
			if (client.journals().stream().anyMatch((journal) -> session.equals(journal.session()))) {
				this.accused.remove(client);
				client.admit();
				this.coverage.count("connected again in the last moment");
				admitted = true;
			}
		}
		return admitted;
	}

	/** An administrator clears a backlog. */
	void moveCursors(@Nullable SimulatedClient of) {
		if (this.owner != null) {
			this.time.trace(() -> "cluster  cursors of " + ((of != null) ? of : "all") + " are moved");
			this.owner.moveCursors(of);
		}
	}

	/**
	 * A client that is not a node writes a record in the name of a live session, with a
	 * number that this session has not used or is about to use.
	 */
	void forge() {
		List<SessionState> sessions = List.copyOf(this.log.table().sessions());
		if (this.owner != null && !sessions.isEmpty()) {
			SessionState session = this.time.pick(sessions);
			this.forged.add(session.id());
			long number = session.sequence() + 1 + this.time.index(4);
			SessionInfo info = session.info();
			this.owner.write((info != null && this.time.chance(0.5)) ? new Heartbeat(session.id(), number, false, info,
					Position.NONE, Position.NONE, Position.NONE, List.of())
					: new Request(session.id(), number, "l:forged"));
			this.coverage.count("records forged");
		}
	}

	/** Whether another client has written in the name of a session. */
	boolean isForged(UUID session) {
		return this.forged.contains(session);
	}

	private void own(@Nullable SimulatedBroker not) {
		if (this.owner == null) {
			List<SimulatedBroker> candidates = this.brokers.stream()
				.filter((broker) -> broker != not && broker != this.stale)
				.toList();
			this.log.newLedger();
			this.owner = this.time.pick(candidates);
			this.time.trace(() -> "cluster  topic is owned by " + this.owner);
		}
	}

	/** Another broker takes the topic over and the present one does not notice. */
	void goStale(long gap, long lasting) {
		SimulatedBroker from = this.owner;
		if (from != null && this.stale == null) {
			this.time.trace(() -> "cluster  " + from + " is stale");
			this.coverage.count("stale broker intervals");
			this.stale = from;
			this.owner = null;
			from.flush();
			from.freeze();
			this.time.after(gap, () -> own(from));
			this.time.after(lasting, () -> endStale(from));
		}
	}

	void endStale(@Nullable SimulatedBroker broker) {
		if (this.stale != null && (broker == null || this.stale == broker)) {
			SimulatedBroker ending = this.stale;
			this.time.trace(() -> "cluster  " + ending + " notices that it was stale");
			this.stale = null;
			ending.closeAll();
		}
	}

	void slowStorage(long lasting) {
		this.slowUntil = Math.max(this.slowUntil, this.time.now() + lasting);
		this.coverage.count("slow storage intervals");
	}

	void calm() {
		endStale(null);
		own(null);
		this.slowUntil = 0;
	}

	long slowUntil() {
		return this.slowUntil;
	}

	boolean owns(SimulatedBroker broker) {
		return this.owner == broker;
	}

	boolean serves(SimulatedBroker broker) {
		return this.owner == broker || this.stale == broker;
	}

	boolean isStale(SimulatedBroker broker) {
		return this.stale == broker;
	}

	/**
	 * The delay with which a client learns that its broker has closed the connection.
	 */
	long noticeDelay(long normal) {
		return this.time.chance(0.2) ? this.time.between(0, 5 * SimulatedTime.SECOND) : this.time.skewed(0, normal);
	}

	List<SimulatedBroker> brokers() {
		return this.brokers;
	}

	SimulatedTime time() {
		return this.time;
	}

	SimulationPlan plan() {
		return this.plan;
	}

	SimulationCoverage coverage() {
		return this.coverage;
	}

	SimulatedThrowing throwing() {
		return this.throwing;
	}

	SimulatedHints hints() {
		return this.hints;
	}

	SimulatedLog log() {
		return this.log;
	}

}

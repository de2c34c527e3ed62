package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One run: a plan is carried out, then all faults end and everything must come to rest.
 */
final class Simulation {

	/**
	 * Within this time after the last fault every node has a session that may grant
	 * locks: two leases and a heartbeat if records were lost, and what joining takes.
	 */
	private static final long JOINED = 40 * SimulatedTime.SECOND;

	/**
	 * Within this time after the last fault every waiter was served. It is long because a
	 * broker takes up to a minute to detect a leader whose machine has died.
	 */
	private static final long SERVED = 70 * SimulatedTime.SECOND;

	/** Within this time after the last fault nothing is left. */
	private static final long REST = 75 * SimulatedTime.SECOND;

	private final SimulationPlan plan;

	private final SimulationCoverage coverage = new SimulationCoverage();

	private final SimulatedTime time;

	private final SimulatedCluster cluster;

	private final SimulationInvariants invariants;

	private final List<SimulatedNode> nodes = new ArrayList<>();

	private boolean calm;

	Simulation(SimulationPlan plan, boolean traced) {
		this.plan = plan;
		this.time = new SimulatedTime(plan.seed(), traced);
		this.cluster = new SimulatedCluster(this.time, plan, this.coverage);
		this.invariants = new SimulationInvariants(this.cluster, this.nodes);
		for (int i = 0; i < plan.nodes().size(); i++) {
			start(i, this.time.between(0, 2 * SimulatedTime.SECOND));
		}
		plan.faults().forEach((fault) -> this.time.at(fault.at(), () -> new SimulationFaults(this).happen(fault)));
	}

	void start(int index, long delay) {
		this.time.after(delay, () -> {
			SimulatedNode node = new SimulatedNode(this.cluster, this.invariants, this.plan.nodes().get(index),
					this.plan.rates().get(index));
			this.time.trace(() -> "node     " + node + " starts");
			this.nodes.add(node);
			if (this.calm) {
				node.calm();
			}
		});
	}

	/** Runs to the end. Returns the violation or null. */
	@Nullable RuntimeException run() {
		try {

			runUntil(this.plan.duration());
			this.calm = true;
			new SimulationFaults(this).calm();
			this.nodes.forEach(SimulatedNode::calm);
			runUntil(this.plan.duration() + JOINED);
			this.invariants.everybodyHasJoined(JOINED);
			runUntil(this.plan.duration() + SERVED);
			this.invariants.everybodyIsServed();
			runUntil(this.plan.duration() + REST);
			this.invariants.atTheEnd();
			return null;
		}
		catch (RuntimeException ex) {
			return ex;
		}
	}

	private void runUntil(long limit) {
		while (this.time.step(limit)) {
			this.invariants.afterStep();
		}
	}

	SimulatedTime time() {
		return this.time;
	}

	SimulatedCluster cluster() {
		return this.cluster;
	}

	SimulationPlan plan() {
		return this.plan;
	}

	SimulationInvariants invariants() {
		return this.invariants;
	}

	SimulationCoverage coverage() {
		return this.coverage;
	}

	List<SimulatedNode> nodes() {
		return this.nodes;
	}

}

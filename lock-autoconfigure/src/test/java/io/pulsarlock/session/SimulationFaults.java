package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;

import io.pulsarlock.LockException;
import io.pulsarlock.line.Position;

/**
 * Injects faults.
 */
final class SimulationFaults {

	private final Simulation simulation;

	private final SimulatedTime time;

	private final SimulatedCluster cluster;

	SimulationFaults(Simulation simulation) {
		this.simulation = simulation;
		this.time = simulation.time();
		this.cluster = simulation.cluster();
	}

	void happen(SimulationFault fault) {
		switch (fault.kind()) {
			case MOVE -> this.cluster.move(fault.extra());
			case STALE -> this.cluster.goStale(fault.extra(), fault.lasting());
			case DELETED -> {
				this.cluster.delete(fault.extra());
				this.simulation.invariants().rests().deleted();
			}
			case CURSORS_MOVED -> moveCursors(fault.extra());
			case FORGED -> this.cluster.forge();
			case POISON ->
				this.cluster.log().poisonNext((position) -> this.time.after(fault.lasting(), () -> skip(position)));
			case SLOW_STORAGE -> this.cluster.slowStorage(fault.lasting());
			case RESET_ALL -> List.copyOf(this.simulation.nodes()).forEach(this::resetByBroker);
			default -> {
				SimulatedNode node = victim(fault);
				if (node != null) {
					happen(fault, node);
				}
			}
		}
	}

	/** By an operator, at any node that answers. */
	private void skip(Position position) {
		List<SimulatedNode> nodes = this.simulation.nodes();
		if (nodes.isEmpty()) {
			this.time.after(SimulatedTime.SECOND, () -> skip(position));
			return;
		}
		SimulatedNode node = this.time.pick(nodes);
		node.process().onNetwork(() -> {
			try {
				node.shard().administration().skip(position);
				this.simulation.coverage().count("records skipped");
			}
			catch (LockException ex) {
				// Has no connection.
			}
		});
		// What a node writes may be lost with it.
		if (this.time.now() < this.simulation.plan().duration() + 5 * SimulatedTime.SECOND) {
			this.time.after(5 * SimulatedTime.SECOND, () -> skip(position));
		}
	}

	private void unheard(SimulationFault fault, SimulatedNode node) {
		List<SimulatedNode> others = new ArrayList<>(this.simulation.nodes());
		others.remove(node);
		if (!others.isEmpty()) {
			this.time.pick(others).client().lag(12 * SimulatedTime.SECOND);
			this.time.after(7 * SimulatedTime.SECOND + fault.extra() / 2, () -> {
				SimulatedNode then = victim(fault);
				if (then != null && this.time.now() < this.simulation.plan().duration()) {
					turnAway(then, 5 * SimulatedTime.SECOND);
				}
			});
		}
	}

	private void happen(SimulationFault fault, SimulatedNode node) {
		this.time.trace(() -> "FAULT    " + fault.kind() + " " + node + " " + fault.lasting() / SimulatedTime.MILLI);
		if (this.simulation.invariants().holdsAny(node)) {
			this.simulation.coverage().count("holders hit by " + fault.kind());
		}
		switch (fault.kind()) {
			case RESET_BY_BROKER -> resetByBroker(node);
			case RESET_BY_CLIENT -> resetByClient(node);
			case BLACKHOLE -> blackhole(node, fault.lasting());
			case CUT_OFF -> cutOff(node, fault.lasting());
			case TURNED_AWAY -> turnAway(node, fault.lasting());
			case UNHEARD -> unheard(fault, node);
			case ACCUSED -> accused(node);
			case PAUSE -> pause(node, fault.lasting());
			case KILL -> kill(node, true, fault.extra());
			case POWER_LOSS -> kill(node, false, fault.extra());
			case SHUT_DOWN -> shutDown(node, fault.extra());
			case LAG -> node.client().lag(fault.lasting());
			case CURSOR_MOVED -> moveCursor(node, fault.lasting());
			case LIMP -> node.process().limp(fault.lasting());
			case PUBLISH_FAILURE -> List.copyOf(node.client().journals()).forEach(SimulatedJournal::failOldest);
			default -> throw new IllegalStateException();
		}
	}

	private void moveCursors(long within) {
		long lag = Math.min(within, SimulatedTime.SECOND / 4);
		this.simulation.nodes().forEach((node) -> {
			if (this.time.chance(0.7)) {
				node.client().lag(lag + 1);
			}
		});
		this.time.after(lag, () -> this.cluster.moveCursors(null));
	}

	private void moveCursor(SimulatedNode node, long within) {
		long lag = Math.min(within, 2 * SimulatedTime.SECOND);
		node.client().lag(lag + 1);
		this.time.after(lag, () -> this.cluster.moveCursors(node.client()));
	}

	private SimulatedNode victim(SimulationFault fault) {
		List<SimulatedNode> nodes = this.simulation.nodes();
		if (nodes.isEmpty()) {
			return null;
		}
		if (fault.node() < 0) {
			String lock = this.simulation.plan()
				.locks()
				.get((-1 - fault.node()) % this.simulation.plan().locks().size());
			for (SimulatedNode node : nodes) {
				if (this.simulation.invariants().holds(node, lock)) {
					return node;
				}
			}
		}
		return nodes.get(Math.abs(fault.node()) % nodes.size());
	}

	private void resetByBroker(SimulatedNode node) {
		SimulatedLink link = node.client().link();
		if (link != null) {
			link.closeByBroker();
		}
	}

	private void resetByClient(SimulatedNode node) {
		node.process().onNetwork(() -> {
			SimulatedLink link = node.client().link();
			if (link != null) {
				link.closeByClient();
			}
		});
	}

	private void blackhole(SimulatedNode node, long lasting) {
		SimulatedLink link = node.client().link();
		if (link != null) {
			link.stall();
			this.time.after(lasting, link::heal);
		}
	}

	private void cutOff(SimulatedNode node, long lasting) {
		node.client().cutOff(lasting);
		SimulatedLink link = node.client().link();
		blackhole(node, lasting);
		if (link != null && this.time.chance(0.3)) {
			link.closeByBroker();
		}
	}

	private void turnAway(SimulatedNode node, long lasting) {
		node.client().cutOff(lasting);
		resetByClient(node);
	}

	private void accused(SimulatedNode node) {
		turnAway(node, 20 * SimulatedTime.SECOND);
		this.cluster.admitWhenAccused(node.client());
	}

	private void pause(SimulatedNode node, long lasting) {
		node.process().stop();
		int stand = node.process().stands();
		this.time.after(lasting, () -> node.process().goOn(stand));
	}

	private void kill(SimulatedNode node, boolean told, long downtime) {
		node.kill(told);
		this.simulation.nodes().remove(node);
		restart(node, downtime);
	}

	private void shutDown(SimulatedNode node, long downtime) {
		node.process().onNetwork(() -> {
			if (!node.isEnded()) {
				node.shutDown().whenComplete((none, ex) -> node.process().later(SimulatedTime.MILLI * 5, () -> {
					if (this.simulation.nodes().remove(node)) {
						node.kill(true);
						restart(node, downtime);
					}
				}));
			}
		});
	}

	private void restart(SimulatedNode node, long downtime) {
		int index = this.simulation.plan().nodes().indexOf(node.settings());
		this.simulation.start(index, downtime + 10 * SimulatedTime.MILLI);
	}

	/** Ends all faults. */
	void calm() {
		this.cluster.calm();
		for (SimulatedNode node : new ArrayList<>(this.simulation.nodes())) {
			node.process().goOn(-1);
			node.process().limp(0);
			SimulatedLink link = node.client().link();
			if (link != null) {
				link.heal();
			}
			node.client().lag(0);
			node.client().cutOff(0);
		}
	}

}

package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.pulsarlock.line.Hint;
import io.pulsarlock.line.Hint.Ask;
import io.pulsarlock.line.Hint.Gone;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * Carries hints from node to node: some get lost, some arrive twice, late or in another
 * order. What a client that is not a node might forge is not simulated: it could write
 * the same into the journal.
 */
final class SimulatedHints {

	private final SimulatedCluster cluster;

	private final SimulatedTime time;

	private final Map<Long, End> ends = new LinkedHashMap<>();

	/** Up to where the owners of tickets have said that they are gone. */
	private final Map<String, Position> declared = new HashMap<>();

	SimulatedHints(SimulatedCluster cluster) {
		this.cluster = cluster;
		this.time = cluster.time();
	}

	/** What a node sends and receives by. */
	HintChannel open(SimulatedClient client) {
		End end = new End(client, this.ends.size() + 1);
		this.ends.put(end.number, end);
		return end;
	}

	/** No ticket up to there holds the lock, according to the sessions themselves. */
	Position declared(String lock) {
		return this.declared.getOrDefault(lock, Position.NONE);
	}

	/** Only for a broken twin: the holder says at once that it has released the lock. */
	void granted(SimulatedNode node, String lock) {
		Session session = node.session();
		Ticket ticket = (session != null) ? own(session, lock) : null;
		if (ticket != null && this.cluster.plan().twin(SimulationTwin.GONE_BEFORE_THE_END)) {
			List.copyOf(this.ends.values())
				.forEach((end) -> carry(end, new Gone(0, ticket.session(), lock, ticket.position())));
		}
	}

	/** Only for a broken twin: who has had a part of the lock says that all is gone. */
	void released(SimulatedHolding holding) {
		Session session = holding.node().session();
		if (session == null || !this.cluster.plan().twin(SimulationTwin.GONE_OF_A_SHARE)) {
			return;
		}
		for (Ticket ticket : session.table().line(holding.lock())) {
			if (ticket.position().token() == holding.hold().token() && !ticket.share().isExclusive()) {
				List.copyOf(this.ends.values())
					.forEach((end) -> carry(end, new Gone(0, session.id(), ticket.lock(), ticket.position())));
			}
		}
	}

	private static @Nullable Ticket own(Session session, String lock) {
		return session.table()
			.line(lock)
			.stream()
			.filter((ticket) -> ticket.session().equals(session.id()))
			.findFirst()
			.orElse(null);
	}

	private void send(End to, Hint hint) {
		this.cluster.coverage().count("hints sent: " + hint.getClass().getSimpleName());
		if (hint instanceof Gone gone) {
			this.declared.merge(gone.lock(), gone.place(), (one, other) -> one.isAfter(other) ? one : other);
		}
		carry(to, hint);
	}

	private void carry(End to, Hint hint) {
		for (int copies = this.time.chance(0.1) ? 0 : this.time.chance(0.1) ? 2 : 1; copies > 0; copies--) {
			long delay = this.time.chance(0.1) ? this.time.skewed(0, 5 * SimulatedTime.SECOND)
					: this.time.between(50 * SimulatedTime.MICRO, 800 * SimulatedTime.MICRO);
			this.time.at(this.time.now() + delay, () -> to.client.process().onNetwork(() -> deliver(to, hint)));
		}
	}

	private void deliver(End to, Hint hint) {
		Hint twisted = twisted(to, hint);
		if (twisted != null) {
			this.time.trace(() -> "hint     to " + to.client + ": " + twisted);
			to.listeners.forEach((listener) -> listener.accept(twisted));
		}
	}

	private @Nullable Hint twisted(End to, Hint hint) {
		LineTable table = to.client.table();
		SimulationPlan plan = this.cluster.plan();
		if (table == null) {
			return hint;
		}
		if (hint instanceof Gone && plan.twin(SimulationTwin.GONE_OF_ANY_TICKET)) {
			List<Ticket> line = table.line(hint.lock());
			for (int i = line.size() - 1; i > 0; i--) {
				if (to.client.isOf(line.get(i).session())) {
					Ticket before = line.get(i - 1);
					return new Gone(0, before.session(), before.lock(), before.position());
				}
			}
		}
		Ticket front = table.front(hint.lock());
		if (hint instanceof Ask && plan.twin(SimulationTwin.ASKED_AND_KEPT) && front != null
				&& to.client.isOf(front.session())) {
			List.copyOf(this.ends.values())
				.forEach((end) -> carry(end, new Gone(0, front.session(), front.lock(), front.position())));
			return null;
		}
		return hint;
	}

	/** One node's. */
	private final class End implements HintChannel {

		private final SimulatedClient client;

		private final long number;

		private final List<Consumer<Hint>> listeners = new ArrayList<>();

		private End(SimulatedClient client, long number) {
			this.client = client;
			this.number = number;
		}

		@Override
		public void listen(int shard, Consumer<Hint> listener) {
			this.listeners.add(listener);
		}

		@Override
		public long address() {
			boolean connected = this.client.link() != null;
			return (connected && SimulatedHints.this.cluster.plan().hasHints(this.client.toString())) ? this.number : 0;
		}

		@Override
		public void send(long address, Hint hint) {
			End to = SimulatedHints.this.ends.get(address);
			if (to != null) {
				SimulatedHints.this.send(to, hint);
			}
		}

	}

}

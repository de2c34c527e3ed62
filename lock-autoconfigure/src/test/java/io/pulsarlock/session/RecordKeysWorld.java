package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.JournalRecord.Unverified.Doubt;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * A shard whose nodes have different keys or none, and perhaps a forger without a key.
 */
final class RecordKeysWorld implements SeededWorld {

	private static final List<String> LOCKS = List.of("l:a", "l:b");

	/** Nodes with one of these have no key in common with some others. */
	private static final List<Set<String>> KEYS = List.of(Set.of(), Set.of("x"), Set.of("y"), Set.of("x", "y"));

	private static final long FAULTS_END = 60 * SimulatedTime.SECOND;

	private static final long SERVED = 90 * SimulatedTime.SECOND;

	private static final JournalRecord NOTHING = new Release(new UUID(0, 9), 0, "l:none", 0);

	private final boolean ruleBroken;

	private final boolean forging;

	private final SimulationCoverage coverage = new SimulationCoverage();

	private final SimulatedTime time;

	private final SimulatedCluster cluster;

	private final List<Node> nodes = new ArrayList<>();

	private final List<Holding> holdings = new ArrayList<>();

	/** The writer in the name of a session. */
	private final Map<UUID, Set<String>> signers = new HashMap<>();

	private final Set<String> common;

	private boolean calm;

	/**
	 * Makes a world.
	 * @param seed what happens in it
	 * @param ruleBroken whether what cannot be verified is skipped and no more
	 * @param traced whether to keep a trace
	 */
	RecordKeysWorld(long seed, boolean ruleBroken, boolean traced) {
		this.ruleBroken = ruleBroken;
		this.time = new SimulatedTime(seed, traced);
		this.cluster = new SimulatedCluster(this.time,
				new SimulationPlan(seed, List.of(), List.of(), List.of(), FAULTS_END, null), this.coverage);
		this.common = this.time.pick(KEYS);
		this.forging = !this.common.isEmpty() && this.time.chance(0.5);
		int count = 2 + this.time.index(3);
		for (int i = 0; i < count; i++) {
			start("n" + i, this.time.between(0, this.time.pick(List.of(50L, 8000L)) * SimulatedTime.MILLI));
		}
		faultLater();
		if (this.forging) {
			forgeLater();
		}
	}

	private void start(String name, long delay) {
		this.time.after(delay, () -> {
			Set<String> keys = (this.calm || this.time.chance(0.4)) ? this.common : this.time.pick(KEYS);
			double rate = 1 + (this.time.index(3) - 1) * 0.02;
			Duration lease = Duration.ofSeconds(this.time.pick(List.of(4L, 4L, 8L)));
			this.nodes.add(new Node(this, keys,
					SessionSettings.of(name).withShards(1).withTimes(lease, Duration.ofMillis(1600)), rate));
		});
	}

	private void faultLater() {
		this.time.after(this.time.skewed(SimulatedTime.SECOND / 5, 8 * SimulatedTime.SECOND), () -> {
			if (this.time.now() < FAULTS_END) {
				fault();
				faultLater();
			}
		});
	}

	private void fault() {
		long lasting = this.time.between(SimulatedTime.SECOND / 10, 12 * SimulatedTime.SECOND);
		int what = this.time.index(10);
		if (what == 0) {
			this.cluster.move(this.time.chance(0.3) ? lasting : this.time.between(0, SimulatedTime.SECOND));
		}
		else if (what == 1) {
			this.cluster.goStale(this.time.between(0, SimulatedTime.SECOND), lasting);
		}
		else if (what == 2) {
			this.cluster.slowStorage(Math.min(lasting, 6 * SimulatedTime.SECOND));
		}
		else if (!this.nodes.isEmpty()) {
			Node node = this.time.pick(this.nodes);
			this.time.trace(() -> "FAULT    " + node + " kind " + what);
			switch (what) {
				case 3, 4 -> end(node, true, lasting);
				case 5 -> end(node, false, lasting);
				case 6 -> cutOff(node.client, lasting);
				case 7 -> node.client.lag(lasting);
				default -> {
					node.process.stop();
					int stand = node.process.stands();
					this.time.after(lasting, () -> node.process.goOn(stand));
				}
			}
		}
	}

	/** A node ends, and comes back after a while, perhaps with other keys. */
	private void end(Node node, boolean killed, long downtime) {
		if (killed) {
			gone(node, downtime);
		}
		else {
			node.shutDown(() -> gone(node, downtime));
		}
	}

	private void gone(Node node, long downtime) {
		if (this.nodes.remove(node)) {
			node.client.die(true);
			this.holdings.removeIf((holding) -> holding.node == node);
			start(node.settings.node(), downtime / 2);
		}
	}

	private void cutOff(SimulatedClient client, long lasting) {
		client.cutOff(lasting);
		SimulatedLink link = client.link();
		if (link != null) {
			link.stall();
			this.time.after(lasting, link::heal);
			if (this.time.chance(0.5)) {
				link.closeByBroker();
			}
		}
	}

	/** A writer without a key writes in the names of all sessions. */
	private void forgeLater() {
		this.time.after(this.time.skewed(SimulatedTime.MILLI, 2 * SimulatedTime.SECOND), () -> {
			// A writer that pretends to have another key keeps nodes from joining.
			if (this.time.now() < FAULTS_END) {
				forge();
				forgeLater();
			}
		});
	}

	private void forge() {
		List<SessionState> sessions = List.copyOf(this.cluster.log().table().sessions());
		SessionState victim = (sessions.isEmpty() || this.time.chance(0.3)) ? null : this.time.pick(sessions);
		UUID name = (victim != null) ? victim.id() : new UUID(0, this.time.index(5));
		long sequence = (victim != null) ? victim.sequence() + this.time.index(3) : this.time.index(3);
		Doubt doubt = this.time.chance(0.7) ? Doubt.UNSIGNED : Doubt.OTHER_KEY;
		boolean heartbeat = this.time.chance(0.5);
		this.coverage.count("records forged");
		this.cluster.log()
			.append(new Unverified(name, sequence, doubt, heartbeat ? "forger" : null,
					heartbeat ? this.time.between(100, 8000) : 0, this.time.chance(0.3)));
	}

	/** Runs to the end. */
	@Override
	public void run() {
		runUntil(FAULTS_END);
		this.calm = true;
		this.cluster.calm();
		for (Node node : List.copyOf(this.nodes)) {
			node.process.goOn(-1);
			node.client.lag(0);
			node.client.cutOff(0);
			if (node.client.link() != null) {
				node.client.link().heal();
			}
		}
		runUntil(FAULTS_END + SERVED / 3);
		// As documented: all nodes get the same keys.
		for (Node node : List.copyOf(this.nodes)) {
			if (!node.keys.equals(this.common)) {
				end(node, this.time.chance(0.5), SimulatedTime.SECOND);
			}
		}
		runUntil(FAULTS_END + SERVED);
		for (Node node : this.nodes) {
			check(node.shard.isConfirmed(), node + " has not joined at the end: " + node.shard.failure());
		}
	}

	private void runUntil(long limit) {
		while (this.time.step(limit)) {
			believers();
		}
	}

	/** At most one node believes to hold a lock, whatever the keys. */
	private void believers() {
		this.holdings.removeIf((holding) -> holding.hold.isOver());
		for (int i = 0; i < this.holdings.size(); i++) {
			Holding one = this.holdings.get(i);
			for (int j = i + 1; j < this.holdings.size(); j++) {
				Holding other = this.holdings.get(j);
				if (one.lock.equals(other.lock)) {
					check(!one.believes() || !other.believes(),
							"two hold " + one.lock + ": " + one.node + " and " + other.node);
				}
			}
		}
	}

	private void granted(Node node, String lock, Hold hold) {
		this.coverage.count("grants");
		if (!node.keys.equals(this.common)) {
			this.coverage.count("grants of a minority");
		}
		this.time.trace(() -> "HOLD     " + node + " holds " + lock);
		this.holdings.add(new Holding(node, lock, hold));
		believers();
	}

	private void check(boolean fine, String problem) {
		if (!fine) {
			throw new SimulationViolation(problem);
		}
	}

	/** How a node with some keys reads a record. */
	private JournalRecord seen(JournalRecord record, Set<String> keys) {
		Doubt doubt = doubt(record, keys);
		if (doubt == null || record instanceof Unverified) {
			// Nothing protects nodes without keys from a forger.
			return keys.isEmpty() && record instanceof Unverified ? NOTHING : record;
		}
		Heartbeat heartbeat = (record instanceof Heartbeat each) ? each : null;
		return this.ruleBroken ? NOTHING
				: new Unverified(record.session(), record.sequence(), doubt,
						(heartbeat != null) ? heartbeat.info().node() : null,
						(heartbeat != null) ? heartbeat.info().leaseMillis() : 0, record instanceof Bye);
	}

	private @Nullable Doubt doubt(JournalRecord record, Set<String> keys) {
		Set<String> signers = this.signers.getOrDefault(record.session(), Set.of());
		if (keys.isEmpty()) {
			return signers.isEmpty() ? null : Doubt.NO_KEY;
		}
		if (signers.isEmpty()) {
			return Doubt.UNSIGNED;
		}
		return Collections.disjoint(signers, keys) ? Doubt.OTHER_KEY : null;
	}

	@Override
	public SimulationCoverage coverage() {
		return this.coverage;
	}

	@Override
	public SimulatedTime time() {
		return this.time;
	}

	private record Holding(Node node, String lock, Hold hold) {

		boolean believes() {
			return this.hold.wouldBeHeld(this.node.process.nanoTime());
		}

	}

	private static final class Node {

		private final RecordKeysWorld world;

		private final Set<String> keys;

		private final SessionSettings settings;

		private final SimulatedProcess process;

		private final SimulatedClient client;

		private final Shard shard;

		private boolean ended;

		Node(RecordKeysWorld world, Set<String> keys, SessionSettings settings, double rate) {
			this.world = world;
			this.keys = keys;
			this.settings = settings;
			this.process = new SimulatedProcess(world.time, rate, world.time.bits());
			this.client = new SimulatedClient(settings.node(), world.cluster, this.process, () -> null);
			this.client.view((record) -> world.seen(record, keys));
			this.shard = new Shard(0, settings, this.process, this.client, this.process::execute, (event) -> {
			}, this::id, new ClusterAgreement(0), new Availability(settings));
			this.shard.start();
			world.time.trace(() -> "node     " + this + " starts");
			for (int i = 0; i < 2; i++) {
				think();
			}
		}

		private UUID id() {
			UUID id = new UUID(this.world.time.bits(), this.world.time.bits());
			this.world.signers.put(id, this.keys);
			return id;
		}

		private void think() {
			this.process.later(this.world.time.skewed(0, 2 * SimulatedTime.SECOND), this::want);
		}

		private void want() {
			if (this.ended) {
				return;
			}
			String lock = this.world.time.pick(LOCKS);
			Waiter waiter = new Waiter(false, null);
			waiter.granted.whenComplete((hold, ex) -> {
				if (hold != null) {
					this.world.granted(this, lock, hold);
					this.process.later(this.world.time.skewed(0, 6 * SimulatedTime.SECOND), hold::release);
				}
				think();
			});
			this.shard.acquire(lock, lock, LockKind.LOCK, waiter);
		}

		void shutDown(Runnable then) {
			this.process.onNetwork(() -> {
				if (!this.ended) {
					this.ended = true;
					this.shard.close().whenComplete((none, ex) -> this.process.later(SimulatedTime.MILLI * 5, then));
				}
			});
		}

		@Override
		public String toString() {
			return this.settings.node() + " with " + this.keys;
		}

	}

}

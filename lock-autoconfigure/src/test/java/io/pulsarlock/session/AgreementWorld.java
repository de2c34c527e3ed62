package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.pulsarlock.line.Position;

/**
 * A world with several shards, in which nodes are configured for different numbers of
 * shards. Each shard's topic has brokers of its own, so that one may be out of reach
 * while the others are not.
 */
final class AgreementWorld implements SeededWorld {

	static final List<String> NAMES = List.of("l:a", "l:b", "l:c");

	private static final int TOPICS = 4;

	/** The numbers of shards that nodes are configured for. */
	private static final List<Integer> BELIEFS = List.of(1, 2, 3, 4);

	/** The token floors that nodes are configured for. */
	private static final List<Long> FLOORS = List.of(0L, 1L << 40);

	private static final long FAULTS_END = 60 * SimulatedTime.SECOND;

	private static final long SERVED = 60 * SimulatedTime.SECOND;

	private final SimulationPlan plan;

	private final boolean perShard;

	private final SimulationCoverage coverage = new SimulationCoverage();

	private final SimulatedTime time;

	private final List<SimulatedCluster> topics = new ArrayList<>();

	private final List<Node> nodes = new ArrayList<>();

	private final List<Holding> holdings = new ArrayList<>();

	private final int common;

	private final long commonFloor;

	private boolean calm;

	/**
	 * Makes a world.
	 * @param seed what happens in it
	 * @param perShard whether a rule is broken: each shard decides for itself
	 * @param traced whether to keep a trace
	 */
	AgreementWorld(long seed, boolean perShard, boolean traced) {
		this.perShard = perShard;
		this.plan = new SimulationPlan(seed, List.of(), List.of(), List.of(), FAULTS_END, null);
		this.time = new SimulatedTime(seed, traced);
		for (int i = 0; i < TOPICS; i++) {
			this.topics.add(new SimulatedCluster(this.time, this.plan, this.coverage));
		}
		this.common = this.time.pick(BELIEFS);
		this.commonFloor = this.time.pick(FLOORS);
		int count = 2 + this.time.index(3);
		for (int i = 0; i < count; i++) {
			start("n" + i, this.time.between(0, this.time.pick(List.of(50L, 3000L)) * SimulatedTime.MILLI));
		}
		faultLater();
	}

	private void start(String name, long delay) {
		this.time.after(delay, () -> {
			boolean common = this.calm || this.time.chance(0.5);
			int shards = common ? this.common : this.time.pick(BELIEFS);
			long floor = common ? this.commonFloor : this.time.pick(FLOORS);
			double rate = 1 + (this.time.index(3) - 1) * 0.02;
			this.nodes.add(new Node(this,
					SessionSettings.of(name)
						.withShards(shards)
						.withTimes(Duration.ofSeconds(4), Duration.ofMillis(1600))
						.withTokenFloor(floor),
					rate));
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
		// The deciding shard most of all.
		int topic = this.time.chance(0.5) ? 0 : this.time.index(TOPICS);
		int what = this.time.index(10);
		if (what == 0) {
			this.topics.get(topic).move(this.time.chance(0.3) ? lasting : this.time.between(0, SimulatedTime.SECOND));
		}
		else if (what == 1) {
			this.topics.get(topic).goStale(this.time.between(0, SimulatedTime.SECOND), lasting);
		}
		else if (what == 2) {
			this.topics.get(topic).slowStorage(Math.min(lasting, 6 * SimulatedTime.SECOND));
		}
		else if (!this.nodes.isEmpty()) {
			Node node = this.time.pick(this.nodes);
			this.time.trace(() -> "FAULT    " + node + " " + node.settings.shards() + " kind " + (what));
			switch (what) {
				case 3, 4 -> end(node, true, lasting);
				case 5 -> end(node, false, lasting);
				case 6 -> node.clients.forEach((client) -> cutOff(client, lasting));
				case 7 -> cutOff(node.clients.get(Math.min(topic, node.clients.size() - 1)), lasting);
				case 8 -> node.clients.get(Math.min(topic, node.clients.size() - 1)).lag(lasting);
				default -> {
					node.process.stop();
					int stand = node.process.stands();
					this.time.after(lasting, () -> node.process.goOn(stand));
				}
			}
		}
	}

	/** A node ends, and comes back after a while, perhaps with another belief. */
	private void end(Node node, boolean killed, long downtime) {
		if (killed) {
			this.coverage.count("nodes killed");
			gone(node, downtime);
		}
		else {
			node.shutDown(() -> gone(node, downtime));
		}
	}

	private void gone(Node node, long downtime) {
		if (this.nodes.remove(node)) {
			node.clients.forEach((client) -> client.die(true));
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

	/** Runs to the end. */
	@Override
	public void run() {
		runUntil(FAULTS_END);
		this.calm = true;
		this.topics.forEach(SimulatedCluster::calm);
		for (Node node : List.copyOf(this.nodes)) {
			node.process.goOn(-1);
			for (SimulatedClient client : node.clients) {
				client.lag(0);
				client.cutOff(0);
				if (client.link() != null) {
					client.link().heal();
				}
			}
		}
		runUntil(FAULTS_END + SERVED / 2);
		// As documented: nodes that disagree are stopped or killed, then all agree.
		for (Node node : List.copyOf(this.nodes)) {
			if (!agrees(node)) {
				end(node, this.time.chance(0.5), SimulatedTime.SECOND);
			}
		}
		runUntil(FAULTS_END + 2 * SERVED);
		for (Node node : this.nodes) {
			check(node.shards.stream().allMatch(Shard::isConfirmed), node + " of " + node.settings.shards()
					+ " has not joined at the end: " + node.shards.get(0).failure());
			check(agrees(node), node + " still disagrees");
		}
	}

	private boolean agrees(Node node) {
		return node.settings.shards() == this.common && node.settings.tokenFloor() == this.commonFloor;
	}

	private void runUntil(long limit) {
		while (this.time.step(limit)) {
			believers();
		}
	}

	/** For each name, at most one node believes to hold the lock, in any shard. */
	private void believers() {
		this.holdings.removeIf((holding) -> holding.hold.isOver());
		for (int i = 0; i < this.holdings.size(); i++) {
			Holding one = this.holdings.get(i);
			for (int j = i + 1; j < this.holdings.size(); j++) {
				Holding other = this.holdings.get(j);
				if (one.node.settings.tokenFloor() != other.node.settings.tokenFloor()) {
					check(!one.believes() || !other.believes(), "two hold with different token floors: " + one.node
							+ " " + one.name + " and " + other.node + " " + other.name);
				}
				if (one.name.equals(other.name)) {
					check(!one.believes() || !other.believes(),
							"two hold " + one.name + ": " + one.node + " of " + one.node.settings.shards()
									+ " shards and " + other.node + " of " + other.node.settings.shards());
				}
			}
		}
	}

	private void granted(Node node, String name, Hold hold) {
		this.coverage.count("grants");
		if (node.settings.shards() == this.common && node.settings.tokenFloor() != this.commonFloor) {
			this.coverage.count("grants with a token floor of a minority that came first");
		}
		check(hold.token() > node.settings.tokenFloor(), node + " was granted token " + hold.token());
		if (node.settings.shards() != this.common) {
			this.coverage.count("grants of a minority that came first");
		}
		if (node.refused()) {
			check(false, node + " was granted " + name + " although it is refused");
		}
		this.time.trace(() -> "HOLD     " + node + " of " + node.settings.shards() + " holds " + name);
		this.holdings.add(new Holding(node, name, hold));
		believers();
	}

	private void check(boolean fine, String problem) {
		if (!fine) {
			throw new SimulationViolation(problem);
		}
	}

	@Override
	public SimulationCoverage coverage() {
		return this.coverage;
	}

	@Override
	public SimulatedTime time() {
		return this.time;
	}

	private record Holding(Node node, String name, Hold hold) {

		boolean believes() {
			return this.hold.wouldBeHeld(this.node.process.nanoTime());
		}

	}

	/** A node with all its shards, and users who take locks by name. */
	private static final class Node {

		private final AgreementWorld world;

		private final SessionSettings settings;

		private final SimulatedProcess process;

		private final List<SimulatedClient> clients = new ArrayList<>();

		private final List<Shard> shards = new ArrayList<>();

		private final ClusterAgreement agreement = new ClusterAgreement(ClusterAgreement.DECIDING_SHARD);

		private final Map<String, Boolean> wanted = new HashMap<>();

		private boolean ended;

		Node(AgreementWorld world, SessionSettings settings, double rate) {
			this.world = world;
			this.settings = settings;
			this.process = new SimulatedProcess(world.time, rate, world.time.bits());
			Availability availability = new Availability(settings);
			for (int i = 0; i < settings.shards(); i++) {
				SimulatedClient client = new SimulatedClient(settings.node() + "." + i, world.topics.get(i),
						this.process, () -> null);
				this.clients.add(client);
				this.shards.add(new Shard(i, settings, this.process, client, this.process::execute, (event) -> {
				}, () -> new UUID(world.time.bits(), world.time.bits()),
						world.perShard ? new ClusterAgreement(i) : this.agreement, availability));
			}
			this.shards.forEach(Shard::start);
			world.time.trace(() -> "node     " + settings.node() + " of " + settings.shards() + " starts");
			for (int i = 0; i < 2; i++) {
				think();
			}
		}

		private void think() {
			this.process.later(this.world.time.skewed(0, 2 * SimulatedTime.SECOND), this::want);
		}

		private void want() {
			if (this.ended) {
				return;
			}
			String name = this.world.time.pick(NAMES);
			if (this.wanted.putIfAbsent(name, true) != null) {
				think();
				return;
			}
			// The names are so few that the hash would not use all shards.
			Shard shard = this.shards.get((NAMES.indexOf(name) + 3) % this.shards.size());
			Waiter waiter = new Waiter(false, null);
			waiter.granted.whenComplete((hold, ex) -> {
				this.wanted.remove(name);
				if (hold != null) {
					this.world.granted(this, name, hold);
					this.process.later(this.world.time.skewed(0, 6 * SimulatedTime.SECOND), hold::release);
				}
				think();
			});
			shard.acquire(name, name, LockKind.LOCK, waiter);
		}

		/** Whether every session in the deciding shard has ended. */
		boolean refused() {
			return this.shards.get(0).activeSession() == null && !this.world.perShard;
		}

		void shutDown(Runnable then) {
			this.process.onNetwork(() -> {
				if (!this.ended) {
					this.ended = true;
					int[] open = { this.shards.size() };
					this.shards.forEach((shard) -> shard.close().whenComplete((none, ex) -> {
						if (--open[0] == 0) {
							this.process.later(SimulatedTime.MILLI * 5, then);
						}
					}));
				}
			});
		}

		@Override
		public String toString() {
			return this.settings.node();
		}

	}

}

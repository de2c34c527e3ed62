package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.pulsarlock.benchmarks.faults.Chronicle.Kept;
import io.pulsarlock.benchmarks.faults.Observer.Seen;
import io.pulsarlock.benchmarks.faults.Violation.Kind;
import org.apache.pulsar.client.api.PulsarClient;
import org.jspecify.annotations.Nullable;

/**
 * One lock cluster under attack: its nodes, the resource they guard, and the Pulsar they
 * use. One thread works on it.
 */
final class Arena implements AutoCloseable {

	static final int LONG_LOCKS = 2;

	/** Each is requested mostly by one node, which therefore keeps it. */
	static final int HOME_LOCKS = 2;

	/** The locks that several nodes have at the same time. */
	static final List<String> SHARED_LOCKS = List.of(SharedWay.READERS, SharedWay.PERMITS);

	private static final Duration START_LIMIT = Duration.ofSeconds(90);

	/** So that it does not look like growth of the journals over hours of faults. */
	private static final Duration NOISE_PAUSE = Duration.ofMillis(10);

	/** Each arena's namespaces must have other names. */
	private static final AtomicInteger NAMESPACES = new AtomicInteger();

	private final String name;

	private final Settings settings;

	private final Pulsar pulsar;

	private final Random random;

	private final Path folder;

	private final Consumer<String> progress;

	private final List<Node> nodes = new ArrayList<>();

	private final Chronicle chronicle = new Chronicle();

	private final List<Violation> violations = new ArrayList<>();

	private final RegisterProcess register;

	private final Observer observer;

	private @Nullable Counted baseline;

	private long measured = System.nanoTime();

	Arena(String name, Settings settings, Pulsar pulsar, long seed, @Nullable Path archive, Map<String, String> options,
			Consumer<String> progress) {
		this.name = name;
		this.settings = settings;
		this.pulsar = pulsar;
		this.random = new Random(seed);
		this.folder = settings.folder().resolve(name);
		this.progress = progress;
		this.register = RegisterProcess.start(this.folder);
		String cluster = name + "-" + Long.toString(System.nanoTime(), 36);
		this.observer = new Observer(pulsar.serviceUrl(), cluster);
		for (int i = 0; i < settings.nodes(); i++) {
			Namespace namespace = Namespace.isPossible() ? Namespace.create(NAMESPACES.getAndIncrement()) : null;
			Map<String, String> all = new LinkedHashMap<>();
			all.put("spring.pulsar.client.service-url", pulsar.serviceUrl());
			all.put("pulsar-lock.cluster", cluster);
			all.put("pulsar-lock.topic.shards", Integer.toString(Settings.SHARDS));
			all.put("pulsar-lock.session.lease", settings.lease().toMillis() + "ms");
			all.put("pulsar-lock.session.reconnect-grace", settings.grace().toMillis() + "ms");
			all.put("pulsar-lock.hints.enabled", Boolean.toString(settings.hints().has(i)));
			all.put("faults.locks", Integer.toString(settings.locks()));
			all.put("faults.long-locks", Integer.toString(LONG_LOCKS));
			all.put("faults.home-locks", Integer.toString(HOME_LOCKS));
			all.put("faults.shared-locks", "true");
			all.put("faults.home", Integer.toString(i));
			all.put("faults.held", Integer.toString(settings.held()));
			all.put("faults.nodes", Integer.toString(settings.nodes()));
			all.put("faults.seed", Long.toString(this.random.nextInt(1_000_000)));
			all.putAll(options);
			Node node = new Node("n" + i, this.folder, namespace, archive, all);
			if (namespace != null) {
				this.register.listen(node.host());
			}
			node.option("faults.register", node.host() + ":" + this.register.port());
			this.nodes.add(node);
		}
	}

	/** Starts the nodes and counts what exists while no lock is held. */
	void start() {
		this.nodes.forEach(Node::start);
		await("all nodes have joined", START_LIMIT, () -> allSaid("JOINED"));
	}

	void countBaseline() {
		quiesce();
		this.baseline = count();
		resume();
	}

	/** Injects one fault and waits for recovery. */
	Round run(Fault fault, @Nullable Role wanted) {
		settle();
		return run(fault, wanted, (fault.kind() == Fault.Kind.NODE) ? choose(wanted) : null);
	}

	/** Injects one fault into that node. */
	Round runOn(Node target, Fault fault) {
		settle();
		return run(fault, null, target);
	}

	private Round run(Fault fault, @Nullable Role wanted, @Nullable Node target) {
		Round round = new Round(this.chronicle.rounds.size() + 1, fault, (target != null) ? target.name() : null);
		round.begun = System.nanoTime();
		this.chronicle.rounds.add(round);
		if (target != null) {
			prepare(fault, target, wanted);
			if (!fault.isWhileJoining()) {
				round.roles.addAll(look().roles(target.name()));
			}
		}
		try {
			if (target != null) {
				attack(fault, target, round);
			}
			else {
				attack(fault, round);
			}
		}
		catch (IOException | RuntimeException ex) {
			throw new IllegalStateException(round + " in " + this.name + " could not be done", ex);
		}
		recover(round, target);
		return round;
	}

	private void settle() {
		this.pulsar.startMissing();
		for (Node node : this.nodes) {
			if (!node.isAlive()) {
				this.violations.add(new Violation(Kind.UNEXPECTED, this.name, "The process of " + node + " is gone"));
				readAll();
				this.chronicle.died(node.name(), System.nanoTime());
				node.start();
			}
		}
		boolean joined = awaitUntil(START_LIMIT, () -> allSaid("JOINED"));
		if (!joined) {
			this.violations.add(new Violation(Kind.LIVENESS, this.name, "Not all nodes have joined"));
		}
		if (System.nanoTime() - this.measured > Duration.ofSeconds(30).toNanos()) {
			this.measured = System.nanoTime();
			this.nodes.forEach((node) -> node.say("MEASURE"));
			Kept kept = Kept.of(this.pulsar, this.observer.topics());
			if (kept != null) {
				this.chronicle.kept.add(kept);
			}
		}
	}

	private Node choose(@Nullable Role wanted) {
		Node any = this.nodes.get(this.random.nextInt(this.nodes.size()));
		if (wanted == null) {
			return any;
		}
		Seen seen = look();
		List<Node> fitting = this.nodes.stream()
			.filter((node) -> (wanted == Role.HOLDER) ? seen.longHolders().contains(node.name())
					: seen.roles(node.name()).contains(wanted))
			.toList();
		return fitting.isEmpty() ? any : fitting.get(this.random.nextInt(fitting.size()));
	}

	private void prepare(Fault fault, Node target, @Nullable Role wanted) {
		if (fault.isWallClock() && target.clock() == null) {
			end(target);
			target.withClock(new WallClock(this.folder));
			target.start();
			await(target + " has joined", START_LIMIT, () -> target.said("JOINED"));
			awaitUntil(Duration.ofSeconds(40), () -> {
				Set<Role> roles = look().roles(target.name());
				return (wanted != null) ? roles.contains(wanted) : !roles.isEmpty();
			});
		}
	}

	private void attack(Fault fault, Node target, Round round) {
		Link link = target.link();
		Namespace namespace = target.namespace();
		round.injected = System.nanoTime();
		switch (fault) {
			case KILL -> kill(target);
			case STOP_1, STOP_5, STOP_20, STOP_70 -> stop(target, fault.length());
			case SHUTDOWN -> end(target);
			case RESET -> link.resetAll();
			case RESET_BROKER_SIDE -> during(fault, link::resetBrokerSide, link::heal);
			case RESET_NODE_SIDE -> during(fault, link::resetNodeSide, link::heal);
			case BLACKHOLE -> during(fault, () -> link.blackhole(true, true), link::heal);
			case BLACKHOLE_OUT -> during(fault, () -> link.blackhole(true, false), link::heal);
			case BLACKHOLE_IN -> during(fault, () -> link.blackhole(false, true), link::heal);
			case DELAY -> during(fault, () -> link.delay(Duration.ofMillis(300)), link::heal);
			case STARVE -> during(fault, () -> link.throttle(400), link::heal);
			case DROP, DROP_IN, DROP_OUT -> {
				if (namespace == null) {
					throw new IllegalStateException("Packets can be dropped in a namespace only");
				}
				during(fault, () -> namespace.drop(link.port(), fault != Fault.DROP_OUT, fault != Fault.DROP_IN),
						namespace::heal);
			}
			case WALL_FORWARD -> wallClock(fault, target, (clock) -> clock.jump(Duration.ofHours(1)));
			case WALL_BACK -> wallClock(fault, target, (clock) -> clock.jump(Duration.ofHours(-1)));
			case WALL_DOUBLE -> wallClock(fault, target, (clock) -> clock.rate(2));
			case JOIN_KILL, JOIN_STOP, JOIN_BLACKHOLE -> whileJoining(fault, target, round);
			case UPGRADE -> {
				end(target);
				target.twin((target.twin() == null) ? "upgraded" : null);
			}
			default -> throw new IllegalStateException(fault + " is not for a node");
		}
		round.healed = System.nanoTime();
		if (!target.isAlive()) {
			// Wait for another node first, to see how long that takes.
			awaitUntil(fault.bound(), () -> areGranted(round.injected));
			target.start();
		}
	}

	private void attack(Fault fault, Round round) throws IOException {
		List<String> topics = this.observer.topics();
		round.injected = System.nanoTime();
		switch (fault) {
			case STALE_EXPEL -> {
				this.observer.writeStale();
				sleep(fault.length());
				this.observer.writeStale();
			}
			case NOISE_COPIES, NOISE_STRANGERS, NOISE_GAPS, NOISE_OPENINGS, NOISE_FLIPPED, NOISE_FORGED, NOISE_ODD ->
				noise(fault, topics);
			case BROKER_KILL -> this.pulsar.killBroker(topics.get(0), fault.length());
			case BROKER_STOP_5, BROKER_STOP_20 -> this.pulsar.pauseBroker(topics.get(0), fault.length());
			case BROKER_RESTART -> this.pulsar.restartBroker(topics.get(0), fault.length());
			case UNLOAD_NAMESPACE -> this.pulsar.unloadNamespace();
			case UNLOAD_TOPIC -> topics.forEach(this.pulsar::unload);
			case DELETE_TOPIC -> this.pulsar.delete(topics.get(0));
			case DELETE_READERS -> topics.forEach(this.pulsar::deleteReaders);
			case DELETE_KEEPER -> topics.forEach(this.pulsar::deleteKeeper);
			case POLICY_TTL -> during(fault, this.pulsar::shortTimeToLive, this.pulsar::usualPolicies);
			case POLICY_RETENTION -> during(fault, this.pulsar::noRetention, this.pulsar::usualPolicies);
			case POLICY_BACKLOG -> during(fault, this.pulsar::tinyBacklogQuota, this.pulsar::usualPolicies);
			case BOOKIE_KILL -> this.pulsar.killBookie(fault.length());
			case DISK_FULL -> this.pulsar.fillDisk(fault.length());
			case NEWER -> newer();
			default -> throw new IllegalStateException(fault + " is not for Pulsar");
		}
		round.healed = System.nanoTime();
	}

	/**
	 * The sessions that are opened have the lease of the nodes: a session that is silent
	 * in the current ledger keeps all nodes from granting anything for its lease.
	 */
	private void noise(Fault fault, List<String> topics) throws IOException {
		try (PulsarClient client = PulsarClient.builder().serviceUrl(this.pulsar.serviceUrl()).build()) {
			Noise noise = new Noise(client, topics, NOISE_PAUSE, this.settings.lease(), this.random.nextLong());
			int written = noise.make(Objects.requireNonNull(fault.noise()), fault.length());
			if (written == 0) {
				throw new IllegalStateException("Nothing was written");
			}
		}
	}

	private void during(Fault fault, Runnable begin, Runnable end) {
		begin.run();
		try {
			sleep(fault.length());
		}
		finally {
			end.run();
		}
	}

	private void wallClock(Fault fault, Node target, Consumer<WallClock> change) {
		WallClock clock = target.clock();
		if (clock == null) {
			throw new IllegalStateException(target + " has no wall clock of its own");
		}
		during(fault, () -> change.accept(clock), clock::heal);
	}

	private void stop(Node target, Duration length) {
		target.signal("STOP");
		try {
			sleep(length);
		}
		finally {
			target.signal("CONT");
		}
	}

	private void kill(Node target) {
		long before = System.nanoTime();
		target.kill();
		target.read(this.chronicle);
		this.chronicle.died(target.name(), before);
	}

	/** Stops a node cleanly. */
	private void end(Node target) {
		long before = System.nanoTime();
		target.signal("TERM");
		if (!target.awaitEnd(40)) {
			this.violations
				.add(new Violation(Kind.LIVENESS, this.name, target + " did not end within 40 s of SIGTERM"));
			target.kill();
		}
		target.read(this.chronicle);
		this.chronicle.died(target.name(), before);
	}

	private void whileJoining(Fault fault, Node target, Round round) {
		end(target);
		target.start();
		long started = System.nanoTime();
		long delay = Duration.ofMillis(1500 + this.random.nextInt(3500)).toNanos();
		awaitUntil(START_LIMIT, () -> target.said("JOINED") || System.nanoTime() - started > delay);
		round.injected = System.nanoTime();
		switch (fault) {
			case JOIN_KILL -> kill(target);
			case JOIN_STOP -> stop(target, fault.length());
			default -> during(fault, () -> target.link().blackhole(true, true), target.link()::heal);
		}
	}

	/**
	 * Lets a node of a newer record version join: the others must stop holding anything,
	 * and report that they cannot tell which locks are held.
	 */
	private void newer() {
		Node node = this.nodes.get(this.nodes.size() - 1);
		end(node);
		node.twin("newer");
		long before = this.chronicle.unknown;
		node.start();
		await("a node of a newer version runs", START_LIMIT, () -> node.said("JOINED") || !node.isAlive());
		List<Node> old = this.nodes.subList(0, this.nodes.size() - 1);
		boolean said = awaitUntil(Duration.ofSeconds(60), () -> this.chronicle.unknown >= before + old.size()
				&& this.chronicle.open().stream().noneMatch((holding) -> !holding.node.equals(node.name())));
		if (!said) {
			this.violations
				.add(new Violation(Kind.SILENT, Fault.NEWER.title(), "The older nodes go on as if they understood"));
		}
	}

	private void recover(Round round, @Nullable Node target) {
		if (round.fault.kind() == Fault.Kind.LAST) {
			round.recovered = System.nanoTime();
			return;
		}
		// A process takes its time to start on a busy machine.
		Duration limit = round.fault.bound().plusSeconds(round.fault.isLethal() ? 75 : 30);
		boolean recovered = awaitUntil(limit,
				() -> this.nodes.stream().allMatch((node) -> node.isAlive() && node.said("JOINED"))
						&& areGranted(round.healed)
						&& this.nodes.stream()
							.filter((node) -> target == null || node == target)
							.allMatch((node) -> this.chronicle.lastGrantOfNode(node.name()) > round.healed));
		if (recovered) {
			round.recovered = System.nanoTime();
		}
		this.progress.accept(String.format("%s %s %s %s", this.name, round,
				round.roles.isEmpty() ? "" : round.roles.toString().toLowerCase(Locale.ROOT),
				recovered ? String.format("went on after %.1f s", (round.recovered - round.healed) / 1e9)
						: "DID NOT GO ON within " + limit));
	}

	private boolean allSaid(String word) {
		return this.nodes.stream().allMatch((node) -> node.said(word));
	}

	private boolean areGranted(long after) {
		for (int i = 0; i < this.settings.locks(); i++) {
			if (this.chronicle.lastGrantOfLock("short-" + i) <= after) {
				return false;
			}
		}
		return true;
	}

	private Seen look() {
		for (int attempt = 0;; attempt++) {
			try {
				return this.observer.look();
			}
			catch (IOException ex) {
				if (attempt == 10) {
					throw new IllegalStateException("The journals of " + this.name + " cannot be read", ex);
				}
				sleep(Duration.ofSeconds(1));
			}
		}
	}

	private void quiesce() {
		this.nodes.forEach((node) -> {
			node.forget("QUIET");
			node.say("QUIESCE");
		});
		await("all nodes are quiet", Duration.ofSeconds(120), () -> allSaid("QUIET"));
	}

	private void resume() {
		this.nodes.forEach((node) -> node.say("RESUME"));
	}

	private @Nullable Counted count() {
		this.nodes.forEach((node) -> node.say("MEASURE"));
		return Counted.of(this.pulsar, this.observer.topics());
	}

	/**
	 * Ends everything, and checks what is left behind.
	 * @return the judgement
	 */
	Referee finish(boolean orderly, StallWatch stalls) {
		Counted baseline = this.baseline;
		if (orderly && baseline != null) {
			quiesce();
			boolean same = awaitUntil(Duration.ofSeconds(60), () -> baseline.equals(count()));
			if (!same) {
				this.violations.add(new Violation(Kind.ORPHAN, this.name,
						"60 s after the last fault there are " + count() + ", expected " + baseline));
			}
		}
		for (Node node : this.nodes) {
			if (node.isAlive()) {
				node.signal("TERM");
			}
		}
		for (Node node : this.nodes) {
			if (!node.awaitEnd(40)) {
				this.violations.add(new Violation(Kind.LIVENESS, this.name, node + " did not end within 40 s"));
				node.kill();
			}
		}
		readAll();
		this.nodes.forEach((node) -> this.chronicle.died(node.name(), System.nanoTime()));
		if (orderly && baseline != null) {
			boolean gone = awaitUntil(Duration.ofSeconds(60),
					() -> Counted.NOTHING.equals(Counted.of(this.pulsar, this.observer.topics())));
			if (!gone) {
				this.violations.add(new Violation(Kind.ORPHAN, this.name,
						"60 s after the end there are still " + Counted.of(this.pulsar, this.observer.topics())));
			}
		}
		Referee referee = new Referee(this.chronicle, true, stalls);
		referee.referee();
		this.violations.forEach(referee::add);
		return referee;
	}

	/** A node that currently holds a long-held lock; any node if there is none. */
	Node longHolder() {
		settle();
		return choose(Role.HOLDER);
	}

	/** The same from the nodes' histories, for nodes without a journal. */
	Node holderByHistory() {
		settle();
		String name = this.chronicle.open()
			.stream()
			.filter((holding) -> holding.lock.startsWith(Referee.LONG))
			.map((holding) -> holding.node)
			.findFirst()
			.orElse("n0");
		return this.nodes.stream().filter((node) -> node.name().equals(name)).findFirst().orElseThrow();
	}

	/** Waits until everything that is held now has been released or lost. */
	void awaitEndOfHoldings() {
		List<Holding> open = List.copyOf(this.chronicle.open());
		awaitUntil(Duration.ofSeconds(40), () -> open.stream()
			.noneMatch((holding) -> holding.isOpen() && !holding.lock.startsWith(Referee.GROUP)));
	}

	Chronicle chronicle() {
		return this.chronicle;
	}

	/** The result for the guarded sets. */
	Report register() {
		return this.register.report();
	}

	List<Node> nodes() {
		return this.nodes;
	}

	private void readAll() {
		this.nodes.forEach((node) -> node.read(this.chronicle));
	}

	void await(String what, Duration limit, BooleanSupplier condition) {
		if (!awaitUntil(limit, condition)) {
			throw new IllegalStateException(
					this.name + ": not within " + limit.toSeconds() + " s: " + what + ". See " + this.folder);
		}
	}

	boolean awaitUntil(Duration limit, BooleanSupplier condition) {
		long end = System.nanoTime() + limit.toNanos();
		while (true) {
			readAll();
			if (condition.getAsBoolean()) {
				return true;
			}
			if (System.nanoTime() - end > 0) {
				return false;
			}
			sleep(Duration.ofMillis(50));
		}
	}

	/** The duration of a fault, or the interval of reading the histories. */
	static void sleep(Duration time) {
		try {
			Thread.sleep(time.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	@Override
	public void close() {
		this.nodes.forEach(Node::close);
		this.observer.close();
		this.register.close();
	}

}

package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The plan of one simulation, generated from a seed.
 *
 * @param seed the seed
 * @param nodes the nodes' settings
 * @param rates how fast the nodes' clocks run
 * @param faults what goes wrong and when
 * @param duration when the faults end
 * @param twin the rule that is broken, or null
 * @param sharing whether some locks have readers and writers, or permits
 */
record SimulationPlan(long seed, List<SessionSettings> nodes, List<Double> rates, List<SimulationFault> faults,
		long duration, @Nullable SimulationTwin twin, boolean sharing) {

	static final List<String> LOCKS = List.of("l:a", "l:b", "g:c", "l:d");

	static final String READERS = "l:readers";

	static final String PERMITS = "l:permits";

	private static final List<String> SHARED = List.of("l:a", "g:c", READERS, PERMITS);

	private static final double DRIFT = 0.05;

	/** Leaves time for two leases before all must have joined again. */
	private static final long EARLY = 40 * SimulatedTime.SECOND;

	SimulationPlan(long seed, List<SessionSettings> nodes, List<Double> rates, List<SimulationFault> faults,
			long duration, @Nullable SimulationTwin twin) {
		this(seed, nodes, rates, faults, duration, twin, false);
	}

	static SimulationPlan of(long seed) {
		return of(seed, null);
	}

	static SimulationPlan of(long seed, @Nullable SimulationTwin twin) {
		SplittableRandom random = new SplittableRandom(seed * 31 + 7);
		int count = 3 + random.nextInt(3);
		int times = random.nextInt(10);
		List<SessionSettings> nodes = new ArrayList<>();
		List<Double> rates = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			// Disabled at some nodes: nodes with and without the lock cache must work
			// together.
			Duration affinity = Duration.ofSeconds((i + seed) % 3 * 5);
			nodes.add(settings("n" + i, (times == 9) ? random.nextInt(9) : times, affinity));
			// Two clocks differ by less than the drift.
			rates.add(1 + (random.nextInt(3) - 1) * 0.024 * random.nextDouble());
		}
		if (twin == SimulationTwin.SLOW_CLOCK) {
			rates.set(0, 0.7);
		}
		long duration = 60 * SimulatedTime.SECOND;
		List<SimulationFault> faults = new ArrayList<>();
		long mean = SimulatedTime.SECOND / 4 * (2 + random.nextInt(20));
		long at = SimulatedTime.SECOND * 2;
		while (at < duration) {
			faults.add(SimulationFault.any(at, random));
			boolean burst = random.nextDouble() < 0.4;
			at += (long) (-Math.log(1 - random.nextDouble()) * (burst ? SimulatedTime.SECOND / 3 : mean));
		}
		return new SimulationPlan(seed, nodes, rates, faults, duration, twin);
	}

	/**
	 * The topic is deleted while some nodes are late, cut off or leaving, perhaps shortly
	 * after another move.
	 */
	static SimulationPlan ofDeletions(long seed) {
		List<SimulationFault.Kind> late = List.of(SimulationFault.Kind.LAG, SimulationFault.Kind.LAG,
				SimulationFault.Kind.TURNED_AWAY, SimulationFault.Kind.PAUSE);
		SplittableRandom random = new SplittableRandom(seed * 17 + 3);
		List<SimulationFault> faults = new ArrayList<>();
		for (long at : List.of(15 * SimulatedTime.SECOND, 45 * SimulatedTime.SECOND)) {
			for (int i = 1 + random.nextInt(3); i > 0; i--) {
				// A node that misses none of its own records misses little.
				long lasting = random.nextBoolean() ? random.nextLong(SimulatedTime.SECOND, 3 * SimulatedTime.SECOND)
						: random.nextLong(50, 300) * SimulatedTime.MILLI;
				faults.add(new SimulationFault(at - random.nextLong(0, lasting / 2),
						late.get(random.nextInt(late.size())), random.nextInt(-4, 16), lasting, 0));
			}
			faults.add(new SimulationFault(at, SimulationFault.Kind.DELETED, 0, 0,
					random.nextLong(0, 200) * SimulatedTime.MILLI));
			int victim = -1 - random.nextInt(LOCKS.size());
			switch (random.nextInt(6)) {
				// A holder that has written last into the old topic, and never in time
				// into the new one.
				case 0 -> faults.add(new SimulationFault(at - random.nextLong(0, 20) * SimulatedTime.MILLI,
						SimulationFault.Kind.CUT_OFF, victim, random.nextLong(8, 16) * SimulatedTime.SECOND, 0));
				// One that has judged or asked, and is connected again in the new one.
				case 1 -> {
					long lasting = random.nextLong(1, 14) * SimulatedTime.SECOND;
					faults.add(new SimulationFault(at - lasting + random.nextLong(0, 300) * SimulatedTime.MILLI,
							SimulationFault.Kind.CUT_OFF, random.nextInt(-4, 16), lasting, 0));
				}
				// A node that leaves, and does not come back before all know each other.
				case 2 -> faults.add(new SimulationFault(at + random.nextLong(-300, 100) * SimulatedTime.MILLI,
						SimulationFault.Kind.SHUT_DOWN, victim, 0, 25 * SimulatedTime.SECOND));
				case 3 -> faults.add(new SimulationFault(at - random.nextLong(0, 10_000) * SimulatedTime.MILLI,
						SimulationFault.Kind.MOVE, 0, 0, random.nextLong(0, 200) * SimulatedTime.MILLI));
				default -> {
				}
			}
		}
		faults.sort(Comparator.comparingLong(SimulationFault::at));
		return of(seed).with(faults);
	}

	/**
	 * Every tick of some nodes is late for most of the time, and others join at the end,
	 * by what is left of the journal.
	 */
	static SimulationPlan ofLateness(long seed, @Nullable SimulationTwin twin) {
		SplittableRandom random = new SplittableRandom(seed * 23 + 11);
		List<SimulationFault> faults = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			faults.add(new SimulationFault(random.nextLong(3, 8) * SimulatedTime.SECOND, SimulationFault.Kind.LIMP, i,
					55 * SimulatedTime.SECOND, 0));
		}
		for (long at = 36 * SimulatedTime.SECOND; at < 59 * SimulatedTime.SECOND; at += random.nextLong(1000, 4000)
				* SimulatedTime.MILLI) {
			faults.add(new SimulationFault(at, SimulationFault.Kind.KILL, 2 + random.nextInt(3), 0,
					random.nextLong(0, 500) * SimulatedTime.MILLI));
		}
		faults.sort(Comparator.comparingLong(SimulationFault::at));
		return of(seed, twin).with(faults);
	}

	/** Locks of all kinds, under the usual faults. */
	static SimulationPlan ofSharing(long seed, @Nullable SimulationTwin twin) {
		SimulationPlan plan = of(seed, twin);
		return new SimulationPlan(seed, plan.nodes, plan.rates, plan.faults, plan.duration, twin, true);
	}

	/** Some nodes cannot apply a request, twice, and it is skipped at some time. */
	static SimulationPlan ofPoison(long seed, @Nullable SimulationTwin twin) {
		SplittableRandom random = new SplittableRandom(seed * 13 + 5);
		List<SimulationFault> faults = new ArrayList<>();
		for (long at : List.of(10 * SimulatedTime.SECOND, 30 * SimulatedTime.SECOND)) {
			faults.add(new SimulationFault(at + random.nextLong(0, 5) * SimulatedTime.SECOND,
					SimulationFault.Kind.POISON, 0, random.nextLong(10, 12_000) * SimulatedTime.MILLI, 0));
		}
		// A node that has skipped it waits for two leases, even after the last of the
		// others.
		return of(seed, twin).calmEarlyWith(faults);
	}

	/** A client that is not a node writes records in the names of nodes. */
	static SimulationPlan ofForgeries(long seed) {
		SplittableRandom random = new SplittableRandom(seed * 19 + 1);
		List<SimulationFault> faults = new ArrayList<>();
		for (int i = 2 + random.nextInt(10); i > 0; i--) {
			faults.add(new SimulationFault(random.nextLong(5 * SimulatedTime.SECOND, EARLY),
					SimulationFault.Kind.FORGED, 0, 0, 0));
		}
		// Shortly after a new ledger, such a number looks like a loss, for which nodes
		// wait for two leases.
		return of(seed).calmEarlyWith(faults);
	}

	/** Its own faults are over early, and these are added. */
	private SimulationPlan calmEarlyWith(List<SimulationFault> more) {
		return with(Stream
			.concat(this.faults.stream().filter((fault) -> fault.at() + fault.lasting() < EARLY), more.stream())
			.sorted(Comparator.comparingLong(SimulationFault::at))
			.toList());
	}

	private static SessionSettings settings(String node, int times, Duration affinity) {
		Duration lease = Duration.ofSeconds((times == 8) ? 5 : 10);
		Duration grace = switch (times) {
			case 5 -> lease;
			case 3, 6, 7 -> Duration.ofSeconds(2);
			case 8 -> Duration.ofMillis(1200);
			default -> Duration.ofSeconds(4);
		};
		return new SessionSettings(node, 1, lease, grace, DRIFT, affinity, 2);
	}

	SimulationPlan with(List<SimulationFault> faults) {
		return new SimulationPlan(this.seed, this.nodes, this.rates, faults, this.duration, this.twin, this.sharing);
	}

	List<String> locks() {
		return this.sharing ? SHARED : LOCKS;
	}

	/** Whether holders let locks rest. */
	boolean hasRests() {
		return this.twin == null || this.twin.isAboutRests();
	}

	/** Whether operators take locks away. */
	boolean hasRevocations() {
		return this.twin == null || this.twin.isAboutRevocations();
	}

	boolean twin(SimulationTwin twin) {
		return this.twin == twin;
	}

	/** Whether nodes mostly request a lock of their own, for a short time and often. */
	boolean isHomely() {
		return this.seed % 2 == 1;
	}

	/** Whether listeners, executors and ports throw now and then. */
	boolean isThrowing() {
		return this.seed % 3 == 1 || this.twin == SimulationTwin.TICKS_END_WITH_AN_ERROR;
	}

	/** Whether hints reach a node; in some runs none has them, in others only some. */
	boolean hasHints(String node) {
		boolean twin = this.twin != null && this.twin.isAboutHints();
		return twin || (this.seed % 4 != 0 && (this.seed % 3 != 0 || !node.equals("n2")));
	}

	/** Whether joining nodes find more of the journal than they need. */
	boolean keepsJournal() {
		return this.seed % 4 > 1 && this.twin != SimulationTwin.TRIMMED_EARLY;
	}

	/**
	 * A client finds a half-open connection after one to two of these; here and there
	 * later than its broker.
	 */
	long clientKeepAlive() {
		return (looksLate() ? 20 : 2) * SimulatedTime.SECOND;
	}

	private boolean looksLate() {
		return this.seed % 5 == 3;
	}

	long brokerKeepAlive() {
		return 30 * SimulatedTime.SECOND;
	}

}

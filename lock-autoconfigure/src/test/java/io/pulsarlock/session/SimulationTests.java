package io.pulsarlock.session;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Runs the production classes through millions of steps in a world full of faults.
 * Repeatable: the seeds are always the same. The proofs run five times as many. System
 * properties, each beginning with {@code pulsarlock.simulation}: {@code .steps} makes it
 * longer, {@code .from} is the first seed, {@code .seed} repeats one run and
 * {@code .twin} repeats it with a rule broken, {@code .trace} is the number of lines a
 * report shows; {@code .special} is the number of seeds of each special world.
 */
class SimulationTests {

	private static final long USUAL_STEPS = 10_000_000;

	private static final long STEPS = Long.getLong("pulsarlock.simulation.steps", USUAL_STEPS);

	private static final int PROOF_FACTOR = 3;

	private static final long FROM = Long.getLong("pulsarlock.simulation.from", 0);

	private static final @Nullable Long SEED = Long.getLong("pulsarlock.simulation.seed");

	private static final @Nullable String TWIN = System.getProperty("pulsarlock.simulation.twin");

	/** The number of seeds of a world in which one kind of fault happens for certain. */
	private static final long SPECIAL_SEEDS = Long.getLong("pulsarlock.simulation.special", 150);

	/**
	 * The minimum number of each event in the usual number of steps: about half of the
	 * actual number.
	 */
	private static final Map<String, Integer> LEAST = Map.ofEntries(Map.entry("event ACQUIRED", 8000),
			Map.entry("event RELEASED", 6000), Map.entry("event JEOPARDY", 2000), Map.entry("event RECOVERED", 1200),
			Map.entry("event LOST NODE_STOPPED", 200), Map.entry("event LOST CONNECTION_LOST", 350),
			Map.entry("event LOST HELD_TOO_LONG", 250), Map.entry("event LOST NO_ANSWER", 100),
			Map.entry("hand-overs by release", 4000), Map.entry("hand-overs by expulsion", 1500),
			Map.entry("hand-overs by goodbye", 400), Map.entry("expulsions", 1300),
			Map.entry("void expulsions (heard again)", 100), Map.entry("grants on a stale broker", 20),
			Map.entry("stale broker intervals", 400), Map.entry("topic moves", 450),
			Map.entry("slow storage intervals", 500), Map.entry("trims", 1200), Map.entry("records sent again", 8000),
			Map.entry("connected again in the last moment", 50), Map.entry("publishes that failed", 250),
			Map.entry("records that count for nothing (duplicates, expelled writers)", 1800),
			Map.entry("half-open links found by their client", 300),
			Map.entry("half-open links found by the broker", 30), Map.entry("thrown by an executor that refuses", 45),
			Map.entry("thrown by a listener of events", 600), Map.entry("thrown by a holder that is told", 30),
			Map.entry("thrown by a connector", 150), Map.entry("thrown by a journal that is written", 4),
			Map.entry("thrown by a journal that is asked for its connection", 150), Map.entry("limits set anew", 1200),
			Map.entry("limits that came too late", 180), Map.entry("holdings of a kept lock", 2500),
			Map.entry("joins without all the journal there is", 150), Map.entry("cursors moved past records", 100),
			Map.entry("holes read again", 100), Map.entry("rests", 150), Map.entry("rests whose outcome is unknown", 5),
			Map.entry("rests that came too late", 3), Map.entry("rests ended by an operator", 5),
			Map.entry("event LOST RELEASED_BY_ADMINISTRATOR", 400), Map.entry("locks taken away", 600),
			Map.entry("locks not taken away", 150), Map.entry("locks without holder", 80));

	private static final List<SimulationFault.Kind> ON_HOLDERS = List.of(SimulationFault.Kind.RESET_BY_BROKER,
			SimulationFault.Kind.RESET_BY_CLIENT, SimulationFault.Kind.BLACKHOLE, SimulationFault.Kind.CUT_OFF,
			SimulationFault.Kind.TURNED_AWAY, SimulationFault.Kind.UNHEARD, SimulationFault.Kind.ACCUSED,
			SimulationFault.Kind.PAUSE, SimulationFault.Kind.KILL, SimulationFault.Kind.POWER_LOSS,
			SimulationFault.Kind.SHUT_DOWN, SimulationFault.Kind.LAG, SimulationFault.Kind.PUBLISH_FAILURE,
			SimulationFault.Kind.CURSOR_MOVED, SimulationFault.Kind.LIMP);

	@Test
	void neverTwoHoldersAndInTheEndEverybodyIsServed() {
		SimulationCoverage coverage = new SimulationCoverage();
		if (SEED != null) {
			run(SimulationPlan.of(SEED, (TWIN != null) ? SimulationTwin.valueOf(TWIN) : null), coverage);
			System.out.println(coverage);
			return;
		}
		run(FROM, STEPS, coverage);
	}

	/** Other seeds than {@link #neverTwoHoldersAndInTheEndEverybodyIsServed()} has. */
	@Test
	@Tag("proof")
	void longSimulationFindsNoMore() {
		run(1_000_000, PROOF_FACTOR * STEPS, new SimulationCoverage());
	}

	private static void run(long from, long atLeast, SimulationCoverage coverage) {
		AtomicLong steps = new AtomicLong();
		AtomicLong seeds = new AtomicLong(from);
		AtomicBoolean failed = new AtomicBoolean();
		long start = System.nanoTime();
		LongStream.range(0, Runtime.getRuntime().availableProcessors()).parallel().forEach((worker) -> {
			while (steps.get() < atLeast && !failed.get()) {
				try {
					steps.addAndGet(run(SimulationPlan.of(seeds.getAndIncrement()), coverage));
				}
				catch (AssertionError ex) {
					failed.set(true);
					throw ex;
				}
			}
		});
		double seconds = (System.nanoTime() - start) / 1e9;
		System.out.printf("%d steps of %d seeds in %.1f s, %.0f steps/s%n", steps.get(), seeds.get() - from, seconds,
				steps.get() / seconds);
		assertCovered(coverage, steps.get());
	}

	@Test
	void deletedTopicLetsNobodyInWhoDoesNotKnowTheOthers() {
		deleteTopics(0, SPECIAL_SEEDS);
	}

	private static void deleteTopics(long from, long seeds) {
		SimulationCoverage coverage = runAll(from, seeds, SimulationPlan::ofDeletions);
		assertThat(coverage.of("topics deleted")).isGreaterThan(seeds * 19 / 10);
		assertThat(coverage.of("journals that missed records")).isGreaterThan(seeds * 4 / 10);
	}

	@Test
	void recordThatIsSkippedLetsNobodyInWhoDoesNotKnowTheOthers() {
		skipRecords(0, SPECIAL_SEEDS);
	}

	private static void skipRecords(long from, long seeds) {
		SimulationCoverage coverage = runAll(from, seeds, (seed) -> SimulationPlan.ofPoison(seed, null));
		assertThat(coverage.of("records that some nodes cannot apply")).isGreaterThan(seeds * 19 / 10);
		assertThat(coverage.of("records skipped")).isGreaterThan(seeds * 19 / 10);
	}

	@Test
	void nodeWhoseTicksAreLateIsKnownToThoseWhoJoin() {
		beLate(0, SPECIAL_SEEDS);
	}

	private static void beLate(long from, long seeds) {
		SimulationCoverage coverage = runAll(from, seeds, (seed) -> SimulationPlan.ofLateness(seed, null));
		assertThat(coverage.of("joins without all the journal there is")).isGreaterThan(seeds);
	}

	/** Locks with readers and writers, and with permits, among others. */
	@Test
	void neverMoreHoldersThanFitAndNoCallerOvertakes() {
		shareLocks(0, SPECIAL_SEEDS);
	}

	private static void shareLocks(long from, long seeds) {
		SimulationCoverage coverage = runAll(from, seeds, (seed) -> SimulationPlan.ofSharing(seed, null));
		SoftAssertions softly = new SoftAssertions();
		Map.of("holdings of readers", 6, "holdings of permits", 6, "holders beside one of another node", 4,
				"holders beside one of their node", 2)
			.forEach((what,
					least) -> softly.assertThat(coverage.of(what)).as(what).isGreaterThanOrEqualTo(least * seeds));
		softly.assertThat(coverage.of("downgrades")).isGreaterThanOrEqualTo(seeds / 2);
		softly.assertThat(coverage.of("callers refused for other permits")).isGreaterThanOrEqualTo(seeds / 10);
		softly.assertThat(coverage.of("rests of a shared lock")).isGreaterThanOrEqualTo(seeds / 3);
		softly.assertThat(coverage.of("readers let in by a hint")).isGreaterThanOrEqualTo(seeds / 20);
		softly.assertAll();
	}

	/**
	 * A request whose number is taken by a forged record is in no line, and its caller is
	 * served nevertheless.
	 */
	@Test
	void recordThatIsWrittenInTheNameOfANodeLetsNobodyWaitForever() {
		forgeRecords(0, SPECIAL_SEEDS);
	}

	private static void forgeRecords(long from, long seeds) {
		SimulationCoverage coverage = runAll(from, seeds, SimulationPlan::ofForgeries);
		assertThat(coverage.of("records forged")).isGreaterThan(seeds * 5);
	}

	/** Other seeds than the tests of these worlds have. */
	@Test
	@Tag("proof")
	void moreSpecialWorldsShowNoMore() {
		deleteTopics(SPECIAL_SEEDS, 4 * SPECIAL_SEEDS);
		skipRecords(SPECIAL_SEEDS, 4 * SPECIAL_SEEDS);
		forgeRecords(SPECIAL_SEEDS, 4 * SPECIAL_SEEDS);
		shareLocks(SPECIAL_SEEDS, 4 * SPECIAL_SEEDS);
		beLate(SPECIAL_SEEDS, 4 * SPECIAL_SEEDS);
	}

	private static SimulationCoverage runAll(long from, long seeds, LongFunction<SimulationPlan> plans) {
		SimulationCoverage coverage = new SimulationCoverage();
		LongStream.range(from, from + seeds).parallel().forEach((seed) -> run(plans.apply(seed), coverage));
		System.out.println(coverage);
		return coverage;
	}

	private static void assertCovered(SimulationCoverage coverage, long steps) {
		SoftAssertions softly = new SoftAssertions();
		LEAST.forEach((what, least) -> softly.assertThat(coverage.of(what))
			.as(what)
			.isGreaterThanOrEqualTo(least * steps / USUAL_STEPS));
		ON_HOLDERS.forEach((kind) -> softly.assertThat(coverage.of("holders hit by " + kind))
			.as("holders hit by " + kind)
			.isGreaterThanOrEqualTo(150 * steps / USUAL_STEPS));
		// Whatever is expelled has passed its own deadline before.
		softly.assertThat(coverage.of("event LOST ENDED_BY_CLUSTER")).as("lost by expulsion only").isZero();
		assertThat(softly.errorsCollected()).as(coverage.toString()).isEmpty();
	}

	private static long run(SimulationPlan plan, SimulationCoverage coverage) {
		Simulation simulation = new Simulation(plan, false);
		RuntimeException violation = simulation.run();
		if (violation != null) {
			SimulationReport.print(plan, violation);
			fail("seed " + plan.seed() + ": " + violation.getMessage());
		}
		coverage.addAll(simulation.coverage());
		return simulation.time().steps();
	}

}

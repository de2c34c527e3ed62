package io.pulsarlock.session;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Tests that the simulation notices when a rule is broken. How to repeat a run is said in
 * {@link SimulationTests}.
 */
class BrokenRuleTests {

	/** The number of seeds within which a broken rule must be detected. */
	private static final int SEEDS = 1000;

	@ParameterizedTest
	@EnumSource
	void worldInWhichOneRuleIsBrokenIsCaught(SimulationTwin twin) {
		AtomicLong steps = new AtomicLong();
		int batch = 2 * Runtime.getRuntime().availableProcessors();
		for (long from = 0; from < SEEDS; from += batch) {
			Caught caught = LongStream.range(from, from + batch)
				.parallel()
				.mapToObj((seed) -> violation(plan(seed, twin), steps))
				.filter((found) -> found != null)
				.findFirst()
				.orElse(null);
			if (caught != null) {
				System.out.printf("%s: seed %d, after %,d steps: %s%n", twin, caught.seed(), steps.get(),
						caught.violation().getMessage());
				// Not an exception of a world that was changed too much.
				assertThat(caught.violation()).isInstanceOf(SimulationViolation.class);
				assertThat(caught.violation().getMessage()).containsPattern(twin.shows());
				return;
			}
		}
		fail(twin + " was not caught by " + SEEDS + " seeds, " + steps.get() + " steps");
	}

	private static SimulationPlan plan(long seed, SimulationTwin twin) {
		if (twin.isOfShares()) {
			return SimulationPlan.ofSharing(seed, twin);
		}
		return switch (twin) {
			case POISON_IGNORED -> SimulationPlan.ofPoison(seed, twin);
			case LATE_WITHOUT_CLAIMS -> SimulationPlan.ofLateness(seed, twin);
			default -> SimulationPlan.of(seed, twin);
		};
	}

	private static @Nullable Caught violation(SimulationPlan plan, AtomicLong steps) {
		Simulation simulation = new Simulation(plan, false);
		RuntimeException violation = simulation.run();
		steps.addAndGet(simulation.time().steps());
		return (violation != null) ? new Caught(plan.seed(), violation) : null;
	}

	private record Caught(long seed, RuntimeException violation) {
	}

}

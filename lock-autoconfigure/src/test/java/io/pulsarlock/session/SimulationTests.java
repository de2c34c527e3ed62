package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Runs the classes that run in production through millions of steps of a world full of
 * faults. {@code -Dpulsarlock.simulation.steps=} makes it longer,
 * {@code -Dpulsarlock.simulation.seed=} repeats one run.
 */
class SimulationTests {

	private static final long STEPS = Long.getLong("pulsarlock.simulation.steps", 10_000_000);

	private static final Long SEED = Long.getLong("pulsarlock.simulation.seed");

	@Test
	void neverTwoHoldersAndInTheEndEverybodyIsServed() {
		SimulationCoverage coverage = new SimulationCoverage();
		if (SEED != null) {
			run(SEED, coverage);
			return;
		}
		AtomicLong steps = new AtomicLong();
		AtomicLong seeds = new AtomicLong();
		long start = System.nanoTime();
		LongStream.range(0, 2).parallel().forEach((worker) -> {
			while (steps.get() < STEPS) {
				steps.addAndGet(run(seeds.getAndIncrement(), coverage));
			}
		});
		double seconds = (System.nanoTime() - start) / 1e9;
		System.out.printf("%d steps of %d seeds in %.1f s, %.0f steps/s%n%s%n", steps.get(), seeds.get(), seconds,
				steps.get() / seconds, coverage);
	}

	private static long run(long seed, SimulationCoverage coverage) {
		SimulationPlan plan = SimulationPlan.of(seed);
		Simulation simulation = new Simulation(plan, false);
		RuntimeException violation = simulation.run();
		if (violation != null) {
			SimulationReport.print(plan, violation);
			fail("seed " + seed + ": " + violation.getMessage());
		}
		coverage.addAll(simulation.coverage());
		return simulation.time().steps();
	}

}

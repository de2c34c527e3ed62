package io.pulsarlock.session;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Tests nodes with different record keys or none, and a forger of records, in a world
 * full of faults: a lock has one holder whatever the keys, and in the end the nodes with
 * the same keys have joined. System properties: {@code pulsarlock.simulation.keys} is the
 * number of seeds, {@code pulsarlock.simulation.key} repeats one.
 */
class RecordKeysSimulationTests {

	private static final long SEEDS = Long.getLong("pulsarlock.simulation.keys", 75);

	private static final @Nullable Long SEED = Long.getLong("pulsarlock.simulation.key");

	@Test
	void neverTwoHoldersWhateverTheirKeys() {
		if (SEED != null) {
			run(SEED, new SimulationCoverage());
			return;
		}
		run(0, SEEDS);
	}

	/** Other seeds. */
	@Test
	@Tag("proof")
	void moreWorldsShowNoMore() {
		run(SEEDS, 4 * SEEDS);
	}

	private static void run(long from, long seeds) {
		SimulationCoverage coverage = new SimulationCoverage();
		AtomicLong steps = new AtomicLong();
		long start = System.nanoTime();
		LongStream.range(from, from + seeds).parallel().forEach((seed) -> steps.addAndGet(run(seed, coverage)));
		System.out.printf("%d steps of %d seeds in %.1f s%n%s%n", steps.get(), seeds, (System.nanoTime() - start) / 1e9,
				coverage);
		assertThat(coverage.of("grants")).isGreaterThan(seeds * 10);
		assertThat(coverage.of("grants of a minority")).isGreaterThan(seeds);
		assertThat(coverage.of("records forged")).isGreaterThan(seeds * 5);
	}

	private static long run(long seed, SimulationCoverage coverage) {
		RecordKeysWorld world = new RecordKeysWorld(seed, false, false);
		try {
			world.run();
		}
		catch (RuntimeException ex) {
			RecordKeysWorld again = new RecordKeysWorld(seed, false, true);
			try {
				again.run();
			}
			catch (RuntimeException same) {
				synchronized (RecordKeysSimulationTests.class) {
					again.time().trace().forEach(System.out::println);
				}
			}
			fail("seed " + seed, ex);
		}
		coverage.addAll(world.coverage());
		return world.time().steps();
	}

	@Test
	void recordsThatAreOnlySkippedAreCaught() {
		assertThat(LongStream.range(0, 20).parallel().filter(RecordKeysSimulationTests::isCaught).count())
			.as("seeds of 20 that show it")
			.isGreaterThan(5);
	}

	private static boolean isCaught(long seed) {
		try {
			new RecordKeysWorld(seed, true, false).run();
			return false;
		}
		catch (SimulationViolation ex) {
			return ex.getMessage().startsWith("two hold");
		}
	}

}

package io.pulsarlock.session;

import java.util.stream.LongStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

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
			SeededWorld.run(SEED, RecordKeysSimulationTests::world);
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
		SimulationCoverage coverage = SeededWorld.runAll(from, seeds, RecordKeysSimulationTests::world);
		assertThat(coverage.of("grants")).isGreaterThan(seeds * 10);
		assertThat(coverage.of("grants of a minority")).isGreaterThan(seeds);
		assertThat(coverage.of("records forged")).isGreaterThan(seeds * 5);
	}

	private static SeededWorld world(long seed, boolean traced) {
		return new RecordKeysWorld(seed, false, traced);
	}

	@Test
	void recordsThatAreOnlySkippedAreCaught() {
		assertThat(LongStream.range(0, 20)
			.parallel()
			.filter((seed) -> SeededWorld.isCaught(new RecordKeysWorld(seed, true, false)))
			.count()).as("seeds of 20 that show it").isGreaterThan(5);
	}

}

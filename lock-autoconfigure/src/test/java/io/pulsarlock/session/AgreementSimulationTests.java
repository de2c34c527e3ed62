package io.pulsarlock.session;

import java.util.stream.LongStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests nodes that disagree about the number of shards, in a world full of faults: a lock
 * has one holder whatever shard it is assigned to, and in the end the nodes that agree
 * have joined. System properties: {@code pulsarlock.simulation.disagreements} is the
 * number of seeds, {@code pulsarlock.simulation.disagreement} repeats one.
 */
class AgreementSimulationTests {

	private static final long SEEDS = Long.getLong("pulsarlock.simulation.disagreements", 50);

	private static final @Nullable Long SEED = Long.getLong("pulsarlock.simulation.disagreement");

	@Test
	void neverTwoHoldersOfOneNameInWhateverShards() {
		if (SEED != null) {
			SeededWorld.run(SEED, AgreementSimulationTests::world);
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
		SimulationCoverage coverage = SeededWorld.runAll(from, seeds, AgreementSimulationTests::world);
		assertThat(coverage.of("grants")).isGreaterThan(seeds * 10);
		assertThat(coverage.of("grants of a minority that came first")).isGreaterThan(seeds);
		assertThat(coverage.of("grants with a token floor of a minority that came first")).isGreaterThan(seeds / 10);
		assertThat(coverage.of("nodes killed")).isGreaterThan(seeds);
	}

	private static SeededWorld world(long seed, boolean traced) {
		return new AgreementWorld(seed, false, traced);
	}

	@Test
	void agreementThatIsCheckedShardByShardIsCaught() {
		assertThat(LongStream.range(0, 20)
			.parallel()
			.filter((seed) -> SeededWorld.isCaught(new AgreementWorld(seed, true, false)))
			.count()).as("seeds of 20 that show it").isGreaterThan(5);
	}

}

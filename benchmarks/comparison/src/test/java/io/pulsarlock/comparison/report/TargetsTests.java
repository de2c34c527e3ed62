package io.pulsarlock.comparison.report;

import java.util.List;

import io.pulsarlock.comparison.PeerSpec;
import io.pulsarlock.comparison.report.Results.Cell;
import io.pulsarlock.comparison.report.Results.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A target is met, missed, or not measured. */
class TargetsTests {

	private final Results results = new Results();

	@Test
	void comparesWithAPeerOfTheSameRun() {
		measure("P1", "acquire and release", "pulsar-lock", "p50", 3e6);
		measure("P1", "acquire and release", "curator", "p50", 2e6);
		assertThat(text()).contains("| 3 ms; Curator 2 ms | met |");
		measure("P1", "acquire and release", "curator", "p50", 1e6);
		measure("P1", "acquire and release", "curator", "p50", 1e6);
		assertThat(text()).as("the median of three").contains("| 3 ms; Curator 1 ms | **missed** |");
	}

	@Test
	void moreIsBetterForRatesAndFairness() {
		measure("P4", "8 waiters", "pulsar-lock", "jain", 0.9);
		assertThat(text()).contains("| 0.9 | **missed** |");
		measure("P2", "16 threads, 1000 names", "curator", "rate", 100);
		measure("P2", "16 threads, 1000 names", "pulsar-lock", "rate", 101);
		assertThat(text()).contains("| 101; Curator 100 | met |");
	}

	@Test
	void ourOwnVariantsAreNoPeers() {
		measure("P1c", "acquire and release", "pulsar-lock-affinity", "p50", 2000);
		measure("P1c", "acquire and release", "pulsar-lock", "p50", 1000);
		measure("P1c", "acquire and release", "jvm", "p50", 20);
		assertThat(text()).as("without a peer there is nothing to be ahead of").isEmpty();
		measure("P1c", "acquire and release", "redisson", "p50", 90_000);
		assertThat(text()).contains("| 2 µs; the best of them 90 µs | met |");
	}

	@Test
	void whatEndsWithItsConnectionHasNoLease() {
		measure("P5", "kill -9", "pulsar-lock", "p50", 4e9);
		measure("P5", "kill -9", "pg-advisory", "p50", 1e7);
		measure("P5", "kill -9", "curator", "p50", 8e9);
		assertThat(text()).contains("| 4 s; the best of them 8 s | met |");
	}

	private String text() {
		return new Targets(this.results, PeerSpec.all()).text();
	}

	private void measure(String row, String variant, String peer, String metric, double value) {
		int fork = this.results.values(row, variant, peer, metric).length + 1;
		this.results.add(row, variant, peer, fork, metric, value);
		this.results.end(new Cell("equal", peer, fork, List.of(row)), Outcome.DONE, 1, 0, "");
	}

}

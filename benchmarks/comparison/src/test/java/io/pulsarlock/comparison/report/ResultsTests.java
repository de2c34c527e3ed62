package io.pulsarlock.comparison.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

import io.pulsarlock.comparison.Probe;
import io.pulsarlock.comparison.report.Results.Cell;
import io.pulsarlock.comparison.report.Results.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What is in the file is all there is. */
class ResultsTests {

	private static final Cell FIRST = new Cell("equal", "jvm", 1, List.of("P1", "P1c"));

	private static final Cell SECOND = new Cell("equal", "jvm", 2, List.of("P1", "P1c"));

	@Test
	void readsWhatAnotherHasWritten(@TempDir Path directory) throws Exception {
		Results written = new Results();
		written.writeTo(directory.resolve("a.tsv"));
		written.begin(new Results.Run("2026-01-01", "--seconds=5", "--rows=P1"));
		written.add(new Probe(1, 2, 0.5));
		measure(written, FIRST, 1234.5, Outcome.DONE, "");
		measure(written, SECOND, 7, Outcome.FAILED, "it\nfailed");
		Files.writeString(directory.resolve("a.tsv"), "value\tP1\tv\tjvm\t3\tp50\t9\n", StandardOpenOption.APPEND);
		Results read = new Results();
		read.read(directory);
		assertThat(read.values("P1", "v", "jvm", "p50")).as("nothing of a cell that was broken off")
			.containsExactly(7, 1234.5);
		assertThat(read.has(FIRST)).isTrue();
		assertThat(read.has(SECOND)).as("failed, so it is measured again").isFalse();
		assertThat(read.failures()).containsExactly("it failed");
		assertThat(read.runs()).isEqualTo(written.runs());
		assertThat(read.probes()).isEqualTo(written.probes());
		assertThat(read.seconds()).isEqualTo(6);
	}

	@Test
	void theLastOfACellCounts(@TempDir Path directory) {
		Results results = new Results();
		measure(results, FIRST, 1, Outcome.FAILED, "why");
		measure(results, FIRST, 2, Outcome.DOUBTFUL, "");
		results.writeTo(directory.resolve("a.tsv"));
		measure(results, SECOND, 3, Outcome.DONE, "");
		Results read = new Results();
		read.read(directory.resolve("a.tsv"));
		assertThat(read.values("P1", "v", "jvm", "p50")).containsExactly(2, 3);
		assertThat(read.failures()).isEmpty();
		assertThat(read.doubtful("P1c", "jvm")).isTrue();
		assertThat(read.forks()).isEqualTo(2);
	}

	@Test
	void theMedianOfAnEvenNumberIsBetweenTwo() {
		assertThat(Results.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
		assertThat(Results.median(List.of(4.0, 1.0, 9.0, 2.0))).isEqualTo(3);
	}

	private static void measure(Results results, Cell cell, double value, Outcome outcome, String message) {
		results.add("P1", "v", "jvm", cell.fork(), "p50", value);
		results.end(cell, outcome, 3, 0, message);
	}

}

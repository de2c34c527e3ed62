package io.pulsarlock.comparison;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import io.pulsarlock.comparison.report.Results;
import io.pulsarlock.comparison.server.Place;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A short run of the comparison, so that it stays usable. */
class ComparisonTests {

	@Test
	void measuresOurLockBesideOneOfTheJvmAndWritesTheReport(@TempDir Path directory) throws Exception {
		String[] args = { "--rows=P1", "--peers=jvm,pulsar-lock", "--forks=1", "--seconds=1", "--warmup=0.5",
				"--report=" + directory.resolve("report"), "--work=" + directory };
		Path report = Files.createDirectories(directory.resolve("report")).resolve("performance.md");
		Files.writeString(report, "# By hand\n\n<!-- From here on written by the command. -->\n\nof an earlier run\n");
		Results results = run(args);
		double[] ours = results.values("P1", "acquire and release", "pulsar-lock", "p50");
		double[] local = results.values("P1", "acquire and release", "jvm", "p50");
		assertThat(ours).hasSize(1);
		assertThat(local).hasSize(1);
		assertThat(ours[0]).isGreaterThan(local[0]);
		assertThat(report).content()
			.startsWith("# By hand\n\n<!--")
			.contains("## P1", "| D2 | **Pulsar Lock**")
			.doesNotContain("of an earlier run");
		assertThat(directory.resolve("report/images/performance-p1.svg")).content().contains("<svg");
		assertThat(directory.resolve("report/performance.tsv")).content()
			.contains("cell\tequal\tpulsar-lock\t1\tP1,P1c")
			.doesNotContain(directory.toString());
		assertThat(Files.list(directory)).as("what servers have left").noneMatch(Files::isRegularFile);
	}

	@Test
	void goesOnWithARunThatWasBrokenOff(@TempDir Path directory) throws Exception {
		String[] first = { "--rows=P1", "--peers=jvm", "--forks=1", "--seconds=0.5", "--warmup=0.1",
				"--report=" + directory.resolve("a.md"), "--work=" + directory };
		run(first);
		String[] more = Stream.concat(Stream.of(first), Stream.of("--forks=2", "--resume=true")).toArray(String[]::new);
		Results results = run(more);
		assertThat(results.values("P1", "acquire and release", "jvm", "p50")).hasSize(2);
		assertThat(Files.readAllLines(directory.resolve("a.tsv")).stream().filter((line) -> line.contains("P1,P1c")))
			.as("each fork once")
			.hasSize(2);
		String[] other = Stream.concat(Stream.of(more), Stream.of("--seconds=0.2")).toArray(String[]::new);
		assertThatThrownBy(() -> run(other)).hasMessageContaining("cannot be joined");
	}

	private static Results run(String... args) throws Exception {
		return new Comparison(Options.parse(args), new Place(Path.of("target").toAbsolutePath(), -1, -1), args).run();
	}

	@Test
	void refusesAnOptionItDoesNotKnow() {
		assertThatThrownBy(() -> Options.parse("--row=P1")).hasMessageContaining("[row]");
	}

}

package io.pulsarlock.comparison;

import java.nio.file.Files;
import java.nio.file.Path;

import io.pulsarlock.comparison.report.Results;
import io.pulsarlock.comparison.server.Place;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A thin slice of the real thing, so that it still runs when somebody needs it. */
class ComparisonTests {

	@Test
	void measuresOurLockBesideOneOfTheJvmAndWritesTheReport(@TempDir Path directory) throws Exception {
		String[] args = { "--rows=P1", "--peers=jvm,pulsar-lock", "--forks=1", "--seconds=1", "--warmup=0.5",
				"--report=" + directory.resolve("report"), "--work=" + directory };
		Options options = Options.parse(args);
		Results results = new Comparison(options, new Place(Path.of("target").toAbsolutePath(), -1, -1), args).run();
		double[] ours = results.values("P1", "acquire and release", "pulsar-lock", "p50");
		double[] local = results.values("P1", "acquire and release", "jvm", "p50");
		assertThat(ours).hasSize(1);
		assertThat(local).hasSize(1);
		assertThat(ours[0]).isGreaterThan(local[0]);
		assertThat(directory.resolve("report/performance.md")).content().contains("## P1", "| D2 | **Pulsar Lock** |");
		assertThat(directory.resolve("report/images/performance-p1.svg")).content().contains("<svg");
		assertThat(Files.list(directory)).as("what servers have left").noneMatch(Files::isRegularFile);
	}

	@Test
	void refusesAnOptionItDoesNotKnow() {
		assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> Options.parse("--row=P1")))
			.hasMessageContaining("[row]");
	}

}

package io.pulsarlock.benchmarks.faults;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs the short form with its own command. */
class ShortCampaignIT {

	@Test
	@Timeout(value = 20, unit = TimeUnit.MINUTES)
	void nothingInScopeIsBrokenAndEveryTwinIsCaught() throws Exception {
		Process campaign = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-jar", Path.of("target", "fault-campaign.jar").toAbsolutePath().toString(), "--short")
			.redirectErrorStream(true)
			.start();
		try (BufferedReader lines = new BufferedReader(
				new InputStreamReader(campaign.getInputStream(), StandardCharsets.UTF_8))) {
			List<String> reasons = new ArrayList<>();
			// Not inherited, because this process communicates with the build through its
			// output.
			lines.lines()
				.peek(System.out::println)
				.filter((line) -> line.contains(Campaign.REASON))
				.forEach(reasons::add);
			assertThat(reasons).as("the verdict is in target/fault-campaign/verdict.md").isEmpty();
			assertThat(campaign.waitFor()).isZero();
		}
		finally {
			campaign.destroy();
		}
	}

}

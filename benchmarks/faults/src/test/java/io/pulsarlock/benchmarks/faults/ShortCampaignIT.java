package io.pulsarlock.benchmarks.faults;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** The short form by its own command, as anybody would run it. */
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
			// Not inherited: this process talks to the build by its own output.
			lines.lines().forEach(System.out::println);
			assertThat(campaign.waitFor()).as("the verdict is in target/fault-campaign/verdict.md").isZero();
		}
		finally {
			campaign.destroy();
		}
	}

}

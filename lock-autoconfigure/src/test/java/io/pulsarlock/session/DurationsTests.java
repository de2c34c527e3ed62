package io.pulsarlock.session;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Durations in messages.
 */
class DurationsTests {

	@ParameterizedTest
	@CsvSource({ "PT0.199987611S, 200 ms", "PT0S, 0 ms", "PT0.0000001S, less than 1 ms", "PT1S, 1 s", "PT1.5S, 1.5 s",
			"PT1.9999S, 2 s", "PT9.96S, 10 s", "PT10.2S, 10 s", "PT1M, 1 min", "PT90S, 90 s", "PT1H, 1 h",
			"PT36H, 36 h", "PT-1S, -1 s", "PT2562047788015215H, 106751991167300 days",
			"PT-2562047788015215H-30M-8S, -106751991167300 days" })
	void areWrittenAsAPersonWould(Duration duration, String text) {
		assertThat(Durations.text(duration)).isEqualTo(text);
	}

}

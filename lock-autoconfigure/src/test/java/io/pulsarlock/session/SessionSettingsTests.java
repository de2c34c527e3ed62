package io.pulsarlock.session;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SessionSettingsTests {

	/**
	 * The next holder starts later than the former one ends by the delay that a thread
	 * may have.
	 */
	@ParameterizedTest
	@ValueSource(longs = { 40, 50, 100, 159, 160, 161, 500, 1000, 4000, 60_000, 3_600_000 })
	void timesFitToEachOther(long grace) {
		SessionSettings settings = SessionSettings.of("a")
			.withTimes(Duration.ofMillis(Math.max(grace, 100)), Duration.ofMillis(grace));
		for (long time : new long[] { settings.graceNanos(), settings.leaseNanos() }) {
			assertThat(settings.withDrift(time) - time).as("margin for %d ms", time / 1_000_000)
				.isGreaterThanOrEqualTo(Math.max(8_000_000, time / 20));
		}
		assertThat(settings.tickNanos()).isLessThanOrEqualTo(settings.pulseNanos() / 2);
		// A session that writes in time can always be granted a lock, and is not in
		// jeopardy.
		assertThat(settings.graceNanos() - settings.pulseNanos() - settings.tickNanos())
			.isGreaterThan(settings.jeopardyNanos())
			.isGreaterThan(settings.reserveNanos());
	}

}

package io.pulsarlock.session;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SessionSettingsTests {

	/**
	 * A holder that is late by no more than what passes for no pause is told of its loss
	 * before the next holder enters, with a tick to spare.
	 */
	@ParameterizedTest
	@ValueSource(longs = { 40, 50, 100, 159, 160, 161, 500, 1000, 4000, 60_000, 3_600_000 })
	void holderThatIsLateButNotPausedIsToldBeforeTheNextEnters(long grace) {
		SessionSettings settings = SessionSettings.of("a")
			.withTimes(Duration.ofMillis(Math.max(grace, 100)), Duration.ofMillis(grace));
		for (long time : new long[] { settings.graceNanos(), settings.leaseNanos() }) {
			assertThat(settings.withDrift(time) - time).as("margin for %d ms", time / 1_000_000)
				.isGreaterThanOrEqualTo(settings.slackNanos() + settings.tickNanos());
		}
		assertThat(settings.slackNanos()).isGreaterThan(2 * settings.tickNanos());
	}

}

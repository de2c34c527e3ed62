package io.pulsarlock.pulsar;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SubscriptionNamesTests {

	@ParameterizedTest
	@ValueSource(strings = { "l:patient:Anna Smith", "l:anna", "l:a\nb", "l:\u0000" })
	void nothingOfALocksNameCanBeRead(String key) {
		assertThat(SubscriptionNames.of("", key)).matches("l_[A-Za-z0-9_-]{43}");
	}

	@Test
	void locksHaveNamesOfTheirOwn() {
		assertThat(SubscriptionNames.of("", "l:a:b")).isNotEqualTo(SubscriptionNames.of("", "l:a_b"));
	}

	@Test
	void leaderGroupsAreReadable() {
		assertThat(SubscriptionNames.of("role-", "g:nightly report"))
			.matches("role-g_nightly_report\\.[A-Za-z0-9_-]{43}");
	}

}

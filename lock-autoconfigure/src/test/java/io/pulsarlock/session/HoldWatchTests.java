package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the notifications about the deadline that all holds of a session share.
 */
class HoldWatchTests {

	private final SessionSettings settings = SessionSettings.of("a")
		.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4));

	private final SessionLease lease = new SessionLease(UUID.randomUUID(), this.settings.leaseNanos(),
			this.settings.graceNanos(), 0);

	private final List<String> told = new ArrayList<>();

	private final HoldWatch watch = new HoldWatch(this.settings, this.lease, new HoldWatch.Listener() {

		@Override
		public void jeopardized() {
			HoldWatchTests.this.told.add("jeopardized");
		}

		@Override
		public void recovered() {
			HoldWatchTests.this.told.add("recovered");
		}

		@Override
		public void holdsExpired() {
			HoldWatchTests.this.told.add("expired");
		}

	});

	private void confirm(int second) {
		long now = TimeUnit.SECONDS.toNanos(second);
		this.lease.confirmed(this.lease.sending(now));
		this.watch.confirmed(now);
	}

	private void look(boolean present, int... seconds) {
		for (int second : seconds) {
			this.watch.look(present, TimeUnit.SECONDS.toNanos(second));
		}
	}

	@Test
	void deadlineThatHasPassedIsToldOnce() {
		confirm(0);
		look(false, 1, 3, 4, 5, 6);
		assertThat(this.told).containsExactly("expired");
		confirm(7);
		look(false, 11, 12);
		assertThat(this.told).containsExactly("expired", "expired");
	}

	@Test
	void jeopardyIsToldOnceUntilItIsOver() {
		confirm(0);
		look(true, 1, 2, 3);
		confirm(3);
		look(true, 4, 5);
		assertThat(this.told).containsExactly("jeopardized", "recovered", "jeopardized");
	}

	@Test
	void jeopardyOfWhoHoldsNothingIsNotTold() {
		confirm(0);
		look(false, 3);
		assertThat(this.told).isEmpty();
	}

}

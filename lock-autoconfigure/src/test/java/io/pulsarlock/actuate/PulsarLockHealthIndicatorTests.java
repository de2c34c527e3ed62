package io.pulsarlock.actuate;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.LockStatistics;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the health of locks.
 */
class PulsarLockHealthIndicatorTests {

	private final FakeLockNode registry = new FakeLockNode();

	private final PulsarLockHealthIndicator indicator = new PulsarLockHealthIndicator(this.registry.monitor(),
			this.registry.leadership());

	@Test
	void confirmedIsUpWithNumbers() {
		this.registry.group("jobs").leader = true;
		Health health = this.indicator.health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("node", "a")
			.containsEntry("sessions", 2)
			.containsEntry("lastHeartbeatAge", Duration.ofMillis(120))
			.containsEntry("held", 1)
			.containsEntry("waiting", 3)
			.containsEntry("hints", false)
			.containsEntry("skippedMessages", 4L)
			.containsEntry("leads", List.of("jobs"));
	}

	@Test
	void notLeadingIsUp() {
		this.registry.group("jobs");
		Health health = this.indicator.health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("leads", List.of());
	}

	@Test
	void notConfirmedIsDownWithTheReason() {
		this.registry.statistics = LockStatistics.none();
		this.registry.inTouch = false;
		Health health = this.indicator.health();
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsEntry("reason",
				"Node 'a' is out of touch with shard 1: no answer from the cluster");
	}

	@Test
	void reasonThatIsOverMeanwhileIsNotInvented() {
		this.registry.statistics = LockStatistics.none();
		assertThat(this.indicator.health().getDetails().get("reason")).asString().contains("at the time of the check");
	}

}

package io.pulsarlock.actuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipJeopardized;
import io.pulsarlock.LeadershipOccupied;
import io.pulsarlock.LeadershipRecovered;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LeadershipVacant;
import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockJeopardized;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockRecovered;
import io.pulsarlock.LockReleased;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.observation.LockAcquireObservationContext;
import io.pulsarlock.observation.LockAcquireObservationContext.Outcome;
import io.pulsarlock.observation.LockHoldObservationContext;
import io.pulsarlock.observation.LockObservationContext.Kind;
import io.pulsarlock.observation.LockObservations;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests the meters, and that {@code docs/metrics.md} documents all of them.
 */
class PulsarLockMetricsTests {

	private final FakeLockNode locks = new FakeLockNode();

	private final MeterRegistry meters = new SimpleMeterRegistry();

	@BeforeEach
	void bind() {
		this.locks.group("jobs");
		new PulsarLockMetrics(this.locks).bindTo(this.meters);
	}

	@Test
	void gaugesTellTheStatistics() {
		assertThat(gauge("pulsar.lock.held")).isEqualTo(1);
		assertThat(gauge("pulsar.lock.waiting")).isEqualTo(3);
		assertThat(gauge("pulsar.lock.sessions")).isEqualTo(2);
		assertThat(gauge("pulsar.lock.confirmed")).isEqualTo(1);
		assertThat(gauge("pulsar.lock.journal.unread")).isZero();
		assertThat(this.meters.get("pulsar.lock.session.silence").timeGauge().value()).isEqualTo(0.12);
		assertThat(this.meters.get("pulsar.lock.requests").functionCounter().count()).isEqualTo(10);
		assertThat(this.meters.get("pulsar.lock.releases").functionCounter().count()).isEqualTo(9);
		assertThat(this.meters.get("pulsar.lock.messages.skipped").functionCounter().count()).isEqualTo(4);
		this.locks.statistics = LockStatistics.none();
		await().untilAsserted(() -> assertThat(gauge("pulsar.lock.confirmed")).isZero());
	}

	@Test
	void heartbeatHasNoAgeWithoutASession() {
		this.locks.statistics = LockStatistics.none();
		assertThat(this.meters.get("pulsar.lock.session.silence").timeGauge().value()).isNaN();
	}

	private double gauge(String name) {
		return this.meters.get(name).gauge().value();
	}

	@Test
	void eventsCountAndTime() {
		this.locks.tell(new LockAcquired("coupon:1", 1, Duration.ofSeconds(2)));
		this.locks.tell(new LockJeopardized("coupon:1", 1));
		this.locks.tell(new LockRecovered("coupon:1", 1));
		this.locks.tell(new LockReleased("coupon:1", 1, Duration.ofSeconds(5)));
		this.locks.tell(new LockLost("coupon:2", 2, LockLoss.Reason.RELEASED_BY_ADMINISTRATOR, Duration.ofSeconds(7)));
		assertThat(this.meters.get("pulsar.lock.wait").tag("lock.kind", "lock").timer().totalTime(TimeUnit.SECONDS))
			.isEqualTo(2);
		assertThat(this.meters.get("pulsar.lock.hold")
			.tags("lock.kind", "lock", "lock.outcome", "released")
			.timer()
			.totalTime(TimeUnit.SECONDS)).isEqualTo(5);
		assertThat(this.meters.get("pulsar.lock.hold")
			.tags("lock.kind", "lock", "lock.outcome", "lost")
			.timer()
			.totalTime(TimeUnit.SECONDS)).isEqualTo(7);
		assertThat(this.meters.get("pulsar.lock.jeopardy").tag("lock.kind", "lock").counter().count()).isOne();
		assertThat(this.meters.get("pulsar.lock.lost")
			.tags("lock.kind", "lock", "reason", "released_by_administrator")
			.counter()
			.count()).isOne();
		assertThat(this.meters.get("pulsar.lock.lost").counters()).hasSize(2 * LockLoss.Reason.values().length);
	}

	@Test
	void leadershipIsAGaugeAndTransitionsAreCounted() {
		assertThat(this.meters.get("pulsar.leader").tag("group", "jobs").gauge().value()).isZero();
		this.locks.group("jobs").leader = true;
		this.locks.tell(new LeadershipGranted("jobs", 1, Duration.ofSeconds(3)));
		assertThat(this.meters.get("pulsar.leader").tag("group", "jobs").gauge().value()).isOne();
		this.locks.tell(new LeadershipJeopardized("jobs", 1));
		this.locks.tell(new LeadershipRecovered("jobs", 1));
		this.locks.tell(new LeadershipJeopardized("jobs", 1));
		this.locks.tell(new LeadershipRevoked("jobs", 1, LockLoss.Reason.CONNECTION_LOST, Duration.ofSeconds(8)));
		this.locks.tell(new LeadershipVacant("jobs"));
		this.locks.tell(new LeadershipOccupied("jobs"));
		assertThat(this.meters.get("pulsar.lock.wait").tag("lock.kind", "leader").timer().totalTime(TimeUnit.SECONDS))
			.isEqualTo(3);
		assertThat(this.meters.get("pulsar.lock.hold")
			.tags("lock.kind", "leader", "lock.outcome", "lost")
			.timer()
			.totalTime(TimeUnit.SECONDS)).isEqualTo(8);
		assertThat(this.meters.get("pulsar.lock.jeopardy").tag("lock.kind", "leader").counter().count()).isEqualTo(2);
		assertThat(this.meters.get("pulsar.lock.lost")
			.tags("lock.kind", "leader", "reason", "connection_lost")
			.counter()
			.count()).isOne();
		for (String event : new String[] { "granted", "revoked" }) {
			assertThat(this.meters.get("pulsar.leader.transitions")
				.tags("group", "jobs", "event", event)
				.counter()
				.count()).isOne();
		}
	}

	@Test
	void groupThatIsJoinedLaterAppearsWithTheNextScrape() {
		this.locks.group("reports");
		gauge("pulsar.lock.held");
		assertThat(this.meters.get("pulsar.leader").tag("group", "reports").gauge().value()).isZero();
	}

	@Test
	void noMeterIsTaggedWithAnUnboundedName() {
		this.locks.tell(new LockAcquired("coupon:4711", 1, Duration.ZERO));
		this.locks.tell(new LockLost("coupon:4711", 1, LockLoss.Reason.ENDED_BY_CLUSTER, Duration.ZERO));
		assertThat(this.meters.getMeters()).allSatisfy((meter) -> assertThat(meter.getId().getTags())
			.noneSatisfy((tag) -> assertThat(tag.getValue()).contains("coupon")));
	}

	@Test
	void skippedCallsAreCountedByName() {
		LockSkippedMeterObservationHandler handler = new LockSkippedMeterObservationHandler(this.meters);
		LockAcquireObservationContext context = new LockAcquireObservationContext("coupon", "4711", Kind.LOCK, true);
		assertThat(handler.supportsContext(context)).isTrue();
		assertThat(handler.supportsContext(new Observation.Context())).isFalse();
		handler.onStart(context);
		assertThat(this.meters.get("pulsar.lock.skipped").counter().count()).isZero();
		context.setOutcome(Outcome.ACQUIRED);
		handler.onStop(context);
		context.setOutcome(Outcome.SKIPPED);
		handler.onStop(context);
		assertThat(this.meters.get("pulsar.lock.skipped")
			.tags("lock.name", "coupon", "lock.kind", "lock")
			.counter()
			.count()).isOne();
	}

	@Test
	void ownTagsAreOnEveryMeter() {
		MeterRegistry tagged = new SimpleMeterRegistry();
		new PulsarLockMetrics(this.locks, Tags.of("cluster", "shop")).bindTo(tagged);
		assertThat(tagged.getMeters()).isNotEmpty()
			.allSatisfy((meter) -> assertThat(meter.getId().getTag("cluster")).isEqualTo("shop"));
	}

	@Test
	void documentTellsOfEveryMeterAndOfNoOther() throws IOException {
		ObservationRegistry observations = ObservationRegistry.create();
		observations.observationConfig()
			.observationHandler(new DefaultMeterObservationHandler(this.meters))
			.observationHandler(new LockSkippedMeterObservationHandler(this.meters));
		// While it is in progress there is a long task timer.
		LockObservations.acquire(observations, null, new LockAcquireObservationContext("a", "b", Kind.LOCK, true),
				() -> "held");
		LockObservations.hold(observations, null, new LockHoldObservationContext("a", "b", Kind.LOCK, 1), () -> "done");
		Set<String> registered = this.meters.getMeters()
			.stream()
			.map(PulsarLockMetricsTests::row)
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(documented()).containsExactlyElementsOf(registered);
	}

	private static String row(Meter meter) {
		String tags = meter.getId().getTags().stream().map(Tag::getKey).sorted().collect(Collectors.joining(", "));
		return meter.getId().getName() + " | "
				+ meter.getId().getType().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " | " + tags;
	}

	/** The first three columns of the rows whose first cell is a meter's name. */
	private static Set<String> documented() throws IOException {
		return Files.readAllLines(Path.of("../docs/metrics.md"))
			.stream()
			.filter((line) -> line.startsWith("| `pulsar."))
			.map((line) -> Arrays.stream(line.replace("`", "").split("\\|"))
				.map(String::trim)
				.skip(1)
				.limit(3)
				.collect(Collectors.joining(" | ")))
			.collect(Collectors.toCollection(TreeSet::new));
	}

}

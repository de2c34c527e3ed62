package io.pulsarlock.starter;

import java.util.List;

import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.pulsarlock.Leadership;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.test.memory.AutoConfigureInMemoryLocks;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that every meter of a running application has a description, and every time a
 * unit.
 */
@SpringBootTest(classes = MeterDescriptionTests.Application.class, properties = "spring.jmx.enabled=false")
@AutoConfigureInMemoryLocks
class MeterDescriptionTests {

	@Autowired
	private MeterRegistry meters;

	@Autowired
	private Leadership leadership;

	@Autowired
	private Jobs jobs;

	@Test
	void everyMeterIsDescribed() {
		await().until(this.leadership.group("jobs")::isLeader);
		this.jobs.locked(() -> assertThat(ours()).extracting((meter) -> meter.getId().getName())
			.contains("pulsar.lock.execution.active"));
		this.jobs.leading();
		List<Meter> ours = ours();
		assertThat(ours).extracting((meter) -> meter.getId().getName())
			.contains("pulsar.lock.acquire", "pulsar.lock.execution", "pulsar.lock.skipped", "pulsar.lock.held",
					"pulsar.leader", "pulsar.leader.transitions");
		assertThat(ours).allSatisfy((meter) -> {
			assertThat(meter.getId().getDescription()).as(meter.getId().toString()).isNotBlank();
			if (meter instanceof Timer || meter instanceof LongTaskTimer || meter instanceof TimeGauge) {
				assertThat(meter.getId().getBaseUnit()).as(meter.getId().toString()).isNotBlank();
			}
		});
	}

	private List<Meter> ours() {
		return this.meters.getMeters()
			.stream()
			.filter((meter) -> meter.getId().getName().startsWith("pulsar."))
			.toList();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Jobs.class)
	static class Application {

	}

	static class Jobs {

		@DistributedLock("job")
		public void locked(Runnable task) {
			task.run();
		}

		@LeaderOnly(group = "jobs")
		public void leading() {
		}

	}

}

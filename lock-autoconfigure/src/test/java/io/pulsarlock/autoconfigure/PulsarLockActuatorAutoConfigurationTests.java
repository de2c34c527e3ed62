package io.pulsarlock.autoconfigure;

import java.util.Map;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.actuate.FakeLockNode;
import io.pulsarlock.actuate.LockSkippedMeterObservationHandler;
import io.pulsarlock.actuate.PulsarLeaderInfoContributor;
import io.pulsarlock.actuate.PulsarLockHealthIndicator;
import io.pulsarlock.actuate.PulsarLockMetrics;
import io.pulsarlock.actuate.PulsarLocksEndpoint;
import io.pulsarlock.actuate.PulsarLocksEndpointWebExtension;
import io.pulsarlock.observation.LockAcquireObservationContext;
import io.pulsarlock.observation.LockAcquireObservationContext.Outcome;
import io.pulsarlock.observation.LockObservationContext.Kind;
import io.pulsarlock.observation.LockObservations;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the conditions of health, endpoint, info and meters.
 */
class PulsarLockActuatorAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(
			PulsarLockHealthContributorAutoConfiguration.class, PulsarLockEndpointAutoConfiguration.class,
			PulsarLockInfoContributorAutoConfiguration.class, PulsarLockMetricsAutoConfiguration.class,
			HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
			EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class, MetricsAutoConfiguration.class,
			CompositeMeterRegistryAutoConfiguration.class, ObservationAutoConfiguration.class);

	private final ApplicationContextRunner empty = new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
		.withBean(MeterRegistry.class, SimpleMeterRegistry::new);

	private final ApplicationContextRunner runner = this.empty.withBean("locks", LockRegistry.class, FakeLockNode::new);

	@Test
	void withoutRegistryThereIsNothing() {
		this.empty
			.withPropertyValues("management.info.pulsarleader.enabled=true",
					"management.endpoints.web.exposure.include=*", "management.endpoints.jmx.exposure.include=*")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(PulsarLockHealthIndicator.class)
				.doesNotHaveBean(PulsarLocksEndpoint.class)
				.doesNotHaveBean(PulsarLeaderInfoContributor.class)
				.doesNotHaveBean(PulsarLockMetrics.class)
				.doesNotHaveBean(LockSkippedMeterObservationHandler.class));
	}

	@Test
	void twoRegistriesWithoutAPrimaryAreTheApplicationsToShow() {
		this.runner.withBean("others", LockRegistry.class, FakeLockNode::new)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(PulsarLockHealthIndicator.class)
				.doesNotHaveBean(PulsarLockMetrics.class));
	}

	@Test
	void healthIsCalledPulsarLock() {
		this.runner
			.run((context) -> assertThat(context.getBean(HealthContributorRegistry.class).getContributor("pulsarLock"))
				.isInstanceOf(PulsarLockHealthIndicator.class));
	}

	@Test
	void healthCanBeSwitchedOff() {
		this.runner.withPropertyValues("management.health.pulsarlock.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(PulsarLockHealthIndicator.class));
		this.runner.withPropertyValues("management.health.defaults.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(PulsarLockHealthIndicator.class));
	}

	@Test
	void healthOfTheApplicationReplacesOurs() {
		this.runner.withBean("pulsarLockHealthIndicator", HealthIndicator.class, () -> () -> null)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PulsarLockHealthIndicator.class));
	}

	@Test
	void endpointIsThereWhenExposed() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(PulsarLocksEndpoint.class));
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=pulsarlocks")
			.run((context) -> assertThat(context).hasSingleBean(PulsarLocksEndpoint.class)
				.hasSingleBean(PulsarLocksEndpointWebExtension.class));
		this.runner
			.withPropertyValues("management.endpoints.jmx.exposure.include=pulsarlocks", "spring.jmx.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(PulsarLocksEndpoint.class)
				.doesNotHaveBean(PulsarLocksEndpointWebExtension.class));
	}

	@Test
	void endpointWithoutAccessIsNotThere() {
		this.runner
			.withPropertyValues("management.endpoints.web.exposure.include=*",
					"management.endpoint.pulsarlocks.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(PulsarLocksEndpoint.class));
	}

	@Test
	void infoIsThereWhenAskedFor() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(PulsarLeaderInfoContributor.class));
		this.runner.withPropertyValues("management.info.pulsarleader.enabled=true").run((context) -> {
			FakeLockNode registry = (FakeLockNode) context.getBean(LockRegistry.class);
			registry.group("jobs").leader = true;
			registry.group("reports");
			Info.Builder builder = new Info.Builder();
			context.getBean(PulsarLeaderInfoContributor.class).contribute(builder);
			assertThat(builder.build().getDetails()).containsEntry("pulsarLeader",
					Map.of("jobs", Map.of("isLeader", true, "leaderId", "a", "term", "3"), "reports",
							Map.of("isLeader", false, "leaderId", "Unknown")));
		});
	}

	@Test
	void metersAreBoundAndSkippedCallsCounted() {
		this.runner.run((context) -> {
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			assertThat(meters.get("pulsar.lock.held").gauge().value()).isOne();
			LockAcquireObservationContext attempt = new LockAcquireObservationContext("coupon", null, Kind.LOCK, true);
			LockObservations.acquire(context.getBean(ObservationRegistry.class), null, attempt, () -> {
				attempt.setOutcome(Outcome.SKIPPED);
				return null;
			});
			assertThat(meters.get("pulsar.lock.skipped").counter().count()).isOne();
		});
	}

	@Test
	void metersNeedAMeterRegistry() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PulsarLockMetricsAutoConfiguration.class))
			.withBean("locks", LockRegistry.class, FakeLockNode::new)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PulsarLockMetrics.class));
	}

	@Test
	void metersOfTheApplicationReplaceOurs() {
		PulsarLockMetrics own = new PulsarLockMetrics(new FakeLockNode());
		this.runner.withBean("own", PulsarLockMetrics.class, () -> own)
			.run((context) -> assertThat(context.getBean(PulsarLockMetrics.class)).isSameAs(own));
	}

}

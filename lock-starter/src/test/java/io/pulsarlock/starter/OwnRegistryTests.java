package io.pulsarlock.starter;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pulsarlock.FencedLock;
import io.pulsarlock.LeaderEvent;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.Leadership;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipJeopardized;
import io.pulsarlock.LeadershipRecovered;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockHandles;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.actuate.PulsarLocksEndpoint;
import io.pulsarlock.actuate.PulsarLocksEndpoint.Kind;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockAssert;
import io.pulsarlock.annotation.LockContext;
import io.pulsarlock.autoconfigure.PulsarLockAnnotationAutoConfiguration;
import io.pulsarlock.autoconfigure.PulsarLockAutoConfiguration;
import io.pulsarlock.autoconfigure.PulsarLockEndpointAutoConfiguration;
import io.pulsarlock.autoconfigure.PulsarLockHealthContributorAutoConfiguration;
import io.pulsarlock.autoconfigure.PulsarLockMetricsAutoConfiguration;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.apache.pulsar.client.api.PulsarClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;

import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.pulsar.autoconfigure.PulsarAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests that everything that needs a registry works with any registry: one of the
 * application, of a test, of a parent context, and as far as possible one that is not a
 * node.
 */
class OwnRegistryTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PulsarAutoConfiguration.class, PulsarLockAutoConfiguration.class,
				PulsarLockAnnotationAutoConfiguration.class, PulsarLockMetricsAutoConfiguration.class,
				PulsarLockHealthContributorAutoConfiguration.class, PulsarLockEndpointAutoConfiguration.class,
				MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
				HealthContributorAutoConfiguration.class, EndpointAutoConfiguration.class))
		// The application's own client takes two seconds to close.
		.withBean("pulsarClient", PulsarClient.class, () -> Mockito.mock(PulsarClient.class))
		.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
		.withBean("cluster", InMemoryLockCluster.class, () -> this.cluster)
		.withPropertyValues("pulsar-lock.leader.join-groups=listed", "management.endpoints.web.exposure.include=*");

	@AfterEach
	void close() {
		this.cluster.close();
	}

	static Stream<Class<?>> registries() {
		return Stream.of(Recipe.class, DeclaredAsNode.class, WithoutSpring.class);
	}

	@ParameterizedTest
	@MethodSource("registries")
	void startsWithoutAPrimaryWhateverInjectionPointsAreCalled(Class<?> registry) {
		this.runner.withUserConfiguration(registry, Injected.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(LockRegistry.class)
				.hasSingleBean(Leadership.class)
				.hasSingleBean(LockAdministration.class)
				.hasSingleBean(LockMonitor.class)
				.hasSingleBean(LockNode.class));
	}

	@Test
	void groupsListenersEventsHealthMetersAndEndpointHangOnTheRegistry() {
		this.runner.withUserConfiguration(Recipe.class, Recorder.class, Jobs.class).run((context) -> {
			InMemoryNode node = (InMemoryNode) context.getBean(LockRegistry.class);
			Recorder recorder = context.getBean(Recorder.class);
			assertThat(context.getBean(Leadership.class).groups()).extracting(LeaderGroup::name)
				.contains("listed", "annotated");
			await().until(context.getBean(Leadership.class).group("listed")::isLeader);
			await().untilAsserted(() -> assertThat(recorder.told).contains("leader listener", "leader event"));
			LockHandle held = node.obtain("stock").acquire(Duration.ofSeconds(5));
			assertThat(context.getBean(PulsarLocksEndpoint.class).find(Kind.LOCKS, "stock")).isNotNull();
			node.loseNow("stock");
			assertThat(held.isHeld()).isFalse();
			await().untilAsserted(() -> assertThat(recorder.told).contains("lock listener", "lock event"));
			assertThat(context.getBean("pulsarLockHealthContributor", HealthIndicator.class).health().getStatus())
				.isEqualTo(Status.UP);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			await()
				.until(() -> meters.get("pulsar.lock.jeopardy").counters().size() == 2 && meters.get("pulsar.lock.lost")
					.tag("reason", "ended_by_cluster")
					.counters()
					.stream()
					.anyMatch((counter) -> counter.count() == 1));
			await().until(() -> "led".equals(context.getBean(Jobs.class).lead()));
			assertThat(recorder.losses).singleElement().satisfies((lost) -> {
				assertThat(lost.name()).isEqualTo("stock");
				assertThat(lost.reason()).isEqualTo(LockLoss.Reason.ENDED_BY_CLUSTER);
			});
			node.loseLeadership("listed");
			// Jeopardy and recovery are signs of a stalled machine.
			await().untilAsserted(() -> assertThat(recorder.leaderEvents)
				.filteredOn((event) -> event.group().equals("listed") && !(event instanceof LeadershipJeopardized)
						&& !(event instanceof LeadershipRecovered))
				.extracting(Object::getClass)
				// The session that held the lock may have been that of the group.
				.startsWith(LeadershipGranted.class, LeadershipRevoked.class, LeadershipGranted.class));
			assertThat(recorder.losses).hasSize(1);
			assertThat(meters.get("pulsar.lock.lost")
				.tags("lock.kind", "leader", "reason", "ended_by_cluster")
				.counter()
				.count()).isPositive();
		});
	}

	@Test
	void callOfAMethodForLeadersDoesNotJoinAGroupThatTheNodeHasLeft() {
		this.runner.withUserConfiguration(Recipe.class, Jobs.class).run((context) -> {
			Leadership leadership = context.getBean(Leadership.class);
			LeaderGroup group = leadership.group("annotated");
			await().until(group::isLeader);
			group.leave();
			assertThat(context.getBean(Jobs.class).lead()).isNull();
			assertThat(leadership.groups()).extracting(LeaderGroup::name).containsExactly("listed");
			context.getSourceApplicationContext().stop();
			context.getSourceApplicationContext().start();
			await().until(() -> "led".equals(context.getBean(Jobs.class).lead()));
			group.leave();
			assertThat(context.getBean(Jobs.class).lead()).isNull();
			leadership.group("annotated");
			await().until(() -> "led".equals(context.getBean(Jobs.class).lead()));
		});
	}

	@Test
	void nodeResignsWhenTheContextStopsAndLeadsAgainWhenItStarts() {
		this.runner.withUserConfiguration(Recipe.class, Recorder.class).run((context) -> {
			LeaderGroup group = context.getBean(Leadership.class).group("listed");
			await().until(group::isLeader);
			context.getSourceApplicationContext().stop();
			assertThat(group.isLeader()).isFalse();
			assertThat(context.getBean(LockRegistry.class).obtain("still").tryAcquire()).isPresent();
			context.getSourceApplicationContext().start();
			await().until(group::isLeader);
			Recorder recorder = context.getBean(Recorder.class);
			recorder.told.clear();
			context.getSourceApplicationContext().close();
			assertThat(recorder.told).containsSubsequence("revoked", "destroyed");
			assertThat(this.cluster.openObjects()).isEmpty();
		});
	}

	@Test
	void registryThatIsNoNodeGuardsAndTheRestSaysSo() {
		this.runner.withUserConfiguration(NoNode.class, Injected.class, Recorder.class, Guarded.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(Guarded.class).guarded()).isPositive();
				assertThat(context.getBean(Leadership.class).groups()).isEmpty();
				assertThatExceptionOfType(LockUnavailableException.class)
					.isThrownBy(() -> context.getBean(Leadership.class).group("listed"))
					.withMessageContaining("PlainRegistry")
					.withMessageContaining("Declare a bean of type Leadership");
				assertThatExceptionOfType(LockUnavailableException.class)
					.isThrownBy(() -> context.getBean(LockMonitor.class).view());
				assertThatExceptionOfType(LockUnavailableException.class)
					.isThrownBy(() -> context.getBean(LockAdministration.class).releaseLock("any"));
				assertThat(context.getBean("pulsarLockHealthContributor", HealthIndicator.class).health())
					.satisfies((health) -> {
						assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
						assertThat(health.getDetails().get("reason").toString()).contains("PlainRegistry");
					});
				assertThat(context.getBean(MeterRegistry.class).getMeters())
					.noneMatch((meter) -> meter.getId().getName().equals("pulsar.lock.held"));
			});
	}

	@ParameterizedTest
	@MethodSource("mocks")
	void startsWithAMock(Class<? extends LockRegistry> type) {
		this.runner.withBean("mock", LockRegistry.class, () -> Mockito.mock(type))
			.withUserConfiguration(Injected.class, Recorder.class, Jobs.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(MeterRegistry.class)
					.getMeters()
					.forEach((meter) -> meter.measure().forEach((measurement) -> measurement.getValue()));
				context.getBean("pulsarLockHealthContributor", HealthIndicator.class).health();
				context.getSourceApplicationContext().stop();
				context.getSourceApplicationContext().start();
			});
	}

	static Stream<Class<?>> mocks() {
		return Stream.of(LockRegistry.class, LockNode.class);
	}

	@ParameterizedTest
	@ValueSource(classes = { LockMonitor.class, LockAdministration.class, LockNode.class })
	<T> void startsWithAMockOfAPart(Class<T> type) {
		this.runner.withBean("mock", type, () -> Mockito.mock(type))
			.withUserConfiguration(
					LockRegistry.class.isAssignableFrom(type) ? new Class<?>[] { Injected.class, Jobs.class }
							: new Class<?>[] { Recipe.class, Injected.class, Jobs.class })
			.run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(MeterRegistry.class)
					.getMeters()
					.forEach((meter) -> meter.measure().forEach((measurement) -> measurement.getValue()));
				context.getBean("pulsarLockHealthContributor", HealthIndicator.class).health();
			});
	}

	@Test
	void beanOfAGrandchildOfAContextWithoutAnnotationsIsGuarded() {
		this.runner.withUserConfiguration(Recipe.class)
			.withPropertyValues("pulsar-lock.annotations.enabled=false")
			.run((parent) -> new ApplicationContextRunner().withParent(parent)
				.run((child) -> new ApplicationContextRunner()
					.withConfiguration(AutoConfigurations.of(PulsarAutoConfiguration.class,
							PulsarLockAutoConfiguration.class, PulsarLockAnnotationAutoConfiguration.class))
					.withBean("pulsarClient", PulsarClient.class, () -> Mockito.mock(PulsarClient.class))
					.withParent(child)
					.withPropertyValues("pulsar-lock.annotations.enabled=true")
					.withUserConfiguration(Guarded.class)
					.run((grandchild) -> {
						assertThat(grandchild).hasNotFailed();
						assertThat(grandchild.getBean(Guarded.class).guarded()).isPositive();
					})));
	}

	@Test
	void startsWithAMockOfTheLeadership() {
		this.runner.withBean("mock", Leadership.class, () -> Mockito.mock(Leadership.class))
			.withUserConfiguration(Recipe.class, Injected.class, Recorder.class, Jobs.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(Jobs.class).lead()).isNull();
			});
	}

	@Test
	void beanOfAChildContextIsGuardedOnceOnTheParentsNode() {
		this.runner.withUserConfiguration(Recipe.class, Recorder.class, Jobs.class, Guarded.class).run((parent) -> {
			Leadership leadership = parent.getBean(Leadership.class);
			await().until(leadership.group("listed")::isLeader);
			Recorder recorder = parent.getBean(Recorder.class);
			await().until(() -> recorder.told.contains("leader listener"));
			recorder.told.clear();
			List<String> heard = new CopyOnWriteArrayList<>();
			new ApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(PulsarAutoConfiguration.class,
						PulsarLockAutoConfiguration.class, PulsarLockAnnotationAutoConfiguration.class))
				.withBean("pulsarClient", PulsarClient.class, () -> Mockito.mock(PulsarClient.class))
				.withParent(parent)
				.withPropertyValues("pulsar-lock.leader.join-groups=of-the-child")
				.withUserConfiguration(ChildJobs.class)
				.withBean("childListener", LockListener.class, () -> (event) -> heard.add(event.name()))
				.run((child) -> {
					assertThat(child).hasNotFailed();
					assertThat(child.getBean(LockRegistry.class)).isSameAs(parent.getBean(LockRegistry.class));
					ChildJobs jobs = child.getBean(ChildJobs.class);
					assertThat(jobs.guarded()).isPositive();
					assertThat(((Advised) jobs).getAdvisors()).hasSize(1);
					assertThat(((Advised) parent.getBean(Guarded.class)).getAdvisors()).hasSize(1);
					await().until(() -> heard.contains("child"));
					assertThat(leadership.groups()).extracting(LeaderGroup::name)
						.contains("child-jobs", "of-the-child");
					await().until(() -> "led".equals(jobs.lead()));
				});
			assertThat(leadership.group("listed").isLeader()).isTrue();
			assertThat(recorder.told).doesNotContain("revoked");
			heard.clear();
			parent.getBean(Guarded.class).guarded();
			await().until(() -> recorder.told.contains("lock listener"));
			assertThat(heard).isEmpty();
		});
	}

	/** As the documentation says. */
	@Configuration(proxyBeanMethods = false)
	static class Recipe {

		@Bean
		LockRegistry lockRegistry(InMemoryLockCluster cluster) {
			return cluster.node("test");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class DeclaredAsNode {

		@Bean
		LockNode locks(InMemoryLockCluster cluster) {
			return cluster.node("test");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithoutSpring {

		@Bean
		LockRegistry locks() {
			return PulsarLocks.at("pulsar://127.0.0.1:1").cluster("shop").connect();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoNode {

		@Bean
		LockRegistry locks(InMemoryLockCluster cluster) {
			return new PlainRegistry(cluster.node("test"));
		}

	}

	/** A registry of an application that has locks only. */
	static class PlainRegistry implements LockRegistry {

		private final LockRegistry locks;

		PlainRegistry(LockRegistry locks) {
			this.locks = locks;
		}

		@Override
		public FencedLock obtain(String name) {
			return this.locks.obtain(name);
		}

		@Override
		public LockHandles acquireAll(Collection<String> names, Duration waitFor) throws InterruptedException {
			return this.locks.acquireAll(names, waitFor);
		}

		@Override
		public Optional<LockGrant> heldByCurrentThread(String name) {
			return this.locks.heldByCurrentThread(name);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Injected {

		@Autowired
		LockRegistry anyName;

		@Autowired
		Leadership lockRegistry;

		@Autowired
		LockAdministration pulsarLockRegistry;

		@Autowired
		LockMonitor leadership;

		@Bean
		Object needing(LockRegistry pulsarLockLeadership, Leadership registry, LockAdministration locks,
				LockMonitor administration) {
			return "made";
		}

	}

	/** Uses every kind of listener. */
	static class Recorder implements LockListener, LeaderListener, DisposableBean {

		private final List<String> told = new CopyOnWriteArrayList<>();

		private final List<LockLost> losses = new CopyOnWriteArrayList<>();

		private final List<LeaderEvent> leaderEvents = new CopyOnWriteArrayList<>();

		@Override
		public void onEvent(LockEvent event) {
			this.told.add("lock listener");
		}

		@Override
		public void onGranted(LeadershipGranted event) {
			this.told.add("leader listener");
		}

		@Override
		public void onRevoked(LeadershipRevoked event) {
			this.told.add("revoked");
		}

		@EventListener
		void on(LockLost event) {
			this.told.add("lock event");
			this.losses.add(event);
		}

		@EventListener
		void on(LeadershipGranted event) {
			this.told.add("leader event");
		}

		@EventListener
		void onAny(LeaderEvent event) {
			this.leaderEvents.add(event);
		}

		@Override
		public void destroy() {
			this.told.add("destroyed");
		}

	}

	static class Jobs {

		@LeaderOnly(group = "annotated")
		String lead() {
			LockAssert.assertLeader("annotated");
			return "led";
		}

	}

	static class Guarded {

		@DistributedLock(name = "job")
		long guarded() {
			return LockContext.current().fencingToken();
		}

	}

	static class ChildJobs {

		@DistributedLock(name = "child")
		long guarded() {
			return LockContext.current().fencingToken();
		}

		@LeaderOnly(group = "child-jobs")
		String lead() {
			return "led";
		}

	}

}

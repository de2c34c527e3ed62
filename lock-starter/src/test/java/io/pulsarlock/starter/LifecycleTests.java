package io.pulsarlock.starter;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LeaderEvent;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.Leadership;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockReleased;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.test.broker.TestPulsar;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests how whole applications on a real broker start, pause, continue and end.
 */
class LifecycleTests {

	private static final String UNREACHABLE = "spring.pulsar.client.service-url=pulsar://127.0.0.1:1";

	private final TestPulsar pulsar = TestPulsar.shared();

	private final String cluster = "l" + UUID.randomUUID();

	@Test
	void applicationWithTheStarterAloneHasLocksAndLeads() throws Exception {
		try (ConfigurableApplicationContext context = start("pulsar-lock.leader.join-groups=digest")) {
			LockRegistry locks = context.getBean(LockRegistry.class);
			try (LockHandle held = locks.obtain("stock").acquire(Duration.ofSeconds(10))) {
				assertThat(held.fencingToken()).isPositive();
			}
			LeaderGroup digest = context.getBean(Leadership.class).group("digest");
			await().until(digest::isLeader);
		}
	}

	@Test
	void locksLeadersAndListenersGoOnAfterAPause() throws Exception {
		try (ConfigurableApplicationContext context = start("pulsar-lock.leader.join-groups=digest")) {
			Recorder recorder = context.getBean(Recorder.class);
			FencedLock lock = context.getBean(LockRegistry.class).obtain("stock");
			LeaderGroup group = context.getBean(Leadership.class).group("digest");
			await().until(group::isLeader);
			long term = group.term().orElseThrow();
			lock.lock();
			long token = lock.fencingToken();
			LockHandle held = context.getBean(LockRegistry.class).obtain("other").acquire(Duration.ofSeconds(10));
			CompletableFuture<Object> lost = new CompletableFuture<>();
			held.onLost(lost::complete);
			context.stop();
			assertThat(lost).isCompleted();
			assertThat(held.isHeld()).isFalse();
			assertThat(group.isLeader()).isFalse();
			assertThat(group.participants()).isEmpty();
			assertThat(recorder.leaders).containsExactly("granted digest " + term, "revoked digest " + term);
			assertThat(recorder.events).filteredOn(LeadershipRevoked.class::isInstance)
				.singleElement(InstanceOfAssertFactories.type(LeadershipRevoked.class))
				.satisfies((revoked) -> {
					assertThat(revoked.group()).isEqualTo("digest");
					assertThat(revoked.term()).isEqualTo(term);
					assertThat(revoked.reason()).isEqualTo(LockLoss.Reason.RESIGNED);
				});
			assertThat(recorder.lost).extracting(LockLost::name).contains("stock", "other");
			assertThat(recorder.events).filteredOn(LockLost.class::isInstance).containsExactlyElementsOf(recorder.lost);
			assertThatExceptionOfType(LockUnavailableException.class)
				.isThrownBy(() -> lock.acquire(Duration.ofSeconds(1)))
				.withMessageContaining("has been stopped");
			assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::unlock);
			context.start();
			await().until(group::isLeader);
			assertThat(group.term().orElseThrow()).isGreaterThan(term);
			try (LockHandle again = lock.acquire(Duration.ofSeconds(10))) {
				assertThat(again.fencingToken()).isGreaterThan(token);
			}
			await().until(() -> recorder.leaders.size() == 3);
			assertThat(recorder.leaders.get(2)).startsWith("granted digest");
			assertThat(recorder.locks).contains("LockAcquired stock", "LockLost stock", "LockReleased stock");
		}
	}

	@Test
	void leadersResignAfterEveryPhaseWhenTheContextIsClosed() {
		ConfigurableApplicationContext context = start("pulsar-lock.leader.join-groups=digest");
		Recorder recorder = context.getBean(Recorder.class);
		LeaderGroup group = context.getBean(Leadership.class).group("digest");
		await().until(group::isLeader);
		context.close();
		assertThat(recorder.order).containsExactly("started above", "stopping above, leads true",
				"stopping between, leads true, held true", "revoked");
	}

	@Test
	void leadersResignAfterWhatDrainsAndBeforeTheLocksEndWhenTheContextIsStopped() {
		try (ConfigurableApplicationContext context = start("pulsar-lock.leader.join-groups=digest")) {
			Recorder recorder = context.getBean(Recorder.class);
			LeaderGroup group = context.getBean(Leadership.class).group("digest");
			await().until(group::isLeader);
			context.stop();
			assertThat(recorder.order).containsExactly("started above", "stopping above, leads true", "revoked",
					"stopping between, leads false, held true");
		}
	}

	@Test
	void nextLeaderTakesOverAtOnceWhenAContextStops() {
		try (ConfigurableApplicationContext first = start("pulsar-lock.leader.join-groups=digest")) {
			LeaderGroup mine = first.getBean(Leadership.class).group("digest");
			await().until(mine::isLeader);
			try (ConfigurableApplicationContext second = start("pulsar-lock.leader.join-groups=digest")) {
				LeaderGroup theirs = second.getBean(Leadership.class).group("digest");
				await().until(() -> theirs.participants().size() == 2);
				assertThat(theirs.isLeader()).isFalse();
				first.stop();
				await().atMost(2, TimeUnit.SECONDS).until(theirs::isLeader);
				first.start();
				await().until(() -> theirs.participants().size() == 2);
				assertThat(theirs.isLeader()).isTrue();
				assertThat(mine.isLeader()).isFalse();
			}
			await().until(mine::isLeader);
		}
	}

	@Test
	void throwingListenersStopNothing() {
		try (ConfigurableApplicationContext context = start("pulsar-lock.leader.join-groups=digest",
				"test.throwing=true")) {
			LeaderGroup group = context.getBean(Leadership.class).group("digest");
			await().until(group::isLeader);
			long term = group.term().orElseThrow();
			group.resign();
			await().until(() -> group.isLeader() && group.term().orElseThrow() > term);
			Recorder recorder = context.getBean(Recorder.class);
			await().until(() -> recorder.leaders.size() == 3);
		}
	}

	@Test
	void lazyApplicationLeadsAllTheSame() {
		try (ConfigurableApplicationContext context = start("pulsar-lock.leader.join-groups=digest",
				"spring.main.lazy-initialization=true")) {
			await().until(context.getBean(Leadership.class).group("digest")::isLeader);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "fail", "wait", "background" })
	void missingNamespaceFailsTheStartWithItsCure(String startup) {
		assertThatExceptionOfType(Exception.class)
			.isThrownBy(() -> start("pulsar-lock.startup=" + startup, "pulsar-lock.topic.namespace=nowhere"))
			.havingCause()
			.isInstanceOf(LockConfigurationException.class)
			.withMessageContaining("pulsar-admin namespaces create public/nowhere");
	}

	@Test
	void startThatMustJoinFailsWithoutABroker() {
		assertThatExceptionOfType(Exception.class)
			.isThrownBy(() -> start("pulsar-lock.startup=fail", "pulsar-lock.startup-timeout=1s", UNREACHABLE))
			.havingCause()
			.isInstanceOf(LockUnavailableException.class)
			.withMessageContaining("pulsar-lock.startup=background")
			.withMessageContaining("pulsar://127.0.0.1:1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "wait", "background" })
	void startThatNeedNotJoinGoesOnWithoutABrokerAndEndsSoon(String startup) {
		long begin = System.nanoTime();
		ConfigurableApplicationContext context = start("pulsar-lock.startup=" + startup,
				"pulsar-lock.startup-timeout=1s", UNREACHABLE);
		assertThatExceptionOfType(LockUnavailableException.class)
			.isThrownBy(() -> context.getBean(LockRegistry.class).obtain("any").acquire(Duration.ofMillis(100)));
		context.close();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
	}

	private ConfigurableApplicationContext start(String... properties) {
		return new SpringApplicationBuilder(Application.class)
			.properties("spring.pulsar.client.service-url=" + this.pulsar.serviceUrl(),
					"pulsar-lock.cluster=" + this.cluster, "pulsar-lock.topic.shards=2", "server.port=0",
					"spring.main.web-application-type=none")
			.run(Stream.of(properties).map((property) -> "--" + property).toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Recorder recorder() {
			return new Recorder();
		}

		@Bean
		LeaderListener thrower(Environment environment) {
			return new LeaderListener() {

				@Override
				public void onGranted(LeadershipGranted event) {
					fail();
				}

				private void fail() {
					if (environment.getProperty("test.throwing", Boolean.class, false)) {
						throw new IllegalStateException("on purpose");
					}
				}

				@Override
				public void onRevoked(LeadershipRevoked event) {
					fail();
				}

			};
		}

		@Bean
		SmartLifecycle above(Leadership leadership, Recorder recorder) {
			return new Probe(0, () -> recorder.order.add("started above"), () -> recorder.order
				.add("stopping above, leads " + leadership.groups().stream().anyMatch(LeaderGroup::isLeader)));
		}

		@Bean
		SmartLifecycle between(LockRegistry locks, Leadership leadership, Recorder recorder) {
			Probe probe = new Probe(-2000, () -> {
			}, () -> recorder.order
				.add("stopping between, leads " + leadership.groups().stream().anyMatch(LeaderGroup::isLeader)
						+ ", held " + locks.obtain("between").tryAcquire().isPresent()));
			return probe;
		}

	}

	/** Uses every kind of listener. */
	static class Recorder implements LockListener, LeaderListener {

		private final List<String> locks = new CopyOnWriteArrayList<>();

		private final List<String> leaders = new CopyOnWriteArrayList<>();

		private final List<LockLost> lost = new CopyOnWriteArrayList<>();

		private final List<Object> events = new CopyOnWriteArrayList<>();

		private final List<String> order = new CopyOnWriteArrayList<>();

		@Override
		public void onEvent(LockEvent event) {
			this.locks.add(event.getClass().getSimpleName() + " " + event.name());
		}

		@Override
		public void onGranted(LeadershipGranted event) {
			this.leaders.add("granted " + event.group() + " " + event.term());
		}

		@Override
		public void onRevoked(LeadershipRevoked event) {
			this.leaders.add("revoked " + event.group() + " " + event.term());
			this.order.add("revoked");
		}

		@EventListener
		void onLockEvent(LockEvent event) {
			this.events.add(event);
		}

		@EventListener
		void onLost(LockLost event) {
			this.lost.add(event);
		}

		@EventListener
		void onLeaderEvent(LeaderEvent event) {
			this.events.add(event);
		}

	}

	private static final class Probe implements SmartLifecycle {

		private final int phase;

		private final Runnable onStart;

		private final Runnable onStop;

		private boolean running;

		Probe(int phase, Runnable onStart, Runnable onStop) {
			this.phase = phase;
			this.onStart = onStart;
			this.onStop = onStop;
		}

		@Override
		public void start() {
			this.running = true;
			this.onStart.run();
		}

		@Override
		public void stop() {
			this.running = false;
			this.onStop.run();
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return this.phase;
		}

	}

}

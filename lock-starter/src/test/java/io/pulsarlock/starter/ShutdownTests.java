package io.pulsarlock.starter;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockContext;
import io.pulsarlock.test.broker.TestPulsar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests on a real broker that tasks that may end before their application stops keep
 * their locks and leadership meanwhile.
 */
class ShutdownTests {

	/**
	 * A scheduler of virtual threads also waits in its phase, for as long as the phase
	 * may last.
	 */
	private static final String[] AWAIT = { "spring.lifecycle.timeout-per-shutdown-phase=3s",
			"spring.task.scheduling.shutdown.await-termination=true",
			"spring.task.scheduling.shutdown.await-termination-period=30s",
			"spring.task.execution.shutdown.await-termination=true",
			"spring.task.execution.shutdown.await-termination-period=30s" };

	private final String cluster = "s" + UUID.randomUUID();

	@Test
	void leadershipOutlastsTheScheduler() throws Exception {
		jobEndsInPeace("leader");
	}

	@Test
	void lockOutlastsTheScheduler() throws Exception {
		jobEndsInPeace("lock");
	}

	@Test
	void lockOutlastsTheExecutor() throws Exception {
		jobEndsInPeace("async");
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_24)
	void leadershipOutlastsTheSchedulerOfVirtualThreads() throws Exception {
		jobEndsInPeace("leader", "spring.threads.virtual.enabled=true");
	}

	private void jobEndsInPeace(String which, String... more) throws Exception {
		ConfigurableApplicationContext context = start("first",
				Stream.concat(Stream.of("test.job=" + which), Stream.of(more)).toArray(String[]::new));
		Signals signals = context.getBean(Signals.class);
		if (which.equals("async")) {
			context.getBean(Jobs.class).asynchronous();
		}
		assertThat(signals.entered.await(30, TimeUnit.SECONDS)).isTrue();
		await().until(context.getBean(Leadership.class).group("leaders")::isLeader);
		try (ConfigurableApplicationContext next = start("next", "test.job=none")) {
			LeaderGroup leaders = next.getBean(Leadership.class).group("leaders");
			await().until(() -> leaders.participants().size() == 2);
			CompletableFuture<Void> closed = CompletableFuture.runAsync(context::close);
			assertThat(signals.phasesOver.await(30, TimeUnit.SECONDS)).isTrue();
			assertThat(leaders.isLeader()).isFalse();
			if (!which.equals("leader")) {
				assertThat(next.getBean(LockRegistry.class).obtain("job").tryAcquire()).isEmpty();
			}
			signals.end.countDown();
			assertThat(signals.outcome).succeedsWithin(30, TimeUnit.SECONDS).isEqualTo("held, inner lock");
			closed.get(30, TimeUnit.SECONDS);
			await().until(leaders::isLeader);
		}
	}

	private ConfigurableApplicationContext start(String node, String... properties) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties(AWAIT)
			.properties(properties)
			.properties("spring.pulsar.client.service-url=" + TestPulsar.shared().serviceUrl(),
					"pulsar-lock.cluster=" + this.cluster, "pulsar-lock.node=" + node, "pulsar-lock.topic.shards=1",
					"pulsar-lock.startup=wait")
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableScheduling
	@EnableAsync(proxyTargetClass = true)
	static class Application {

		@Bean
		Signals signals() {
			return new Signals();
		}

		@Bean
		Jobs jobs(@Value("${test.job}") String which, Inner inner, Signals signals) {
			return new Jobs(which, inner, signals);
		}

		@Bean
		Inner inner() {
			return new Inner();
		}

		/** Stops last of all. */
		@Bean
		SmartLifecycle last(Signals signals) {
			return new SmartLifecycle() {

				private boolean running;

				@Override
				public void start() {
					this.running = true;
				}

				@Override
				public void stop() {
					this.running = false;
					signals.phasesOver.countDown();
				}

				@Override
				public boolean isRunning() {
					return this.running;
				}

				@Override
				public int getPhase() {
					return Integer.MIN_VALUE;
				}

			};
		}

	}

	static class Inner {

		@DistributedLock("inner")
		public String call() {
			return "inner lock";
		}

	}

	static class Signals {

		final AtomicBoolean begun = new AtomicBoolean();

		final CountDownLatch entered = new CountDownLatch(1);

		final CountDownLatch phasesOver = new CountDownLatch(1);

		final CountDownLatch end = new CountDownLatch(1);

		final CompletableFuture<String> outcome = new CompletableFuture<>();

	}

	static class Jobs {

		private final String which;

		private final Inner inner;

		private final Signals signals;

		Jobs(String which, Inner inner, Signals signals) {
			this.which = which;
			this.inner = inner;
			this.signals = signals;
		}

		/**
		 * Without a fixed delay, because a scheduler of virtual threads interrupts such
		 * jobs.
		 */
		@Scheduled(fixedRate = 200)
		@LeaderOnly("leaders")
		public void leader() {
			if (this.which.equals("leader")) {
				run();
			}
		}

		@Scheduled(fixedDelay = 50)
		@DistributedLock("job")
		public void lock() {
			if (this.which.equals("lock")) {
				run();
			}
		}

		@Async
		@DistributedLock(name = "job", waitFor = "10s")
		public void asynchronous() {
			run();
		}

		/** Runs once, however often it is called. */
		private void run() {
			if (!this.signals.begun.compareAndSet(false, true)) {
				return;
			}
			this.signals.entered.countDown();
			try {
				assertThat(this.signals.end.await(60, TimeUnit.SECONDS)).isTrue();
				this.signals.outcome
					.complete((LockContext.current().isHeld() ? "held, " : "lost, ") + this.inner.call());
			}
			catch (Throwable ex) {
				this.signals.outcome.completeExceptionally(ex);
			}
		}

	}

}

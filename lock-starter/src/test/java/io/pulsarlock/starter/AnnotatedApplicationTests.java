package io.pulsarlock.starter;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.InvalidLockAnnotationException;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockContext;
import io.pulsarlock.annotation.OnBusy;
import io.pulsarlock.test.broker.TestPulsar;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests whole applications with annotated methods on a real broker.
 */
@ExtendWith(OutputCaptureExtension.class)
class AnnotatedApplicationTests {

	private final String cluster = "a" + UUID.randomUUID();

	@Test
	void annotationsWorkAcrossApplications() throws Exception {
		try (ConfigurableApplicationContext a = start(Application.class, "a");
				ConfigurableApplicationContext b = start(Application.class, "b")) {
			Jobs mine = a.getBean(Jobs.class);
			Jobs theirs = b.getBean(Jobs.class);
			long first = mine.locked(null);
			assertThat(theirs.locked(null)).isGreaterThan(first);
			CountDownLatch inside = new CountDownLatch(1);
			Thread holder = new Thread(() -> mine.locked(inside));
			holder.start();
			await().until(() -> !b.getBean(LockMonitor.class).view().locks().isEmpty());
			assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> theirs.locked(null));
			assertThat(theirs.skipped()).isNull();
			inside.countDown();
			holder.join();
			await().untilAsserted(() -> assertThat(theirs.skipped()).isNotNull());
			// Candidates from the start, without a call.
			await().until(() -> a.getBean(Leadership.class).group("jobs").participants().size() == 2);
			await().until(() -> mine.leader() != null ^ theirs.leader() != null);
			MeterRegistry meters = b.getBean(MeterRegistry.class);
			assertThat(meters.get("pulsar.lock.acquire")
				.tag("lock.name", "job")
				.tag("lock.outcome", "acquired")
				.timer()
				.count()).isPositive();
			assertThat(meters.get("pulsar.lock.acquire")
				.tag("lock.name", "job")
				.tag("lock.outcome", "busy")
				.timer()
				.count()).isPositive();
			assertThat(meters.get("pulsar.lock.acquire")
				.tag("lock.name", "job")
				.tag("lock.outcome", "skipped")
				.timer()
				.count()).isPositive();
		}
	}

	@Test
	void annotationsCanBeTurnedOff() {
		try (ConfigurableApplicationContext context = start(Application.class, "off",
				"pulsar-lock.annotations.enabled=false")) {
			assertThat(context.getBean(Jobs.class).leader()).isEqualTo("ran");
		}
	}

	@Test
	void mistakeIsAnalysed(CapturedOutput output) {
		assertThatExceptionOfType(Exception.class).isThrownBy(() -> start(Mistaken.class, "mistaken"))
			.havingRootCause()
			.isInstanceOf(InvalidLockAnnotationException.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("FinalJob.run' of bean")
			.contains("it is final, so a call cannot be intercepted and would run unguarded")
			.contains("Action:")
			.contains("Remove 'final'");
	}

	@Test
	void stopUnderLoadLosesNothingSilently() throws Exception {
		List<Throwable> failures = new CopyOnWriteArrayList<>();
		ConfigurableApplicationContext context = start(Application.class, "load");
		LockRegistry registry = context.getBean(LockRegistry.class);
		Jobs jobs = context.getBean(Jobs.class);
		List<Thread> threads = new CopyOnWriteArrayList<>();
		CountDownLatch running = new CountDownLatch(8);
		for (int i = 0; i < 8; i++) {
			int index = i;
			Thread thread = new Thread(() -> {
				try {
					for (int n = 0; true; n++) {
						jobs.keyed(index + "-" + n);
						running.countDown();
					}
				}
				catch (Throwable ex) {
					failures.add(ex);
				}
			});
			threads.add(thread);
			thread.start();
		}
		assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
		LockHandle held = registry.obtain("held").acquire(java.time.Duration.ofSeconds(10));
		context.close();
		assertThat(held.isHeld()).isFalse();
		for (Thread thread : threads) {
			thread.join(20_000);
			assertThat(thread.isAlive()).isFalse();
		}
		assertThat(failures).hasSize(8)
			.allSatisfy((ex) -> assertThat(ex).isInstanceOf(io.pulsarlock.LockException.class));
	}

	private ConfigurableApplicationContext start(Class<?> application, String node, String... properties) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("spring.pulsar.client.service-url=" + TestPulsar.shared().serviceUrl(),
					"pulsar-lock.cluster=" + this.cluster, "pulsar-lock.node=" + node, "pulsar-lock.startup=wait",
					"spring.main.banner-mode=off", "pulsar-lock.topic.shards=2")
			.properties(properties)
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Jobs.class)
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(FinalJob.class)
	static class Mistaken {

	}

	static class Jobs {

		@DistributedLock(name = "job", waitFor = "300ms")
		long locked(@Nullable CountDownLatch until) {
			if (until != null) {
				try {
					until.await();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}
			return LockContext.current().fencingToken();
		}

		@DistributedLock(name = "job", onBusy = OnBusy.SKIP)
		@Nullable Long skipped() {
			return LockContext.current().fencingToken();
		}

		@DistributedLock(name = "keyed", key = "#key", waitFor = "5s")
		void keyed(String key) {
		}

		@LeaderOnly("jobs")
		@Nullable String leader() {
			return "ran";
		}

	}

	static class FinalJob {

		@LeaderOnly
		public final void run() {
		}

	}

}

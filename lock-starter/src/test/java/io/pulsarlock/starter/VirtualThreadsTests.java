package io.pulsarlock.starter;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockAssert;
import io.pulsarlock.test.broker.TestPulsar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests {@code spring.threads.virtual.enabled} on a real broker. Needs a JDK with virtual
 * threads that are not pinned in monitors.
 */
@EnabledForJreRange(min = JRE.JAVA_24)
class VirtualThreadsTests {

	private static final int CALLS = 40;

	private final String cluster = "v" + UUID.randomUUID();

	@Test
	void locksAndLeadershipWorkOnVirtualThreads() throws Exception {
		try (ConfigurableApplicationContext a = start("a"); ConfigurableApplicationContext b = start("b")) {
			List<Future<?>> calls = new ArrayList<>();
			for (int i = 0; i < CALLS; i++) {
				for (ConfigurableApplicationContext each : List.of(a, b)) {
					Jobs jobs = each.getBean(Jobs.class);
					calls.add(each.getBean("applicationTaskExecutor", AsyncTaskExecutor.class).submit(jobs::increment));
				}
			}
			for (Future<?> call : calls) {
				call.get();
			}
			assertThat(Jobs.counter).isEqualTo(2 * CALLS);
			assertThat(Jobs.onVirtualThreads).hasValue(2 * CALLS);
			await().until(() -> a.getBean(Jobs.class).led() + b.getBean(Jobs.class).led() > 3);
			assertThat(a.getBean(Jobs.class).led() == 0 || b.getBean(Jobs.class).led() == 0).isTrue();
		}
	}

	private ConfigurableApplicationContext start(String node) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.threads.virtual.enabled=true",
					"spring.pulsar.client.service-url=" + TestPulsar.shared().serviceUrl(),
					"pulsar-lock.cluster=" + this.cluster, "pulsar-lock.node=" + node)
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableScheduling
	@Import(Jobs.class)
	static class Application {

	}

	static class Jobs {

		/** Guarded by the lock alone. */
		private static int counter;

		private static final AtomicInteger onVirtualThreads = new AtomicInteger();

		private final AtomicInteger led = new AtomicInteger();

		private final LockRegistry locks;

		Jobs(LockRegistry locks) {
			this.locks = locks;
		}

		@DistributedLock(name = "counter", waitFor = "60s")
		void increment() {
			LockAssert.assertHeld("counter");
			FencedLock same = this.locks.obtain("inner");
			same.lock();
			try {
				same.lock();
				same.unlock();
				counter++;
			}
			finally {
				same.unlock();
			}
			if (Thread.currentThread().toString().startsWith("VirtualThread")) {
				onVirtualThreads.incrementAndGet();
			}
		}

		int led() {
			return this.led.get();
		}

		@LeaderOnly
		@Scheduled(fixedRate = 100)
		void lead() {
			assertThat(Thread.currentThread().toString()).startsWith("VirtualThread");
			this.led.incrementAndGet();
		}

	}

}

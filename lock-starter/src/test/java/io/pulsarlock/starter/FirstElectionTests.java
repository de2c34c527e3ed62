package io.pulsarlock.starter;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.Leadership;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.test.broker.TestPulsar;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests that a method that is called once at the start of the only node is not skipped.
 */
@ExtendWith(OutputCaptureExtension.class)
@Tag("proof")
class FirstElectionTests {

	private static final String[] ALL = { "application runner", "command line runner", "ready", "scheduled",
			"started" };

	private final String cluster = "f" + UUID.randomUUID();

	@ParameterizedTest
	@ValueSource(strings = { "wait", "fail" })
	void onlyNodeRunsWhateverIsCalledAtItsStart(String startup) {
		try (ConfigurableApplicationContext context = onBroker("pulsar-lock.startup=" + startup,
				"pulsar-lock.leader.join-groups=listed")) {
			assertThat(context.getBean(Leadership.class).group("listed").isLeader()).isTrue();
			List<String> runs = context.getBean(Runs.class).runs;
			await().untilAsserted(() -> assertThat(runs).containsExactlyInAnyOrder(ALL));
		}
	}

	@Test
	void lazyApplicationRunsThemToo() {
		try (ConfigurableApplicationContext context = onBroker("pulsar-lock.startup=wait",
				"spring.main.lazy-initialization=true")) {
			List<String> runs = context.getBean(Runs.class).runs;
			await().untilAsserted(() -> assertThat(runs).contains("application runner", "command line runner"));
		}
	}

	@Test
	void nameOfTheApplicationNeedNotBeOneOfATopic() {
		try (ConfigurableApplicationContext context = application()
			.properties("spring.pulsar.client.service-url=" + TestPulsar.shared().serviceUrl(),
					"spring.application.name=Größe & Co/" + this.cluster, "pulsar-lock.startup-timeout=60s")
			.run("--pulsar-lock.startup=wait")) {
			List<String> runs = context.getBean(Runs.class).runs;
			await().untilAsserted(() -> assertThat(runs).containsExactlyInAnyOrder(ALL));
		}
	}

	@Test
	void inTheBackgroundACallWaitsByItself() {
		try (ConfigurableApplicationContext context = onBroker("jobs.wait=60s")) {
			List<String> runs = context.getBean(Runs.class).runs;
			await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(runs).containsExactlyInAnyOrder(ALL));
		}
	}

	@Test
	void nodeThatStartsAfterACrashRunsThemToo() {
		try (InMemoryLockCluster memory = InMemoryLockCluster.create()) {
			InMemoryNode dead = memory.node("dead");
			await().until(dead.leadership().group("jobs")::isLeader);
			dead.disconnect();
			try (ConfigurableApplicationContext context = inMemory(memory.node("node"), "pulsar-lock.startup=fail",
					"pulsar-lock.startup-timeout=60s")) {
				List<String> runs = context.getBean(Runs.class).runs;
				await().untilAsserted(() -> assertThat(runs).containsExactlyInAnyOrder(ALL));
			}
		}
	}

	@Test
	void nodeThatIsNotTheFirstStartsWithoutThem() {
		try (InMemoryLockCluster memory = InMemoryLockCluster.create()) {
			InMemoryNode first = memory.node("first");
			await().until(first.leadership().group("jobs")::isLeader);
			try (ConfigurableApplicationContext context = inMemory(memory.node("node"), "pulsar-lock.startup=fail",
					"pulsar-lock.startup-timeout=60s")) {
				assertThat(context.getBean(Runs.class).runs).isEmpty();
			}
		}
	}

	@Test
	void startThatWaitsInVainGoesOnWithAWarning(CapturedOutput output) {
		try (InMemoryLockCluster memory = silentAfterJoining();
				ConfigurableApplicationContext context = inMemory(memory.node("node"), "pulsar-lock.startup=wait",
						"pulsar-lock.startup-timeout=1s")) {
			assertThat(context.getBean(Runs.class).runs).isEmpty();
			assertThat(output)
				.contains("The leader of group 'jobs' is not known within pulsar-lock.startup-timeout (1s)");
		}
	}

	@Test
	void startThatMustKnowFails() {
		try (InMemoryLockCluster memory = silentAfterJoining()) {
			InMemoryNode node = memory.node("node");
			assertThatExceptionOfType(Exception.class)
				.isThrownBy(() -> inMemory(node, "pulsar-lock.startup=fail", "pulsar-lock.startup-timeout=1s"))
				.havingCause()
				.isInstanceOf(LockUnavailableException.class)
				.withMessageContaining("The leader of group 'jobs' is not known")
				.withMessageContaining("pulsar-lock.startup=wait");
		}
	}

	/** The node has joined, but its requests are no longer answered. */
	private static InMemoryLockCluster silentAfterJoining() {
		InMemoryLockCluster memory = InMemoryLockCluster.create(Duration.ofMinutes(5), Duration.ofMinutes(4), 2);
		memory.node("node");
		memory.stop();
		return memory;
	}

	private ConfigurableApplicationContext onBroker(String... properties) {
		return application()
			.properties("spring.pulsar.client.service-url=" + TestPulsar.shared().serviceUrl(),
					"pulsar-lock.cluster=" + this.cluster, "pulsar-lock.startup-timeout=60s")
			.run(arguments(properties));
	}

	private static ConfigurableApplicationContext inMemory(InMemoryNode node, String... properties) {
		ApplicationContextInitializer<GenericApplicationContext> registry = (context) -> context
			.registerBean("lockRegistry", InMemoryNode.class, () -> node, (definition) -> definition.setPrimary(true));
		return application().initializers(registry)
			.properties("spring.application.name=shop")
			.run(arguments(properties));
	}

	private static SpringApplicationBuilder application() {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off");
	}

	private static String[] arguments(String... properties) {
		return List.of(properties).stream().map((property) -> "--" + property).toArray(String[]::new);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableScheduling
	@Import({ Jobs.class, FirstRunner.class, SecondRunner.class })
	static class Application {

		@Bean
		Runs runs() {
			return new Runs();
		}

	}

	static class Runs {

		private final List<String> runs = new CopyOnWriteArrayList<>();

	}

	static class Jobs {

		private final Runs runs;

		Jobs(Runs runs) {
			this.runs = runs;
		}

		@EventListener(ApplicationReadyEvent.class)
		@LeaderOnly(group = "jobs", waitFor = "${jobs.wait:}")
		void ready() {
			this.runs.runs.add("ready");
		}

		@EventListener(ApplicationStartedEvent.class)
		@LeaderOnly(group = "jobs", waitFor = "${jobs.wait:}")
		void started() {
			this.runs.runs.add("started");
		}

		@Scheduled(fixedDelay = 1, timeUnit = TimeUnit.DAYS)
		@LeaderOnly(group = "jobs", waitFor = "${jobs.wait:}")
		void scheduled() {
			this.runs.runs.add("scheduled");
		}

	}

	static class FirstRunner implements ApplicationRunner {

		private final Runs runs;

		FirstRunner(Runs runs) {
			this.runs = runs;
		}

		@Override
		@LeaderOnly(group = "jobs", waitFor = "${jobs.wait:}")
		public void run(ApplicationArguments arguments) {
			this.runs.runs.add("application runner");
		}

	}

	static class SecondRunner implements CommandLineRunner {

		private final Runs runs;

		SecondRunner(Runs runs) {
			this.runs = runs;
		}

		@Override
		@LeaderOnly(group = "jobs", waitFor = "${jobs.wait:}")
		public void run(String... arguments) {
			this.runs.runs.add("command line runner");
		}

	}

}

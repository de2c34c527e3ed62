package io.pulsarlock.starter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.FencedLock;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LockAssert;
import io.pulsarlock.annotation.LockContext;
import io.pulsarlock.annotation.OnBusy;
import io.pulsarlock.annotation.OnLost;
import io.pulsarlock.autoconfigure.PulsarLockAnnotationAutoConfiguration;
import io.pulsarlock.autoconfigure.PulsarLockAutoConfiguration;
import io.pulsarlock.autoconfigure.PulsarLockMetricsAutoConfiguration;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.apache.pulsar.client.api.PulsarClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import org.slf4j.LoggerFactory;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.pulsar.autoconfigure.PulsarAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests what logs, exceptions, spans and meters of an application reveal about keys and
 * names while everything fails that can fail.
 */
class PrintedKeysTests {

	private static final String EMAIL = "alice@example.org";

	private static final String HASH = "#7a64adf287";

	private static final Duration SOON = Duration.ofSeconds(20);

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.pulsarlock");

	private final Lines lines = new Lines();

	private final Set<String> spans = ConcurrentHashMap.newKeySet();

	private final MeterRegistry meters = new SimpleMeterRegistry();

	/** The texts by their sources. */
	private final Map<String, String> said = new ConcurrentHashMap<>();

	@BeforeEach
	void listen() {
		this.lines.start();
		this.logger.setLevel(Level.DEBUG);
		this.logger.setAdditive(false);
		this.logger.addAppender(this.lines);
	}

	@AfterEach
	void close() {
		this.cluster.close();
		this.logger.detachAppender(this.lines);
		this.logger.setAdditive(true);
		this.logger.setLevel(Level.INFO);
		PrintedNames.setReadableKeys(false);
	}

	@Test
	void keysAreHashedByDefault() {
		everythingGoesWrong("node", "customer", EMAIL);
		assertThat(this.said).hasSizeGreaterThan(20).allSatisfy((what, text) -> {
			assertThat(text).as(what).doesNotContain("alice");
			assertThat(text).as(what).contains(HASH);
		});
		assertThat(this.lines.all).hasSizeGreaterThan(5).noneMatch((line) -> line.contains("alice"));
		assertThat(this.spans).hasSizeGreaterThan(3).noneMatch((span) -> span.contains("alice"));
		assertThat(this.meters.getMeters()).hasSizeGreaterThan(5)
			.noneMatch((meter) -> meter.getId().toString().contains("alice"));
	}

	@Test
	void keysAreReadableBySetting() {
		everythingGoesWrong("node", "customer", EMAIL, "pulsar-lock.privacy.readable-keys=true");
		assertThat(this.said).hasSizeGreaterThan(20)
			.allSatisfy((what, text) -> assertThat(text).as(what).contains(EMAIL).doesNotContain(HASH));
		assertThat(this.spans).anyMatch((span) -> span.contains("lock.key='" + EMAIL + "'"));
		// In a trace only: there may be any number of keys.
		assertThat(this.meters.getMeters()).noneMatch((meter) -> meter.getId().toString().contains("alice"));
	}

	@Test
	void namesForgeNoLines() {
		everythingGoesWrong("node\nForged", "customer\r\nForged", "alice\u2028Forged",
				"pulsar-lock.privacy.readable-keys=true", "pulsar-lock.leader.join-groups=group\u0085Forged");
		await().untilAsserted(
				() -> assertThat(this.lines.all).anyMatch((line) -> line.contains("leads group 'group\\u{85}Forged'")));
		assertThat(this.lines.all).anyMatch((line) -> line.contains("Node 'node\\u{a}Forged' has joined"));
		assertThat(this.said).allSatisfy((what, text) -> assertThat(text).as(what)
			.contains("customer\\u{d}\\u{a}Forged", "alice\\u{2028}Forged"));
		List<String> all = new ArrayList<>(this.said.values());
		all.addAll(this.lines.all);
		all.addAll(this.spans);
		assertThat(all).allSatisfy((text) -> assertThat(text).doesNotContainPattern("[\\n\\r\\x{85}\\x{2028}]"));
	}

	/**
	 * Causes failures for a lock that guards methods, and for the same lock without
	 * methods.
	 */
	private void everythingGoesWrong(String nodeName, String kind, String key, String... properties) {
		InMemoryNode node = this.cluster.node(nodeName);
		InMemoryNode other = this.cluster.node("other" + nodeName);
		String name = node.obtain(kind, key).name();
		ObservationRegistry observations = ObservationRegistry.create();
		observations.observationConfig()
			.observationHandler(new DefaultMeterObservationHandler(this.meters))
			.observationHandler(new Spans());
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PulsarAutoConfiguration.class, PulsarLockAutoConfiguration.class,
					PulsarLockAnnotationAutoConfiguration.class, PulsarLockMetricsAutoConfiguration.class,
					MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class))
			.withBean("pulsarClient", PulsarClient.class, () -> Mockito.mock(PulsarClient.class))
			.withBean(LockRegistry.class, () -> node)
			.withBean(MeterRegistry.class, () -> this.meters)
			.withBean(ObservationRegistry.class, () -> observations)
			.withBean(LockListener.class, () -> (event) -> {
				if (event.name().equals(name)) {
					says(event.getClass().getSimpleName(), event);
				}
			})
			.withBean(Customers.class)
			.withPropertyValues("test.kind=" + kind)
			.withPropertyValues(properties)
			.run((context) -> {
				Customers customers = context.getBean(Customers.class);
				busy(customers, node, other, name, key);
				lost(customers, node, name, key);
				misused(node, name, kind, key);
				outOfReach(customers, node, name, key);
			});
	}

	private void busy(Customers customers, InMemoryNode node, InMemoryNode other, String name, String key)
			throws InterruptedException {
		try (LockHandle held = other.obtain(name).acquire(SOON)) {
			await().untilAsserted(() -> assertThat(node.monitor().view().locks()).isNotEmpty());
			fails("busy method", () -> customers.busy(key, () -> {
			}));
			fails("waiting method", () -> customers.waiting(key));
			customers.skipped(key);
			awaitLine("Skipped Customers.skipped()");
			fails("acquire", () -> node.obtain(name).acquire(Duration.ofMillis(50)));
			fails("execute", () -> node.execute(name, Duration.ZERO, (lock) -> ""));
			says("lock", node.obtain(name));
			says("view", node.monitor().view().locks());
			this.lines.all.add(node.monitor().view().sessions().toString());
			assertThat(held.isHeld()).isTrue();
		}
	}

	private void lost(Customers customers, InMemoryNode node, String name, String key) throws InterruptedException {
		customers.lost(key, () -> {
			LockContext context = LockContext.current();
			says("context", context);
			context.onLost((lost) -> says("loss", lost));
			context.onLost((lost) -> {
				throw new IllegalStateException("on purpose");
			});
			node.loseNow(name);
			fails("lost method", context::assertHeld);
			// Listeners are no longer notified when the method has ended.
			awaitLine("A listener for the loss of lock");
			await().untilAsserted(() -> assertThat(this.said).containsKey("loss"));
		});
		customers.lost(key, () -> {
			assertThat(node.administration().releaseLock(name)).isTrue();
			fails("release again", () -> node.administration().releaseLock(name));
			// The method continues, and its lock is released in the end.
			awaitLine("goes to its next holder");
		});
		await().untilAsserted(() -> assertThat(this.said).containsKeys("LockAcquired", "LockLost"));
		FencedLock lock = node.obtain(name);
		lock.lock();
		node.loseNow(name);
		fails("unlock of a lost lock", lock::unlock);
	}

	private void misused(InMemoryNode node, String name, String kind, String key) throws InterruptedException {
		fails("unlock of another's lock", node.obtain(name)::unlock);
		fails("token of another's lock", node.obtain(name)::fencingToken);
		fails("negative wait", () -> node.obtain(name).acquire(Duration.ofSeconds(-1)));
		fails("negative limit", () -> node.obtain(name).acquire(SOON, Duration.ZERO));
		fails("negative wait of execute", () -> node.execute(name, Duration.ofSeconds(-1), (lock) -> ""));
		fails("assertion", () -> LockAssert.assertHeld(name));
		try (var handles = node.acquireAll(List.of("unrelated"), SOON)) {
			fails("handle of another lock", () -> handles.get(name));
		}
		LockHandle closed = node.obtain(name).acquire(SOON);
		closed.close();
		fails("closed handle", closed::assertHeld);
		this.lines.all.add(thrownBy(() -> node.obtain(kind, key + "x".repeat(600))).getMessage());
	}

	private void outOfReach(Customers customers, InMemoryNode node, String name, String key) {
		this.cluster.stop();
		await().untilAsserted(() -> assertThat(node.monitor().statistics().confirmed()).isFalse());
		fails("method without a cluster", () -> customers.waiting(key));
		fails("lock without a cluster", () -> node.obtain(name).acquire(Duration.ofMillis(10)));
		this.cluster.resume();
	}

	private void says(String what, Object text) {
		this.said.put(what, text.toString());
	}

	private void fails(String what, Task task) {
		Throwable thrown = thrownBy(task);
		StringBuilder all = new StringBuilder();
		for (Throwable each = thrown; each != null; each = each.getCause()) {
			all.append(each).append(" / ");
		}
		this.said.put(what, all.toString());
	}

	private static Throwable thrownBy(Task task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			return ex;
		}
		throw new AssertionError("Nothing was thrown");
	}

	private void awaitLine(String part) {
		await().until(() -> this.lines.all.stream().anyMatch((line) -> line.contains(part)));
		this.said.put(part,
				this.lines.all.stream().filter((line) -> line.contains(part)).collect(Collectors.joining(" / ")));
	}

	@FunctionalInterface
	private interface Task {

		void run() throws Throwable;

	}

	static class Customers {

		@DistributedLock(name = "${test.kind}", key = "#email")
		void busy(String email, Runnable work) {
			work.run();
		}

		@DistributedLock(name = "${test.kind}", key = "#email", waitFor = "100ms")
		void waiting(String email) {
		}

		@DistributedLock(name = "${test.kind}", key = "#email", onBusy = OnBusy.SKIP)
		void skipped(String email) {
		}

		@DistributedLock(name = "${test.kind}", key = "#email", waitFor = "20s", onLost = OnLost.NOTIFY)
		void lost(String email, Runnable work) {
			work.run();
		}

	}

	/** Each line that a log has, and the messages of its exceptions. */
	private static final class Lines extends AppenderBase<ILoggingEvent> {

		private final ConcurrentLinkedQueue<String> all = new ConcurrentLinkedQueue<>();

		@Override
		protected void append(ILoggingEvent event) {
			this.all.add(event.getFormattedMessage());
			for (IThrowableProxy each = event.getThrowableProxy(); each != null; each = each.getCause()) {
				this.all.add(String.valueOf(each.getMessage()));
			}
		}

	}

	/** What an exporter would get. */
	private final class Spans implements ObservationHandler<Observation.Context> {

		@Override
		public void onStop(Observation.Context context) {
			PrintedKeysTests.this.spans.add(context.getContextualName() + " "
					+ context.getAllKeyValues()
						.stream()
						.map((each) -> each.getKey() + "='" + each.getValue() + "'")
						.collect(Collectors.joining(" "))
					+ " " + context.getError());
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}

package io.pulsarlock.benchmarks.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.sun.management.UnixOperatingSystemMXBean;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.benchmarks.faults.NodeSettings.Mode;
import org.apache.pulsar.client.api.PulsarClient;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.task.ThreadPoolTaskSchedulerCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.pulsar.core.PulsarClientBuilderCustomizer;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * The node under attack: an ordinary application with the starter that holds locks all
 * the time, leads a group, and records what it believes. See {@link NodeSettings} for its
 * arguments and {@link History} for its output.
 * <p>
 * Commands on its standard input: {@code QUIESCE} ends all holdings and takes no lock
 * until {@code RESUME}, {@code MEASURE} writes what the process uses and how often a hint
 * has given it a lock, {@code RESIGN} gives up the leadership. The end of the input stops
 * the node cleanly. It prints {@code JOINED} once and {@code QUIET} after each
 * {@code QUIESCE}.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(NodeSettings.class)
public class FaultNode {

	private static final Duration REST_AT_HOME = Duration.ofMillis(300);

	private static final Duration REST_ELSEWHERE = Duration.ofSeconds(2);

	/**
	 * Runs a node.
	 * @param args properties of Spring, {@code --name=value}
	 * @throws IOException if the standard input fails
	 * @throws InterruptedException never
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		List<String> all = new ArrayList<>(List.of(args));
		if (all.contains("--faults.mode=failover")) {
			all.add("--pulsar-lock.enabled=false");
		}
		ConfigurableApplicationContext context = new SpringApplicationBuilder(FaultNode.class)
			.web(WebApplicationType.NONE)
			// Heirs that check for the holder make the client warn.
			.properties("spring.main.banner-mode=off", "logging.level.root=warn",
					"logging.level.org.apache.pulsar=error")
			.run(all.toArray(String[]::new));
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = in.readLine(); line != null; line = in.readLine()) {
			obey(line, context);
		}
		// The context is closed as by a SIGTERM.
		System.exit(0);
	}

	private static void obey(String line, ConfigurableApplicationContext context) throws InterruptedException {
		switch (line) {
			case "QUIESCE" -> {
				context.getBean(Workers.class).quiesce();
				HeldLocks held = context.getBeanProvider(HeldLocks.class).getIfAvailable();
				if (held != null) {
					held.quiesce();
				}
				say("QUIET");
			}
			case "RESUME" -> {
				context.getBean(Workers.class).resume();
				context.getBeanProvider(HeldLocks.class).ifAvailable(HeldLocks::resume);
			}
			case "MEASURE" -> measure(context.getBean(History.class), context.getBeanProvider(LockMonitor.class));
			case "RESIGN" -> context.getBeanProvider(Leadership.class)
				.ifAvailable((leadership) -> leadership.group(LeaderWatch.GROUP).resign());
			default -> context.getBean(History.class).unexpected("command " + line, null);
		}
	}

	private static void measure(History history, ObjectProvider<LockMonitor> monitors) {
		LockMonitor monitor = monitors.getIfAvailable();
		System.gc();
		UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
		history.measured(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
				ManagementFactory.getThreadMXBean().getThreadCount(), system.getOpenFileDescriptorCount(),
				(monitor != null) ? monitor.statistics().hintedGrants() : 0);
	}

	static void say(String line) {
		System.out.println(line);
	}

	@Bean
	History history(NodeSettings settings, Environment environment) {
		return new History(settings.history(), node(environment));
	}

	private static String node(Environment environment) {
		return environment.getProperty("pulsar-lock.node", "node");
	}

	@Bean
	Guarded guarded(NodeSettings settings) {
		InetSocketAddress address = NodeSettings.address(settings.register());
		return (address != null) ? new RegisterGuarded(address) : Guarded.NONE;
	}

	@Bean
	PulsarClientBuilderCustomizer throughProxy(NodeSettings settings) {
		InetSocketAddress proxy = NodeSettings.address(settings.proxy());
		return (client) -> {
			if (proxy != null) {
				client.socks5ProxyAddress(proxy);
			}
		};
	}

	private static Workers workers(NodeSettings settings, String node, Guarded guarded, History history,
			@Nullable Way shared, Way... ways) {
		List<Worker> workers = new ArrayList<>();
		for (int i = 0; i < settings.locks() + settings.longLocks(); i++) {
			boolean longer = i >= settings.locks();
			int index = longer ? i - settings.locks() : i;
			Duration longest = longer ? settings.longHold() : settings.hold();
			workers.add(new Worker((longer ? "long-" : "short-") + index, ways[i % ways.length], guarded, history, node,
					longer ? longest.dividedBy(2) : Duration.ZERO, longest, Duration.ZERO,
					seed(settings, node, workers)));
		}
		for (int i = 0; i < settings.homeLocks(); i++) {
			Duration rest = (i == settings.home()) ? REST_AT_HOME : REST_ELSEWHERE;
			workers.add(new Worker("home-" + i, ways[workers.size() % ways.length], guarded, history, node,
					Duration.ZERO, settings.hold().dividedBy(10), rest, seed(settings, node, workers)));
		}
		if (shared != null && settings.sharedLocks()) {
			for (String name : Arena.SHARED_LOCKS) {
				workers.add(new Worker(name, shared, guarded, history, node, Duration.ZERO, settings.hold(),
						Duration.ZERO, seed(settings, node, workers)));
			}
		}
		return new Workers(workers, history, settings.mode() == Mode.LIBRARY);
	}

	private static long seed(NodeSettings settings, String node, List<Worker> workers) {
		return 31 * settings.seed() + 1009L * node.hashCode() + workers.size();
	}

	/** The node with the library. */
	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	@ConditionalOnProperty(name = "faults.mode", havingValue = "library", matchIfMissing = true)
	static class Library {

		@Bean
		AnnotatedWay annotatedWay() {
			return new AnnotatedWay();
		}

		@Bean
		Workers workers(NodeSettings settings, Environment environment, Guarded guarded, History history,
				AnnotatedWay annotated, LockRegistry registry) {
			return FaultNode.workers(settings, node(environment), guarded, history,
					new SharedWay(registry, settings.waitFor()), annotated, new LockWay(registry, settings.waitFor()),
					new HandleWay(registry, settings.waitFor()));
		}

		@Bean
		HeldLocks heldLocks(NodeSettings settings, History history, LockRegistry registry) {
			return new HeldLocks(registry, history, settings.held(), settings.home(), settings.nodes());
		}

		@Bean
		LeaderWatch leaderWatch(Leadership leadership, History history) {
			return new LeaderWatch(leadership.group(LeaderWatch.GROUP), history);
		}

		@Bean
		Job job(LeaderWatch watch, History history) {
			return new Job(watch, history);
		}

		@Bean
		ThreadPoolTaskSchedulerCustomizer scheduler(ObjectProvider<History> history) {
			return (scheduler) -> {
				scheduler.setTaskDecorator(Job::timed);
				scheduler.setErrorHandler((ex) -> Job.failed(history.getObject(), ex));
			};
		}

		@Bean
		JoinWatch joinWatch(LockMonitor monitor, History history) {
			return new JoinWatch(() -> monitor.statistics().confirmed(), history);
		}

	}

	/** The node without the library. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = "faults.mode", havingValue = "failover")
	static class Failover {

		private static String topics(Environment environment) {
			return "persistent://" + environment.getProperty("pulsar-lock.topic.tenant", "public") + "/"
					+ environment.getProperty("pulsar-lock.topic.namespace", "default") + "/failover-"
					+ environment.getProperty("pulsar-lock.cluster", "cluster") + "-";
		}

		@Bean
		Workers workers(NodeSettings settings, Environment environment, Guarded guarded, History history,
				PulsarClient client) {
			return FaultNode.workers(settings, node(environment), guarded, history, null,
					new FailoverWay(client, topics(environment), node(environment), settings.waitFor()));
		}

		@Bean
		FailoverLeader failoverLeader(NodeSettings settings, Environment environment, History history,
				PulsarClient client) {
			return new FailoverLeader(
					new FailoverWay(client, topics(environment), node(environment), settings.waitFor()), history);
		}

		@Bean
		JoinWatch joinWatch(History history) {
			return new JoinWatch(() -> true, history);
		}

	}

}

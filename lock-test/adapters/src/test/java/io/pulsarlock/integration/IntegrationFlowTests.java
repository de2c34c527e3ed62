package io.pulsarlock.integration;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.pulsarlock.Leadership;
import io.pulsarlock.test.broker.TestPulsar;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.Pollers;
import org.springframework.integration.handler.advice.LockRequestHandlerAdvice;
import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.store.MessageGroupStore;
import org.springframework.integration.store.SimpleMessageStore;
import org.springframework.integration.support.MessageBuilder;
import org.springframework.integration.support.SmartLifecycleRoleController;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.messaging.MessageChannel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Runs an application of Spring Integration on two nodes and a real broker.
 */
@Tag("proof")
class IntegrationFlowTests {

	private static final int GROUPS = 200;

	/** Outlasts the stalls of a busy machine. */
	private static final Duration LIMIT = Duration.ofSeconds(60);

	private final String cluster = "integration-" + UUID.randomUUID();

	/** What a database is in production. */
	private final Shared shared = new Shared();

	@Test
	void groupIsReleasedOnceAndCallsDoNotOverlap() {
		try (ConfigurableApplicationContext first = start("first");
				ConfigurableApplicationContext second = start("second")) {
			ExecutorService threads = Executors.newFixedThreadPool(8);
			List<CompletableFuture<?>> sent = new ArrayList<>();
			for (int i = 0; i < GROUPS; i++) {
				Integer group = i;
				sent.add(CompletableFuture.runAsync(() -> send(first, "orders", group), threads));
				sent.add(CompletableFuture.runAsync(() -> send(second, "orders", group), threads));
			}
			sent.forEach(CompletableFuture::join);
			assertThat(this.shared.released).hasSize(GROUPS).doesNotHaveDuplicates();
			sent.clear();
			for (int i = 0; i < 100; i++) {
				sent.add(CompletableFuture.runAsync(() -> send(first, "till", 1), threads));
				sent.add(CompletableFuture.runAsync(() -> send(second, "till", 1), threads));
			}
			sent.forEach(CompletableFuture::join);
			threads.shutdown();
			assertThat(this.shared.booked).isEqualTo(200);
		}
	}

	@Test
	void endpointsOfARoleRunWhereTheirNodeLeads() {
		ConfigurableApplicationContext first = start("first");
		try (ConfigurableApplicationContext second = start("second")) {
			await().atMost(LIMIT).until(() -> running(first));
			await().atMost(LIMIT)
				.until(() -> second.getBean(Leadership.class).group("poller").participants().size() == 2);
			assertThat(running(second)).isFalse();
			assertThat(this.shared.polledBy).containsOnly("first");
			first.getBean(PulsarLeaderInitiator.class).getContext().yield();
			await().atMost(LIMIT).until(() -> running(second));
			assertThat(running(first)).isFalse();
			second.getBean(PulsarLeaderInitiator.class).getContext().yield();
			await().atMost(LIMIT).until(() -> running(first));
			first.close();
			await().atMost(LIMIT).until(() -> running(second));
			int polls = this.shared.polledBy.size();
			await().atMost(LIMIT).until(() -> this.shared.polledBy.size() > polls + 3);
			assertThat(this.shared.polledBy.subList(polls, polls + 3)).containsOnly("second");
		}
		finally {
			first.close();
		}
	}

	private static boolean running(ConfigurableApplicationContext context) {
		return context.isActive() && context.getBean(SmartLifecycleRoleController.class).allEndpointsRunning("poller");
	}

	private static void send(ConfigurableApplicationContext context, String channel, Integer key) {
		context.getBean(channel, MessageChannel.class)
			.send(MessageBuilder.withPayload(key).setHeader("part", UUID.randomUUID()).build());
	}

	private ConfigurableApplicationContext start(String node) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE).initializers((context) -> {
			context.getBeanFactory().registerSingleton("shared", this.shared);
			context.getBeanFactory().registerSingleton("node", node);
		})
			.properties(Map.of("spring.pulsar.client.service-url", TestPulsar.shared().serviceUrl(),
					"pulsar-lock.cluster", this.cluster, "pulsar-lock.node", node, "pulsar-lock.topic.shards", "2",
					"pulsar-lock.startup", "wait", "pulsar-lock.startup-timeout", "60s", "pulsar-lock.session.lease",
					"30s", "pulsar-lock.session.reconnect-grace", "20s"))
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableIntegration
	static class Application {

		@Bean
		IntegrationFlow ordersFlow(LockRegistry<?> lockRegistry, Shared shared) {
			return IntegrationFlow.from("orders")
				.aggregate((aggregator) -> aggregator.correlationStrategy((message) -> message.getPayload())
					.releaseStrategy((group) -> group.size() == 2)
					.outputProcessor((group) -> group.getGroupId())
					.expireGroupsUponCompletion(true)
					.messageStore(shared.store)
					.lockRegistry(lockRegistry))
				.handle((message) -> shared.released.add(message.getPayload().toString()))
				.get();
		}

		@Bean
		IntegrationFlow tillFlow(LockRegistry<?> lockRegistry, Shared shared) {
			return IntegrationFlow.from("till")
				.handle((message) -> shared.book(),
						(endpoint) -> endpoint
							.advice(new LockRequestHandlerAdvice(lockRegistry, (message) -> message.getPayload())))
				.get();
		}

		@Bean
		IntegrationFlow pollerFlow(Shared shared, String node) {
			return IntegrationFlow
				.fromSupplier(() -> node,
						(endpoint) -> endpoint.role("poller").autoStartup(false).poller(Pollers.fixedDelay(50)))
				.handle((message) -> shared.polledBy.add(node))
				.get();
		}

		@Bean
		PulsarLeaderInitiator leaderInitiator(Leadership leadership) {
			return new PulsarLeaderInitiator(leadership, new DefaultCandidate("node-1", "poller"));
		}

	}

	static final class Shared {

		/** Each method of its own is atomic. */
		private final MessageGroupStore store = new SimpleMessageStore();

		private final List<String> released = new CopyOnWriteArrayList<>();

		private final List<String> polledBy = new CopyOnWriteArrayList<>();

		private int booked;

		/** Not safe for use by several threads. */
		void book() {
			int before = this.booked;
			try {
				Thread.sleep(1);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			this.booked = before + 1;
		}

	}

}

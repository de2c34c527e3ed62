package io.pulsarlock.integration;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.pulsarlock.test.broker.TestPulsar;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.task.configuration.EnableTask;
import org.springframework.cloud.task.configuration.SingleInstanceTaskListener;
import org.springframework.cloud.task.configuration.TaskProperties;
import org.springframework.cloud.task.repository.TaskNameResolver;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.support.locks.LockRegistry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Runs a task of Spring Cloud Task on two nodes and a real broker, as a single instance.
 */
@Tag("proof")
class SingleInstanceTaskTests {

	private final String cluster = "task-" + UUID.randomUUID();

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch end = new CountDownLatch(1);

	@Test
	void secondInstanceIsRefusedUntilTheFirstHasEnded() throws Exception {
		CompletableFuture<Void> first = CompletableFuture.runAsync(() -> run("first", (arguments) -> {
			this.begun.countDown();
			this.end.await();
		}));
		await().atMost(Duration.ofSeconds(90)).until(() -> this.begun.getCount() == 0 || first.isDone());
		assertThat(first).isNotDone();
		assertThatThrownBy(() -> run("second", (arguments) -> {
		})).hasStackTraceContaining("is already running");
		this.end.countDown();
		assertThat(first).succeedsWithin(Duration.ofSeconds(90));
		run("third", (arguments) -> {
		});
	}

	private void run(String node, CommandLineRunner task) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.initializers((each) -> each.getBeanFactory().registerSingleton("task", task))
			.properties(Map.of("spring.pulsar.client.service-url", TestPulsar.shared().serviceUrl(),
					"pulsar-lock.cluster", this.cluster, "pulsar-lock.node", node, "pulsar-lock.topic.shards", "1",
					"pulsar-lock.startup", "wait", "pulsar-lock.startup-timeout", "60s", "spring.cloud.task.name",
					"nightly"))
			.run("--spring.cloud.task.autoconfiguration.enabled=true")) {
			assertThat(context.isActive()).isTrue();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableTask
	static class Application {

		@Bean
		SingleInstanceTaskListener singleInstance(LockRegistry<?> lockRegistry, TaskNameResolver names,
				TaskProperties properties, ApplicationContext context) {
			return new SingleInstanceTaskListener(lockRegistry, names, properties, context, context);
		}

	}

}

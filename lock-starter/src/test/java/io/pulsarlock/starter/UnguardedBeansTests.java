package io.pulsarlock.starter;

import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.autoconfigure.PulsarLockAnnotationAutoConfiguration;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.apache.pulsar.client.api.PulsarClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the warning when annotations have no effect.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnguardedBeansTests {

	private static final String NO_EFFECT = "@DistributedLock and @LeaderOnly have no effect";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withUserConfiguration(Application.class)
		.withPropertyValues("spring.application.name=shop", "spring.pulsar.client.service-url=pulsar://127.0.0.1:1",
				"pulsar-lock.startup-timeout=0s");

	@ParameterizedTest
	@ValueSource(strings = { "pulsar-lock.enabled", "pulsar-lock.annotations.enabled" })
	void switchedOffIsSaidOnceWithWhatItMeans(String property, CapturedOutput output) {
		this.runner.withPropertyValues(property + "=false").withUserConfiguration(Jobs.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).containsOnlyOnce(NO_EFFECT)
				.contains(property + " is false: every call runs on all nodes at the same time")
				.contains("'eager', 'lazy', 'prototype' and 1 more");
			assertThat(context.getBean("lazy", Job.class).run()).isEqualTo("ran");
		});
	}

	@Test
	void withoutARegistryItIsSaidToo(CapturedOutput output) {
		this.runner.withClassLoader(new FilteredClassLoader(PulsarClient.class)).withBean(Job.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).containsOnlyOnce(NO_EFFECT).contains("there is no LockRegistry").contains("bean '");
		});
	}

	@Test
	void withoutTheAutoConfigurationItIsSaidToo(CapturedOutput output) {
		this.runner
			.withPropertyValues("spring.autoconfigure.exclude=" + PulsarLockAnnotationAutoConfiguration.class.getName())
			.withBean(Job.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).containsOnlyOnce(NO_EFFECT)
					.contains("PulsarLockAnnotationAutoConfiguration is excluded")
					.doesNotContain("there is no LockRegistry");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "pulsar-lock.enabled", "pulsar-lock.annotations.enabled" })
	void nothingIsSaidWithoutAnnotations(String property, CapturedOutput output) {
		this.runner.withPropertyValues(property + "=false")
			.run((context) -> assertThat(output).doesNotContain(NO_EFFECT));
	}

	@Test
	void nothingIsSaidWhereTheyHaveAnEffect(CapturedOutput output) {
		try (InMemoryLockCluster cluster = InMemoryLockCluster.create()) {
			InMemoryNode node = cluster.node("node");
			this.runner
				.withBean("lockRegistry", InMemoryNode.class, () -> node, (definition) -> definition.setPrimary(true))
				.withUserConfiguration(Jobs.class)
				.run((context) -> {
					assertThat(context).hasNotFailed();
					assertThat(output).doesNotContain(NO_EFFECT);
				});
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	static class Jobs {

		@Bean
		Job eager() {
			return new Job();
		}

		@Bean
		@Lazy
		Job lazy() {
			return new Job();
		}

		@Bean
		@Scope("prototype")
		Job prototype() {
			return new Job();
		}

		@Bean
		Locked typed() {
			return new Locked();
		}

	}

	static class Job {

		@LeaderOnly
		@Nullable String run() {
			return "ran";
		}

	}

	@DistributedLock("typed")
	static class Locked {

		void run() {
		}

	}

}

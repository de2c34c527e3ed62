package io.pulsarlock.annotation;

import java.time.Duration;

import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.observation.LockAcquireObservationConvention;
import io.pulsarlock.observation.LockHoldObservationConvention;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.assertj.core.api.Assertions;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A context with the annotations on one node of an in-memory cluster.
 */
final class Guarded {

	private Guarded() {
	}

	static ApplicationContextRunner on(InMemoryLockCluster cluster, String node) {
		return new ApplicationContextRunner().withUserConfiguration(Annotations.class)
			.withBean(LockRegistry.class, () -> cluster.node(node));
	}

	static void join(Thread thread) throws InterruptedException {
		thread.join(10_000);
		Assertions.assertThat(thread.isAlive()).isFalse();
	}

	@Configuration(proxyBeanMethods = false)
	static class Annotations {

		@Bean
		static LockAnnotationBeanPostProcessor lockAnnotationBeanPostProcessor(ObjectProvider<LockRegistry> registry,
				ObjectProvider<Leadership> leadership, ObjectProvider<GuardDefaults> defaults,
				ObjectProvider<ObservationRegistry> observations,
				ObjectProvider<LockAcquireObservationConvention> acquire,
				ObjectProvider<LockHoldObservationConvention> hold) {
			return new LockAnnotationBeanPostProcessor(registry, leadership, defaults, observations, acquire, hold);
		}

		@Bean
		GuardDefaults guardDefaults() {
			return new GuardDefaults("application", Duration.ofMillis(500));
		}

	}

}

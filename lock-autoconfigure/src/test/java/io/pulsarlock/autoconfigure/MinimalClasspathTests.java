package io.pulsarlock.autoconfigure;

import java.lang.reflect.Proxy;

import io.pulsarlock.LockRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests all auto-configurations of this module without optional dependencies. A separate
 * execution removes them from the class path.
 */
class MinimalClasspathTests {

	private final ClassLoader loader = getClass().getClassLoader();

	@Test
	void classPathIsMinimal() {
		assertThat(new String[] { "org.springframework.boot.health.contributor.Health",
				"org.springframework.boot.actuate.endpoint.annotation.Endpoint",
				"org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint",
				"io.micrometer.core.instrument.MeterRegistry", "reactor.core.publisher.Mono",
				"net.javacrumbs.shedlock.core.LockProvider",
				"org.springframework.integration.support.locks.LockRegistry",
				"org.apache.camel.cluster.CamelClusterService" })
			.noneMatch((name) -> ClassUtils.isPresent(name, this.loader));
	}

	@Test
	void everyAutoConfigurationStandsAside() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, this.loader))
			.filteredOn((name) -> name.startsWith("io.pulsarlock."))
			.hasSizeGreaterThanOrEqualTo(4);
		new ApplicationContextRunner().withUserConfiguration(Application.class)
			.withBean("locks", LockRegistry.class, MinimalClasspathTests::registry)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("pulsarLockHealthContributor")
				.doesNotHaveBean("pulsarLocksEndpoint")
				.doesNotHaveBean("pulsarLeaderInfoContributor")
				.doesNotHaveBean("pulsarLockMetrics")
				.doesNotHaveBean("pulsarLockProvider")
				.doesNotHaveBean("pulsarIntegrationLockRegistry")
				.doesNotHaveBean("pulsarClusterService"));
	}

	/** Not a mock, whose library may need removed dependencies. */
	private static LockRegistry registry() {
		return (LockRegistry) Proxy.newProxyInstance(LockRegistry.class.getClassLoader(),
				new Class<?>[] { LockRegistry.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "hashCode" -> 1;
					case "equals" -> proxy == arguments[0];
					case "toString" -> "locks";
					default -> null;
				});
	}

	/** Lets Spring Boot find the auto-configurations, as in an application. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}

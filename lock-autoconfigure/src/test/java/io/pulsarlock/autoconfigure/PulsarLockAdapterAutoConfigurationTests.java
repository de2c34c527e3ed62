package io.pulsarlock.autoconfigure;

import java.util.Optional;

import io.pulsarlock.Leadership;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.actuate.FakeLockNode;
import io.pulsarlock.camel.PulsarClusterService;
import io.pulsarlock.integration.PulsarLockRegistry;
import io.pulsarlock.shedlock.PulsarLockProvider;
import net.javacrumbs.shedlock.core.LockProvider;
import org.apache.camel.cluster.CamelClusterService;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.integration.support.locks.DefaultLockRegistry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests when the interfaces of other libraries are provided.
 */
class PulsarLockAdapterAutoConfigurationTests {

	private final ApplicationContextRunner empty = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PulsarLockShedLockAutoConfiguration.class,
				PulsarLockIntegrationAutoConfiguration.class, PulsarLockCamelAutoConfiguration.class));

	private final ApplicationContextRunner runner = this.empty.withBean("locks", LockRegistry.class, FakeLockNode::new);

	private final ApplicationContextRunner leading = this.runner.withBean(Leadership.class,
			() -> new FakeLockNode().leadership());

	@Test
	void shedLockIsProvided() {
		this.runner
			.run((context) -> assertThat(context).getBean(LockProvider.class).isInstanceOf(PulsarLockProvider.class));
	}

	@Test
	void withoutRegistryThereIsNothing() {
		this.empty.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(LockProvider.class)
			.doesNotHaveBean(PulsarLockRegistry.class)
			.doesNotHaveBean(PulsarClusterService.class));
	}

	@Test
	void withoutShedLockThereIsNoProvider() {
		this.runner.withClassLoader(new FilteredClassLoader("net.javacrumbs.shedlock"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("pulsarLockProvider"));
	}

	@Test
	void providerOfTheApplicationReplacesOurs() {
		this.runner.withBean("own", LockProvider.class, () -> (configuration) -> Optional.empty())
			.run((context) -> assertThat(context).hasSingleBean(LockProvider.class)
				.doesNotHaveBean(PulsarLockProvider.class));
	}

	@Test
	void providerCanBeSwitchedOff() {
		this.runner.withPropertyValues("pulsar-lock.shedlock.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LockProvider.class));
	}

	@Test
	void integrationIsProvidedBesideTheRegistryOfThisLibrary() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(LockRegistry.class)
			.getBean(org.springframework.integration.support.locks.LockRegistry.class)
			.isInstanceOf(PulsarLockRegistry.class));
	}

	@Test
	void withoutIntegrationThereIsNoRegistryOfIt() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.integration"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("pulsarIntegrationLockRegistry"));
	}

	@Test
	void registryOfTheApplicationReplacesOurs() {
		this.runner
			.withBean("lockRegistry", org.springframework.integration.support.locks.LockRegistry.class,
					DefaultLockRegistry::new)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PulsarLockRegistry.class));
	}

	@Test
	void integrationCanBeSwitchedOff() {
		this.runner.withPropertyValues("pulsar-lock.integration.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(PulsarLockRegistry.class));
	}

	@Test
	void camelIsProvided() {
		this.leading.run((context) -> assertThat(context).getBean(CamelClusterService.class)
			.isInstanceOf(PulsarClusterService.class));
	}

	@Test
	void withoutCamelThereIsNoClusterService() {
		this.leading.withClassLoader(new FilteredClassLoader("org.apache.camel"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("pulsarClusterService"));
	}

	@Test
	void clusterServiceOfTheApplicationReplacesOurs() {
		this.leading.withBean("own", CamelClusterService.class, () -> Mockito.mock(CamelClusterService.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PulsarClusterService.class));
	}

	@Test
	void clusterServiceCanBeSwitchedOff() {
		this.leading.withPropertyValues("pulsar-lock.camel.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(PulsarClusterService.class));
	}

}

package io.pulsarlock.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockMonitor;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.actuate.FakeLockNode;
import io.pulsarlock.session.SessionLockNode;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.impl.LookupService;
import org.apache.pulsar.common.naming.TopicName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.pulsar.autoconfigure.PulsarAutoConfiguration;
import org.springframework.boot.pulsar.autoconfigure.PulsarConnectionDetails;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.pulsar.core.PulsarClientBuilderCustomizer;
import org.springframework.pulsar.core.PulsarTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests conditions, back-off and hooks, without a broker.
 */
class PulsarLockAutoConfigurationTests {

	/**
	 * Nothing listens on port 1, and the tests do not wait for it, nor for the
	 * application's own client, which takes two seconds to close.
	 */
	private final ApplicationContextRunner unnamed = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PulsarAutoConfiguration.class, PulsarLockAutoConfiguration.class))
		.withBean("pulsarClient", PulsarClient.class, () -> mock(PulsarClient.class))
		.withPropertyValues("spring.pulsar.client.service-url=pulsar://127.0.0.1:1", "pulsar-lock.startup-timeout=0s");

	private final ApplicationContextRunner runner = this.unnamed.withPropertyValues("spring.application.name=tests");

	@Test
	void nativeImageHasTheProxyOfTheLookup() throws Exception {
		RuntimeHints hints = new RuntimeHints();
		new PulsarLockAutoConfiguration.ClientHints().registerHints(hints, getClass().getClassLoader());
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(LookupService.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(LookupService.class.getMethod("getBroker", TopicName.class))).accepts(hints);
	}

	@Test
	void applicationGetsARegistryAndLeadership() {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(LockRegistry.class).hasSingleBean(Leadership.class);
			assertThat(context).hasSingleBean(LockAdministration.class).hasSingleBean(LockMonitor.class);
			LockNode node = context.getBean(LockNode.class);
			assertThat(context.getBean(LockRegistry.class)).isSameAs(node);
			assertThat(context.getBean(Leadership.class)).isSameAs(node.leadership());
			assertThat(context.getBean(LockAdministration.class)).isSameAs(node.administration());
			assertThat(context.getBean(LockMonitor.class)).isSameAs(node.monitor());
		});
	}

	@Test
	void nothingIsMadeWhenSwitchedOff() {
		this.runner.withPropertyValues("pulsar-lock.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(LockRegistry.class)
				.doesNotHaveBean(Leadership.class)
				.doesNotHaveBean(PulsarLockProperties.class));
	}

	@Test
	void nothingIsMadeWithoutThePulsarClient() {
		this.runner.withClassLoader(new FilteredClassLoader(PulsarClient.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LockRegistry.class));
	}

	@Test
	void nothingIsMadeWithoutSpringPulsar() {
		this.runner.withClassLoader(new FilteredClassLoader(PulsarTemplate.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LockRegistry.class));
	}

	@Test
	void ownRegistryReplacesOursAndKeepsItsLeadershipAvailable() {
		this.runner.withUserConfiguration(OwnRegistry.class).run((context) -> {
			assertThat(context).hasSingleBean(LockRegistry.class)
				.doesNotHaveBean(ManagedNode.class)
				.doesNotHaveBean(LockClientFactory.class);
			assertThat(context.getBean(Leadership.class))
				.isSameAs(((LockNode) context.getBean(LockRegistry.class)).leadership());
		});
	}

	@Test
	void ownRegistryNeedsNoPulsar() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PulsarLockAutoConfiguration.class))
			.withUserConfiguration(OwnRegistry.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(Leadership.class));
	}

	@Test
	void ownLeadershipIsTheOneThatIsInjected() {
		this.runner.withUserConfiguration(OwnLeadership.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(Leadership.class)).isSameAs(context.getBean("mine"));
			assertThat(context.getBean(LockRegistry.class)).isInstanceOf(SessionLockNode.class);
		});
	}

	@Test
	void clusterAndGroupAreNamedAfterTheApplication() {
		this.runner.withPropertyValues("spring.application.name=My Shop").run((context) -> {
			PulsarLockProperties properties = context.getBean(PulsarLockProperties.class);
			assertThat(properties.cluster(context.getEnvironment())).startsWith("My-Shop=");
			assertThat(properties.leaderGroup(context.getEnvironment())).isEqualTo("My Shop");
		});
		this.runner
			.withPropertyValues("spring.application.name=shop", "pulsar-lock.cluster=all",
					"pulsar-lock.leader.default-group=g")
			.run((context) -> {
				PulsarLockProperties properties = context.getBean(PulsarLockProperties.class);
				assertThat(properties.cluster(context.getEnvironment())).isEqualTo("all");
				assertThat(properties.leaderGroup(context.getEnvironment())).isEqualTo("g");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "spring.application.name=", "spring.application.name= " })
	void applicationWithoutANameDoesNotStart(String property) {
		this.unnamed.withPropertyValues(property)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(LockConfigurationException.class)
				.hasMessageContaining("'spring.application.name'")
				.hasMessageContaining("'pulsar-lock.cluster'"));
	}

	@Test
	void clusterAloneIsNameEnough() {
		this.unnamed.withPropertyValues("pulsar-lock.cluster=shop").run((context) -> {
			PulsarLockProperties properties = context.getBean(PulsarLockProperties.class);
			assertThat(properties.cluster(context.getEnvironment())).isEqualTo("shop");
			assertThat(properties.leaderGroup(context.getEnvironment())).isEqualTo("shop");
		});
	}

	@Test
	void ownRegistryNeedsNoName() {
		this.unnamed.withUserConfiguration(OwnRegistry.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(PulsarLockProperties.class).leaderGroup(context.getEnvironment()))
				.isEqualTo("default");
		});
	}

	@Test
	void nodeIsNamed() {
		this.runner.withPropertyValues("pulsar-lock.node=n7")
			.run((context) -> assertThat(context.getBean(LockMonitor.class).node()).isEqualTo("n7"));
		this.runner.run((context) -> assertThat(context.getBean(LockMonitor.class).node())
			.endsWith("-" + ProcessHandle.current().pid()));
	}

	@Test
	void nodeIsACandidateOfTheGroupsThatAreListed() {
		this.runner.withPropertyValues("pulsar-lock.leader.join-groups=a,b")
			.run((context) -> assertThat(context.getBean(Leadership.class).groups()).extracting(LeaderGroup::name)
				.containsExactlyInAnyOrder("a", "b"));
	}

	@ParameterizedTest
	@CsvSource({ "pulsar-lock.leader.group, pulsar-lock.leader.default-group",
			"pulsar-lock.leader.groups, pulsar-lock.leader.join-groups",
			"pulsar-lock.leader.groups[0], pulsar-lock.leader.join-groups",
			"pulsar-lock.affinity.idle, pulsar-lock.cache.idle",
			"pulsar-lock.affinity.maxLocks, pulsar-lock.cache.max-locks" })
	void formerNameOfAPropertyFailsTheStartAndNamesTheNewOne(String before, String now) {
		this.runner.withPropertyValues(before + "=1")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("'" + now + "'")
				.hasMessageContaining("no longer has an effect"));
	}

	@Test
	void phasesAreBelowWhatDrains() {
		this.runner.run((context) -> {
			assertThat(context.getBean(LockRegistryLifecycle.class).getPhase()).isEqualTo(Integer.MIN_VALUE / 2);
			assertThat(context.getBean(LeadershipLifecycle.class).getPhase()).isEqualTo(-1024);
			assertThat(context.getBean(LockRegistryLifecycle.class).isPauseable()).isTrue();
			assertThat(context.getBean(LeadershipLifecycle.class).isPauseable()).isTrue();
		});
	}

	@Test
	void lazyInitializationStartsLocksAllTheSame() {
		this.runner.withPropertyValues("pulsar-lock.leader.join-groups=a")
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				assertThat(context.getBeanFactory().containsSingleton("pulsarLockRegistry")).isTrue();
				assertThat(context.getBean(ManagedNode.class).node().isRunning()).isTrue();
				assertThat(context.getBean(Leadership.class).groups()).hasSize(1);
			});
	}

	@Test
	void locksSayWhyTheyAreUnavailableBeforeStartAndAfterStop() {
		this.runner.withUserConfiguration(EarlyBird.class).run((context) -> {
			assertThat(context.getBean(EarlyBird.class).failure).isInstanceOf(LockUnavailableException.class)
				.hasMessageContaining("has not been started yet");
			FencedLock lock = context.getBean(LockRegistry.class).obtain("any");
			context.getSourceApplicationContext().stop();
			assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(lock::tryAcquire)
				.withMessageContaining("has been stopped");
			assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(lock::lock);
			assertThat(lock.acquireAsync(Duration.ZERO)).isCompletedExceptionally();
			assertThat(context.getBean(LockMonitor.class).statistics().sessions()).isZero();
			context.getSourceApplicationContext().start();
			assertThat(context.getBean(ManagedNode.class).node().isRunning()).isTrue();
			context.getSourceApplicationContext().close();
			assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(lock::tryAcquire)
				.withMessageContaining("is closed");
		});
	}

	@Test
	void clientIsMadeAtEveryStartWithAllCustomizersInOrder() {
		List<String> calls = new ArrayList<>();
		this.runner.withBean(PulsarClientBuilderCustomizer.class, () -> (builder) -> calls.add("all clients"))
			.withBean(LockClientBuilderCustomizer.class, () -> (builder) -> calls.add("locks"))
			.run((context) -> {
				assertThat(calls).containsExactly("all clients", "locks");
				context.getSourceApplicationContext().stop();
				context.getSourceApplicationContext().start();
				assertThat(calls).containsExactly("all clients", "locks", "all clients", "locks");
			});
	}

	@Test
	void connectionDetailsOfTheApplicationAreUsed() {
		PulsarConnectionDetails details = mock(PulsarConnectionDetails.class);
		given(details.getBrokerUrl()).willReturn("pulsar://127.0.0.1:2");
		given(details.getAdminUrl()).willReturn("http://127.0.0.1:3");
		this.runner.withBean(PulsarConnectionDetails.class, () -> details)
			.run((context) -> assertThat(context.getBean(LockClientFactory.class).serviceUrl())
				.isEqualTo("pulsar://127.0.0.1:2"));
	}

	@Test
	void listenerMayNeedTheRegistry() {
		this.runner.withUserConfiguration(CuriousListener.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void wrongClientSettingsFailTheStartAtOnce() {
		this.runner.withPropertyValues("spring.pulsar.client.authentication.plugin-class-name=no.such.Plugin")
			.run((context) -> assertThat(context).getFailure().rootCause().isInstanceOf(ClassNotFoundException.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRegistry {

		@Bean
		LockRegistry mine() {
			return new FakeLockNode();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnLeadership {

		@Bean
		Leadership mine() {
			return mock(Leadership.class);
		}

	}

	static class EarlyBird {

		private final RuntimeException failure;

		EarlyBird(LockRegistry registry, Leadership leadership) {
			leadership.group("early").addListener(mock());
			this.failure = catchThrowableOfType(LockUnavailableException.class,
					() -> registry.obtain("any").tryAcquire());
		}

	}

	static class CuriousListener implements LockListener {

		CuriousListener(LockRegistry registry) {
			assertThat(registry).isNotNull();
		}

		@Override
		public void onEvent(LockEvent event) {
		}

	}

}

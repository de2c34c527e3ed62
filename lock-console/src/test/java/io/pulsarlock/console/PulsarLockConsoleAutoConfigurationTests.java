package io.pulsarlock.console;

import io.pulsarlock.Leadership;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockMonitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.servlet.function.RouterFunction;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When there is a console, and when there is none.
 */
class PulsarLockConsoleAutoConfigurationTests {

	private final WebApplicationContextRunner web = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PulsarLockConsoleAutoConfiguration.class))
		.withBean(LockMonitor.class, () -> Mockito.mock(LockMonitor.class))
		.withBean(LockAdministration.class, () -> Mockito.mock(LockAdministration.class))
		.withBean(Leadership.class, () -> Mockito.mock(Leadership.class));

	@Test
	void thereIsNoneUnlessAskedFor() {
		this.web.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(Console.class)
			.doesNotHaveBean(ClusterWatch.class)
			.doesNotHaveBean(RouterFunction.class));
	}

	@Test
	void thereIsOneWhenAskedFor() {
		this.web.withPropertyValues("pulsar-lock.console.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(Console.class)
				.hasSingleBean(RouterFunction.class)
				.getBean(LockListener.class)
				.isSameAs(context.getBean(ClusterWatch.class)));
	}

	@Test
	void itWatchesFromTheStartAlsoWhereBeansAreLazy() {
		this.web.withPropertyValues("pulsar-lock.console.enabled=true", "spring.main.lazy-initialization=true")
			.run((context) -> assertThat(context.getBean(ClusterWatch.class).isRunning()).isTrue());
	}

	@Test
	void itNeedsNoSpringSecurity() {
		this.web.withPropertyValues("pulsar-lock.console.enabled=true")
			.withClassLoader(new FilteredClassLoader(CsrfToken.class.getPackageName(),
					"org.springframework.security.web.server.csrf"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(Console.class));
	}

	@Test
	void thereIsNoneWithoutAWebServer() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PulsarLockConsoleAutoConfiguration.class))
			.withBean(LockMonitor.class, () -> Mockito.mock(LockMonitor.class))
			.withBean(LockAdministration.class, () -> Mockito.mock(LockAdministration.class))
			.withBean(Leadership.class, () -> Mockito.mock(Leadership.class))
			.withPropertyValues("pulsar-lock.console.enabled=true")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(Console.class));
	}

	@Test
	void thereIsNoneWithoutLocks() {
		new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PulsarLockConsoleAutoConfiguration.class))
			.withPropertyValues("pulsar-lock.console.enabled=true")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(Console.class));
	}

	@Test
	void webFluxHasOneToo() {
		new ReactiveWebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PulsarLockConsoleAutoConfiguration.class))
			.withBean(LockMonitor.class, () -> Mockito.mock(LockMonitor.class))
			.withBean(LockAdministration.class, () -> Mockito.mock(LockAdministration.class))
			.withBean(Leadership.class, () -> Mockito.mock(Leadership.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.web.servlet", "jakarta.servlet"))
			.withPropertyValues("pulsar-lock.console.enabled=true")
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(Console.class)
				.hasSingleBean(org.springframework.web.reactive.function.server.RouterFunction.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/", "locks", "/locks/", "/a//b", "/a/../b", "/{x}", "/a*", "/a b", "/ä" })
	void pathThatCannotBeIsRefused(String path) {
		this.web.withPropertyValues("pulsar-lock.console.enabled=true", "pulsar-lock.console.path=" + path)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (ex) -> {
					assertThat(ex.getName()).isEqualTo("pulsar-lock.console.path");
					assertThat(ex.getReason()).contains("like /pulsar-lock");
				}));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0s", "199ms", "61s", "-2s" })
	void refreshThatIsTooShortOrTooLongIsRefused(String refresh) {
		this.web.withPropertyValues("pulsar-lock.console.enabled=true", "pulsar-lock.console.refresh=" + refresh)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class,
						(ex) -> assertThat(ex.getName()).isEqualTo("pulsar-lock.console.refresh")));
	}

	@Test
	void nativeImageHasTheFilesOfThePage() {
		RuntimeHints hints = new RuntimeHints();
		new PulsarLockConsoleAutoConfiguration.PageHints().registerHints(hints, getClass().getClassLoader());
		assertThat(RuntimeHintsPredicates.resource().forResource("io/pulsarlock/console/page/index.html"))
			.accepts(hints);
	}

}

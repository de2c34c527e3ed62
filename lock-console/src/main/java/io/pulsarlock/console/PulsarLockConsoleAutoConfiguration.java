package io.pulsarlock.console;

import io.pulsarlock.Leadership;
import io.pulsarlock.LockAdministration;
import io.pulsarlock.LockMonitor;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Auto-configuration of the console. Off unless asked for. It is served as any page of
 * the application is, so the application's own security decides who sees it.
 *
 * @since 0.2.0
 */
@AutoConfiguration(afterName = "io.pulsarlock.autoconfigure.PulsarLockAutoConfiguration")
@ConditionalOnWebApplication
@ConditionalOnBooleanProperty("pulsar-lock.console.enabled")
@ConditionalOnBean({ LockMonitor.class, LockAdministration.class, Leadership.class })
@EnableConfigurationProperties(PulsarLockConsoleProperties.class)
@ImportRuntimeHints(PulsarLockConsoleAutoConfiguration.PageHints.class)
public final class PulsarLockConsoleAutoConfiguration {

	PulsarLockConsoleAutoConfiguration() {
	}

	/** Listens from the start, whether or not the page is open. */
	@Bean
	@Lazy(false)
	ClusterWatch pulsarLockConsoleWatch(LockMonitor monitor) {
		return new ClusterWatch(monitor);
	}

	@Bean
	Console pulsarLockConsole(PulsarLockConsoleProperties properties, LockMonitor monitor,
			LockAdministration administration, Leadership leadership, ClusterWatch watch) {
		return new Console(properties, monitor, leadership, watch,
				new ConsoleOperations(monitor, administration, watch));
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass(DispatcherServlet.class)
	static class ServletConfiguration {

		@Bean
		RouterFunction<ServerResponse> pulsarLockConsoleRoute(Console console) {
			return ServletConsole.route(console);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnClass(DispatcherHandler.class)
	static class ReactiveConfiguration {

		@Bean
		org.springframework.web.reactive.function.server.RouterFunction<?> pulsarLockConsoleRoute(Console console) {
			return ReactiveConsole.route(console);
		}

	}

	/** The files of the page, in a native image. */
	static class PageHints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.resources().registerPattern("io/pulsarlock/console/page/*");
		}

	}

}

package io.pulsarlock.starter;

import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.OnBusy;
import jakarta.annotation.PostConstruct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests the advice for an application that requests locks at startup without a broker.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartupAdviceTests {

	@Test
	void readyListenerInTheBackground(CapturedOutput output) {
		fails(Listening.class, "background");
		assertThat(output).contains("'io.pulsarlock.starter.StartupAdviceTests.Listening.onReady' was called")
			.contains("'pulsar-lock.startup' is 'background'")
			.contains("set it to 'wait' or 'fail'")
			.doesNotContain("to 'background'");
	}

	@Test
	void runnerInTheBackground(CapturedOutput output) {
		fails(Running.class, "background");
		assertThat(output).contains("'io.pulsarlock.starter.StartupAdviceTests.Running.runner' was called")
			.contains("set it to 'wait' or 'fail'")
			.doesNotContain("ApplicationRunner\n");
	}

	@Test
	void runnerAfterAWait(CapturedOutput output) {
		fails(Running.class, "wait");
		assertThat(output).contains("'pulsar-lock.startup-timeout': raise the timeout");
	}

	@Test
	void beanThatIsBeingMade(CapturedOutput output) {
		fails(Initializing.class, "background");
		assertThat(output).contains("'io.pulsarlock.starter.StartupAdviceTests.Initializing.init' was called")
			.contains("Locks start after all beans have been created");
	}

	private static void fails(Class<?> application, String startup) {
		SpringApplicationBuilder builder = new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("spring.application.name=shop", "spring.pulsar.client.service-url=pulsar://127.0.0.1:1",
					"pulsar-lock.startup=" + startup, "pulsar-lock.startup-timeout=100ms",
					"pulsar-lock.session.reconnect-grace=100ms", "spring.main.banner-mode=off");
		assertThatExceptionOfType(Exception.class).isThrownBy(builder::run)
			.satisfies((ex) -> assertThat(cause(ex)).isInstanceOf(LockUnavailableException.class));
	}

	private static Throwable cause(Throwable failure) {
		Throwable cause = failure;
		while (!(cause instanceof LockUnavailableException) && cause.getCause() != null) {
			cause = cause.getCause();
		}
		return cause;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Listening {

		@EventListener(ApplicationReadyEvent.class)
		@DistributedLock(name = "ready", onBusy = OnBusy.SKIP)
		void onReady() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Running {

		@Bean
		ApplicationRunner runner(LockRegistry locks) {
			return (arguments) -> locks.obtain("run").tryAcquire();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Initializing {

		private final LockRegistry locks;

		Initializing(LockRegistry locks) {
			this.locks = locks;
		}

		@PostConstruct
		void init() {
			this.locks.obtain("init").tryAcquire();
		}

	}

}

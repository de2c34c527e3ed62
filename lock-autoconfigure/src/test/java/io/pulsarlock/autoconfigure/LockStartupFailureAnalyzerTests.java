package io.pulsarlock.autoconfigure;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.ApplicationContextException;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the analysis of an application that did not start.
 */
class LockStartupFailureAnalyzerTests {

	private static final StackTraceElement RUN = frame("org.springframework.boot.SpringApplication", "run");

	private static final StackTraceElement REFRESH = frame(
			"org.springframework.context.support.AbstractApplicationContext", "refresh");

	private static final StackTraceElement FINISH = frame(
			"org.springframework.context.support.AbstractApplicationContext", "finishRefresh");

	private static final StackTraceElement MAIN = frame("com.example.Shop", "main");

	private final MockEnvironment environment = new MockEnvironment();

	@Test
	void refusalIsExplainedWithItsCure() {
		FailureAnalysis analysis = analyze(new LockConfigurationException("Namespace 'a/b' does not exist. Create it"));
		assertThat(analysis.getDescription())
			.isEqualTo("Distributed locks cannot be used: Namespace 'a/b' does not exist. Create it");
		assertThat(analysis.getAction()).contains("what the description names")
			.contains("'pulsar-lock.enabled'")
			.contains("run on every node");
	}

	@Test
	void unreachableClusterIsExplainedWithItsCure() {
		this.environment.setProperty("pulsar-lock.startup", "fail");
		FailureAnalysis analysis = analyze("No answer", frame(LockRegistryLifecycle.class.getName(), "awaitJoined"),
				FINISH, REFRESH, RUN, MAIN);
		assertThat(analysis.getDescription()).isEqualTo("Distributed locks cannot be used: No answer");
		assertThat(analysis.getAction()).contains("'spring.pulsar.client.service-url'")
			.contains("'pulsar-lock.startup' to 'wait' or 'background'");
	}

	@Test
	void electionThatTakesLongIsExplainedWithItsCure() {
		FailureAnalysis analysis = analyze("Who leads is not known",
				frame(FirstElectionLifecycle.class.getName(), "unknown"), FINISH, REFRESH, RUN, MAIN);
		assertThat(analysis.getAction()).contains("'pulsar-lock.startup-timeout'")
			.contains("'pulsar-lock.startup' to 'wait'");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			unset      | is 'background', so startup does not wait for it: set it to 'wait' or 'fail'
			background | is 'background', so startup does not wait for it: set it to 'wait' or 'fail'
			BACKGROUND | is 'background', so startup does not wait for it: set it to 'wait' or 'fail'
			wait       | 'pulsar-lock.startup-timeout': raise the timeout
			fail       | It was reachable when the locks started
			nonsense   | is 'background', so startup does not wait for it: set it to 'wait' or 'fail'
			""")
	void adviceForARunnerFitsTheMode(String startup, String advice) {
		if (!startup.equals("unset")) {
			this.environment.setProperty("pulsar-lock.startup", startup);
		}
		FailureAnalysis analysis = analyze("No answer", frame("io.pulsarlock.session.SessionLock", "acquire"),
				frame("com.example.Warmup", "run"), RUN, MAIN);
		assertThat(analysis.getDescription()).contains("'com.example.Warmup.run' was called during startup");
		assertThat(analysis.getAction()).contains(advice)
			.contains("catch LockUnavailableException there")
			.doesNotContain("to 'background'")
			.doesNotContain("ApplicationRunner");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			background | set 'pulsar-lock.startup' to 'wait' or 'fail'
			wait       | for example in an ApplicationRunner.
			fail       | for example in an ApplicationRunner.
			""")
	void adviceForABeanFitsTheMode(String startup, String advice) {
		this.environment.setProperty("pulsar-lock.startup", startup);
		FailureAnalysis analysis = analyze("has not been started yet", frame("com.example.Warmup", "init"), REFRESH,
				RUN, MAIN);
		assertThat(analysis.getDescription()).contains("'com.example.Warmup.init'");
		assertThat(analysis.getAction()).contains("after all beans have been created").contains(advice);
	}

	@ParameterizedTest
	@CsvSource({ "com.example.Warmup$$SpringCGLIB$$0,onReady,com.example.Warmup.onReady",
			"com.example.Shop$Inner,run,com.example.Shop.Inner.run",
			"com.example.Shop,lambda$runner$0,com.example.Shop.runner",
			"org.springframework.samples.petclinic.Visits,run,org.springframework.samples.petclinic.Visits.run",
			"io.pulsarlock.sample.Job,run,io.pulsarlock.sample.Job.run" })
	void methodOfTheApplicationIsNamed(String type, String method, String name) {
		FailureAnalysis analysis = analyze("No answer", frame("io.pulsarlock.annotation.GuardInterceptor", "execute"),
				frame("org.springframework.aop.framework.CglibAopProxy$DynamicAdvisedInterceptor", "intercept"),
				frame(type, method), frame("jdk.internal.reflect.DirectMethodHandleAccessor", "invoke"), RUN, MAIN);
		assertThat(analysis.getDescription()).contains("'" + name + "' was called");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk.proxy2.$Proxy17", "com.sun.proxy.$Proxy17" })
	void nobodyIsNamedWhoDidNotAsk(String proxy) {
		FailureAnalysis analysis = analyze("No answer", frame(proxy, "run"), RUN, MAIN);
		assertThat(analysis.getDescription()).contains("Locks were used during startup").doesNotContain("Shop");
	}

	@Test
	void otherFailuresAreLeftToOthers() {
		assertThat(new LockStartupFailureAnalyzer(this.environment).analyze(new IllegalStateException())).isNull();
	}

	@Test
	void bootFindsTheAnalyzer() {
		assertThat(SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class, ArgumentResolver.of(Environment.class, this.environment), (type, name, ex) -> {
			})).hasAtLeastOneElementOfType(LockStartupFailureAnalyzer.class);
	}

	private static StackTraceElement frame(String type, String method) {
		return new StackTraceElement(type, method, null, -1);
	}

	private FailureAnalysis analyze(String message, StackTraceElement... stack) {
		LockUnavailableException failure = new LockUnavailableException(message);
		failure.setStackTrace(stack);
		return analyze(failure);
	}

	private FailureAnalysis analyze(RuntimeException failure) {
		FailureAnalysis analysis = new LockStartupFailureAnalyzer(this.environment)
			.analyze(new ApplicationContextException("Failed to start bean", failure));
		assertThat(analysis).isNotNull();
		return analysis;
	}

}

package io.pulsarlock.annotation;

import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.PriorityOrdered;
import org.springframework.scheduling.annotation.Scheduled;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that what cannot be guarded fails the start of the application with a cure.
 */
class AnnotationValidationTests {

	private static InMemoryLockCluster cluster;

	@BeforeAll
	static void createCluster() {
		cluster = InMemoryLockCluster.create();
	}

	@AfterAll
	static void closeCluster() {
		cluster.close();
	}

	static Stream<Arguments> mistakes() {
		return Stream.of(Arguments.of(FinalMethod.class, "it is final", "Remove 'final'"),
				Arguments.of(PrivateMethod.class, "it is private", "Remove 'private'"),
				Arguments.of(StaticMethod.class, "it is static", "Remove 'static'"),
				Arguments.of(FinalMethodOfAnnotatedType.class, "it is final", "Remove 'final'"),
				Arguments.of(SkippedPrimitive.class, "returns a primitive 'int'", "onBusy THROW"),
				Arguments.of(ScheduledPrimitive.class, "returns a primitive 'boolean'", "onBusy THROW"),
				Arguments.of(LeaderPrimitive.class, "returns a primitive 'long'", "Optional"),
				Arguments.of(BrokenExpression.class, "not a valid expression", "Correct the expression"),
				Arguments.of(UnknownParameter.class, "the parameter 'idd', which the method does not have",
						"Correct the expression"),
				Arguments.of(UnknownIndex.class, "the parameter 'p1', which the method does not have",
						"Correct the expression"),
				Arguments.of(BlankKey.class, "a blank key", "Remove the key"),
				Arguments.of(EmptyName.class, "the name of its lock is empty", "Give the annotation a name"),
				Arguments.of(EmptyResolvedName.class, "the name of its lock is empty", "Give the annotation a name"),
				Arguments.of(UnresolvedName.class, "cannot be resolved", "Set the property"),
				Arguments.of(BadDuration.class, "its waitFor \"soon\" is not a duration", "500ms, 2s or PT2S"),
				Arguments.of(NegativeDuration.class, "is negative", "Make it zero or longer"),
				Arguments.of(ZeroLimit.class, "its holdFor is zero", "Remove holdFor"),
				Arguments.of(LongRest.class, "its atLeastFor (25h) is longer than a day", "oncePerFireTime"),
				Arguments.of(Contradiction.class, "is longer than its holdFor", "Make atLeastFor shorter"),
				Arguments.of(SharedPermits.class, "its mode is SHARED", "Remove mode to limit the calls"),
				Arguments.of(NegativePermits.class, "its permits are -1", "from 1 to 1000000"),
				Arguments.of(TooManyPermits.class, "its permits are 1000001", "or remove permits"),
				Arguments.of(UnknownFallback.class, "its fallback 'instead' does not exist", "Add that method"),
				Arguments.of(WrongFallback.class, "its fallback 'instead' does not exist", "Add that method"),
				Arguments.of(WrongFallbackResult.class, "returns 'void', not", "Make both return the same"),
				Arguments.of(ContradictingFallback.class, "names a fallback, but its onBusy is SKIP", "Remove one of"),
				Arguments.of(MissingFallback.class, "it names no fallback", "Name a method"),
				Arguments.of(NoFireTimes.class, "its schedule has no cron", "Schedule it with a cron"),
				Arguments.of(StrangeFuture.class, "cannot be replaced", "Return CompletableFuture"));
	}

	@ParameterizedTest
	@MethodSource("mistakes")
	void mistakeStopsTheStartAndIsExplained(Class<?> type, String problem, String action) {
		Guarded.on(cluster, "node")
			.withConfiguration(AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class))
			.withPropertyValues("empty=")
			.withBean("wrong", type)
			.run((context) -> {
				assertThat(context).hasFailed();
				Throwable cause = NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure());
				InvalidLockAnnotationException found = find(context.getStartupFailure());
				assertThat(found).as(cause::toString)
					.hasMessageContaining(problem)
					.hasMessageContaining("bean 'wrong'")
					.hasMessageContaining(type.getSimpleName());
				assertThat(found.getAction()).contains(action);
			});
	}

	@Test
	void privateAndStaticMethodsOfAnAnnotatedTypeAreItsInnerLife() {
		Guarded.on(cluster, "node").withBean(AnnotatedType.class).run((context) -> {
			AnnotatedType bean = context.getBean(AnnotatedType.class);
			assertThat(bean.guarded()).isEqualTo("type");
		});
	}

	@Test
	void configurationClassesCanBeGuarded() {
		Guarded.on(cluster, "node").withUserConfiguration(GuardedConfiguration.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(GuardedConfiguration.class).guarded()).isEqualTo("configuration");
		});
	}

	@Test
	void beanMadeTooEarlyIsNotLeftUnguarded() {
		Guarded.on(cluster, "node").withUserConfiguration(EarlyConfiguration.class).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(find(context.getStartupFailure())).hasMessageContaining("made too early")
				.hasMessageContaining("'early'");
		});
	}

	static InvalidLockAnnotationException find(@Nullable Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof InvalidLockAnnotationException found) {
				return found;
			}
		}
		throw new AssertionError("Another failure", failure);
	}

	static class FinalMethod {

		@DistributedLock("a")
		final void method() {
		}

	}

	static class PrivateMethod {

		@DistributedLock("a")
		private void method() {
		}

	}

	static class StaticMethod {

		@LeaderOnly
		static void method() {
		}

	}

	@LeaderOnly
	static class FinalMethodOfAnnotatedType {

		public final void method() {
		}

	}

	static class NoFireTimes {

		@Scheduled(fixedRate = 1000)
		@LeaderOnly(oncePerFireTime = true)
		void method() {
		}

	}

	static class SkippedPrimitive {

		@DistributedLock(name = "a", onBusy = OnBusy.SKIP)
		int method() {
			return 1;
		}

	}

	static class ScheduledPrimitive {

		@Scheduled(fixedRate = 1000)
		@DistributedLock("a")
		boolean method() {
			return true;
		}

	}

	static class LeaderPrimitive {

		@LeaderOnly
		long method() {
			return 1;
		}

	}

	static class BrokenExpression {

		@DistributedLock(name = "a", key = "#id +")
		void method(String id) {
		}

	}

	static class UnknownParameter {

		@DistributedLock(name = "a", key = "'x' + #idd.length()")
		void method(String id) {
		}

	}

	static class UnknownIndex {

		@DistributedLock(name = "a", key = "#p1")
		void method(String id) {
		}

	}

	static class BlankKey {

		@DistributedLock(name = "a", key = " ")
		void method(String id) {
		}

	}

	static class EmptyName {

		@DistributedLock
		void method() {
		}

	}

	static class EmptyResolvedName {

		@DistributedLock("${empty}")
		void method() {
		}

	}

	static class UnresolvedName {

		@DistributedLock("${nowhere}")
		void method() {
		}

	}

	static class BadDuration {

		@DistributedLock(name = "a", waitFor = "soon")
		void method() {
		}

	}

	static class NegativeDuration {

		@DistributedLock(name = "a", waitFor = "-1s")
		void method() {
		}

	}

	static class ZeroLimit {

		@DistributedLock(name = "a", holdFor = "0s")
		void method() {
		}

	}

	static class LongRest {

		@DistributedLock(name = "a", atLeastFor = "25h")
		void method() {
		}

	}

	static class SharedPermits {

		@DistributedLock(name = "a", mode = LockMode.SHARED, permits = 3)
		void method() {
		}

	}

	static class NegativePermits {

		@DistributedLock(name = "a", permits = -1)
		void method() {
		}

	}

	static class TooManyPermits {

		@DistributedLock(name = "a", permits = 1_000_001)
		void method() {
		}

	}

	static class Contradiction {

		@DistributedLock(name = "a", holdFor = "1s", atLeastFor = "2s")
		void method() {
		}

	}

	static class UnknownFallback {

		@DistributedLock(name = "a", onBusy = OnBusy.FALLBACK, fallback = "instead")
		void method() {
		}

	}

	static class WrongFallback {

		@DistributedLock(name = "a", onBusy = OnBusy.FALLBACK, fallback = "instead")
		void method() {
		}

		void instead(int other) {
		}

	}

	static class WrongFallbackResult {

		@DistributedLock(name = "a", onBusy = OnBusy.FALLBACK, fallback = "instead")
		String method() {
			return "";
		}

		void instead() {
		}

	}

	static class ContradictingFallback {

		@DistributedLock(name = "a", onBusy = OnBusy.SKIP, fallback = "instead")
		void method() {
		}

		void instead() {
		}

	}

	static class MissingFallback {

		@DistributedLock(name = "a", onBusy = OnBusy.FALLBACK)
		void method() {
		}

	}

	interface OwnStage extends CompletionStage<String> {

	}

	static class StrangeFuture {

		@DistributedLock("a")
		@Nullable OwnStage method() {
			return null;
		}

	}

	@DistributedLock("type")
	static class AnnotatedType {

		String guarded() {
			return helper() + constant();
		}

		private String helper() {
			return LockContext.current().name();
		}

		private static String constant() {
			return "";
		}

	}

	@Configuration
	static class GuardedConfiguration {

		@Bean
		String something() {
			return "something";
		}

		@DistributedLock("configuration")
		public String guarded() {
			return LockContext.current().name();
		}

	}

	static class Early {

		@DistributedLock("a")
		void method() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlyConfiguration {

		@Bean
		static Early early() {
			return new Early();
		}

		@Bean
		static Needy needy(Early early) {
			return new Needy();
		}

	}

	static class Needy implements BeanPostProcessor, PriorityOrdered {

		@Override
		public int getOrder() {
			return 0;
		}

	}

}

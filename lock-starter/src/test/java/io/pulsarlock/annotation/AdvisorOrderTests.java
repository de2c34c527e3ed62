package io.pulsarlock.annotation;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockReleased;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.retry.RetryCallback;
import org.springframework.retry.RetryContext;
import org.springframework.retry.RetryListener;
import org.springframework.retry.annotation.Backoff;
import org.springframework.retry.annotation.RetryConfiguration;
import org.springframework.retry.annotation.Retryable;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests the order of the lock among the aspects of other libraries.
 */
class AdvisorOrderTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final InMemoryNode node = this.cluster.node("node");

	private final InMemoryNode other = this.cluster.node("other");

	private final AtomicInteger busy = new AtomicInteger();

	@AfterEach
	void close() {
		SecurityContextHolder.clearContext();
		this.cluster.close();
	}

	@Test
	void deniedCallDoesNotWaitForTheLock() {
		runner(Security.class).run((context) -> {
			SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("guest", "", "GUEST"));
			try (LockHandle held = this.other.obtain("job").tryAcquire().orElseThrow()) {
				assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(context.getBean(Jobs.class)::secured);
				SecurityContextHolder.getContext()
					.setAuthentication(new TestingAuthenticationToken("admin", "", "ROLE_ADMIN"));
				assertThatExceptionOfType(LockBusyException.class).isThrownBy(context.getBean(Jobs.class)::secured);
			}
		});
	}

	@Test
	void orderIsASetting() {
		runner(Security.class).withInitializer((context) -> context.getBeanFactory()
			.addBeanPostProcessor(new org.springframework.beans.factory.config.BeanPostProcessor() {

				@Override
				public Object postProcessBeforeInitialization(Object bean, String beanName) {
					if (bean instanceof LockAnnotationBeanPostProcessor locks) {
						locks.setAdvisorOrder(0);
					}
					return bean;
				}

			})).run((context) -> {
				SecurityContextHolder.getContext()
					.setAuthentication(new TestingAuthenticationToken("guest", "", "GUEST"));
				try (LockHandle held = this.other.obtain("job").tryAcquire().orElseThrow()) {
					assertThatExceptionOfType(LockBusyException.class).isThrownBy(context.getBean(Jobs.class)::secured);
				}
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "retried", "retriedTransaction" })
	void eachAttemptOfSpringRetryTakesTheLockAnew(String method) {
		List<String> story = new CopyOnWriteArrayList<>();
		this.node.addListener((LockEvent event) -> story.add(event.getClass().getSimpleName()));
		runner(Retry.class).run((context) -> {
			Jobs jobs = context.getBean(Jobs.class);
			assertThat(method.equals("retried") ? jobs.retried() : jobs.retriedTransaction()).isEqualTo(3);
			await().untilAsserted(() -> assertThat(story).containsExactly("LockAcquired", "LockReleased",
					"LockAcquired", "LockReleased", "LockAcquired", "LockReleased"));
		});
	}

	@Test
	void busyLockIsRetriedBySpringRetry() {
		runner(Retry.class).run((context) -> {
			LockHandle held = this.other.obtain("job").tryAcquire().orElseThrow();
			Jobs jobs = context.getBean(Jobs.class);
			CompletableFuture<String> call = CompletableFuture.supplyAsync(jobs::retriedWhenBusy);
			await().untilAsserted(() -> assertThat(this.busy).hasValueGreaterThan(2));
			held.close();
			assertThat(call).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo("held");
		});
	}

	@Test
	void guardIsAmongAdvisorsByItsOrder() {
		Advisor breaker = advisor(Ordered.LOWEST_PRECEDENCE - 4);
		Advisor none = advisor(Ordered.LOWEST_PRECEDENCE);
		Advisor guard = advisor(Ordered.LOWEST_PRECEDENCE);
		assertThat(with(guard, null, breaker, none)).containsExactly(breaker, guard, none);
		assertThat(with(guard, Ordered.HIGHEST_PRECEDENCE, breaker, none)).containsExactly(guard, breaker, none);
		assertThat(with(guard, Ordered.LOWEST_PRECEDENCE - 4, breaker, none)).containsExactly(guard, breaker, none);
		assertThat(with(guard, null, none)).containsExactly(guard, none);
		assertThat(with(guard, null, breaker)).containsExactly(breaker, guard);
		assertThat(with(guard, null)).containsExactly(guard);
	}

	private static List<Advisor> with(Advisor guard, @org.jspecify.annotations.Nullable Integer order,
			Advisor... advisors) {
		ProxyFactory factory = new ProxyFactory(new Object());
		factory.addAdvisors(advisors);
		new AdvisorOrder(order).add(factory, guard);
		return List.of(factory.getAdvisors());
	}

	private static Advisor advisor(int order) {
		DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor((MethodInterceptor) MethodInvocation::proceed);
		advisor.setOrder(order);
		return advisor;
	}

	private ApplicationContextRunner runner(Class<?> configuration) {
		return Guarded.on(this.cluster, "node")
			.withUserConfiguration(configuration, Transactions.class)
			.withBean(AtomicInteger.class, () -> this.busy)
			.withBean(Jobs.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity(proxyTargetClass = true)
	static class Security {

	}

	/** What {@code @EnableRetry} imports, without AspectJ. */
	@Configuration(proxyBeanMethods = false)
	@Import(RetryConfiguration.class)
	static class Retry {

		@Bean
		RetryListener retryListener(AtomicInteger busy) {
			return new RetryListener() {

				@Override
				public <T, E extends Throwable> void onError(RetryContext context, RetryCallback<T, E> callback,
						Throwable throwable) {
					if (throwable instanceof LockBusyException) {
						busy.incrementAndGet();
					}
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	static class Transactions {

		@Bean
		DataSourceTransactionManager transactionManager() {
			return new DataSourceTransactionManager(
					new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2).generateUniqueName(true).build());
		}

	}

	static class Jobs {

		private final AtomicInteger attempts = new AtomicInteger();

		@PreAuthorize("hasRole('ADMIN')")
		@DistributedLock(name = "job", waitFor = "0s")
		public void secured() {
		}

		@Retryable(maxAttempts = 3, backoff = @Backoff(1))
		@DistributedLock("job")
		public int retried() {
			return attempt();
		}

		@Retryable(maxAttempts = 3, backoff = @Backoff(1))
		@DistributedLock("job")
		@Transactional
		public int retriedTransaction() {
			assertThat(TransactionSynchronizationManager.isActualTransactionActive()).isTrue();
			return attempt();
		}

		private int attempt() {
			LockAssert.assertHeld("job");
			if (this.attempts.incrementAndGet() < 3) {
				throw new IllegalStateException("not yet");
			}
			return this.attempts.get();
		}

		@Retryable(retryFor = LockBusyException.class, maxAttempts = 1000, backoff = @Backoff(10))
		@DistributedLock(name = "job", waitFor = "0s")
		public String retriedWhenBusy() {
			return "held";
		}

	}

}

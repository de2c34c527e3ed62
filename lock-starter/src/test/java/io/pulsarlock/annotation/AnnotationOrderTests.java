package io.pulsarlock.annotation;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockJeopardized;
import io.pulsarlock.LockRecovered;
import io.pulsarlock.LockReleased;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests that the lock is outside the transaction, inside {@code @Async}, and acquired for
 * each attempt of {@code @Retryable}.
 */
class AnnotationOrderTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final InMemoryNode node = this.cluster.node("node");

	private final List<String> story = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@Test
	void lockIsTakenBeforeTheTransactionBeginsAndGivenBackAfterItsCommit() {
		run((context) -> {
			context.getBean(Jobs.class).insert(this.story);
			// Events are delivered by a separate thread: late, but in order. A busy
			// machine may cause a jeopardy.
			await().untilAsserted(() -> assertThat(this.story).containsSubsequence("body in transaction true",
					"committed, still held true", "LockReleased"));
		});
	}

	@Test
	void nextHolderReadsWhatTheOneBeforeHasCommitted() throws Exception {
		run((context) -> {
			Jobs jobs = context.getBean(Jobs.class);
			JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
			jdbc.update("insert into counter values (0)");
			List<Thread> threads = new CopyOnWriteArrayList<>();
			for (int i = 0; i < 8; i++) {
				Thread thread = new Thread(() -> {
					for (int j = 0; j < 20; j++) {
						jobs.increment();
					}
				});
				threads.add(thread);
				thread.start();
			}
			for (Thread thread : threads) {
				thread.join(30_000);
			}
			assertThat(jdbc.queryForObject("select n from counter", Integer.class)).isEqualTo(160);
		});
	}

	@Test
	void transactionIsRolledBackBeforeTheLockIsGivenBack() {
		run((context) -> {
			assertThatIllegalStateException().isThrownBy(() -> context.getBean(Jobs.class).failing(this.story));
			await().untilAsserted(() -> assertThat(this.story).hasSize(3)
				.containsSubsequence("rolled back, still held true", "LockReleased"));
		});
	}

	@Test
	void asynchronousMethodTakesTheLockOnItsOwnThread() {
		run((context) -> {
			String thread = context.getBean(Jobs.class).asynchronous().join();
			assertThat(thread).isNotEqualTo(Thread.currentThread().getName());
			await().untilAsserted(() -> assertThat(this.story).containsExactly("LockAcquired", "LockReleased"));
		});
	}

	@Test
	void eachAttemptTakesTheLockAnew() {
		run((context) -> {
			assertThat(context.getBean(Jobs.class).retried()).isEqualTo(3);
			await().untilAsserted(() -> assertThat(this.story).containsExactly("LockAcquired", "LockReleased",
					"LockAcquired", "LockReleased", "LockAcquired", "LockReleased"));
		});
	}

	private void run(ContextConsumer<AssertableApplicationContext> test) {
		this.node.addListener((LockEvent event) -> {
			// Jeopardy and recovery are signs of a stalled machine and do not matter
			// here.
			if (!(event instanceof LockJeopardized) && !(event instanceof LockRecovered)) {
				this.story.add(event.getClass().getSimpleName());
			}
		});
		Guarded.on(this.cluster, "node").withUserConfiguration(Database.class).withBean(Jobs.class).run(test);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	@EnableAsync(proxyTargetClass = true)
	@EnableResilientMethods(proxyTargetClass = true)
	static class Database {

		@Bean
		DataSource dataSource() {
			return new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2).generateUniqueName(true).build();
		}

		@Bean
		JdbcTransactionManager transactionManager(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

		@Bean
		JdbcTemplate jdbcTemplate(DataSource dataSource) {
			JdbcTemplate template = new JdbcTemplate(dataSource);
			template.execute("create table counter (n int)");
			return template;
		}

	}

	static class Jobs {

		private final JdbcTemplate jdbc;

		private final AtomicInteger attempts = new AtomicInteger();

		Jobs(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		@DistributedLock("job")
		@Transactional
		public void insert(List<String> story) {
			story.add("body in transaction " + TransactionSynchronizationManager.isActualTransactionActive());
			tellTheEnd(story);
			this.jdbc.update("insert into counter values (1)");
		}

		@Transactional
		@DistributedLock("job")
		public void failing(List<String> story) {
			tellTheEnd(story);
			throw new IllegalStateException("on purpose");
		}

		private static void tellTheEnd(List<String> story) {
			LockContext context = LockContext.current();
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCompletion(int status) {
					story.add(((status == STATUS_COMMITTED) ? "committed" : "rolled back") + ", still held "
							+ context.isHeld());
				}

			});
		}

		/** Loses updates unless one call reads what the other has committed. */
		@DistributedLock(name = "job", waitFor = "30s")
		@Transactional
		public void increment() {
			Integer n = this.jdbc.queryForObject("select n from counter", Integer.class);
			this.jdbc.update("update counter set n = ?", n + 1);
		}

		@Async
		@DistributedLock("job")
		public CompletableFuture<String> asynchronous() {
			LockAssert.assertHeld("job");
			return CompletableFuture.completedFuture(Thread.currentThread().getName());
		}

		@Retryable(maxRetries = 3, delay = 1)
		@DistributedLock(name = "job", waitFor = "5s")
		public int retried() {
			LockAssert.assertHeld("job");
			if (this.attempts.incrementAndGet() < 3) {
				throw new IllegalStateException("not yet");
			}
			return this.attempts.get();
		}

	}

}

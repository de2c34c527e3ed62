package io.pulsarlock.annotation;

import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.pulsarlock.LockLostException;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests that a guarded method that is called within a transaction keeps its lock until
 * the transaction has ended.
 */
class CallerTransactionTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final InMemoryNode node = this.cluster.node("node");

	private final InMemoryNode other = this.cluster.node("other");

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@Test
	void noIncrementIsLost() {
		run((counter, transactions, jdbc) -> {
			List<Thread> threads = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				Thread thread = new Thread(() -> {
					for (int j = 0; j < 10; j++) {
						transactions.executeWithoutResult((status) -> counter.increment());
					}
				});
				threads.add(thread);
				thread.start();
			}
			for (Thread thread : threads) {
				Guarded.join(thread);
			}
			assertThat(jdbc.queryForObject("select n from counter", Integer.class)).isEqualTo(40);
		});
	}

	@Test
	void lockIsSharedUntilTheTransactionHasEnded() {
		run((counter, transactions, jdbc) -> {
			transactions.executeWithoutResult((status) -> {
				counter.increment();
				assertThat(this.other.obtain("counter").tryAcquire()).isEmpty();
				assertThat(this.node.obtain("counter").isHeldByCurrentThread()).isTrue();
				counter.increment();
				assertThat(this.node.obtain("counter").tryLock()).isTrue();
				this.node.obtain("counter").unlock();
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void afterCommit() {
						assertThat(CallerTransactionTests.this.node.obtain("counter").isHeldByCurrentThread()).isTrue();
					}

				});
			});
			await().until(this::free);
			assertThat(this.node.obtain("counter").isHeldByCurrentThread()).isFalse();
			assertThat(jdbc.queryForObject("select n from counter", Integer.class)).isEqualTo(2);
		});
	}

	@Test
	void rolledBackTransactionReleasesTheLockToo() {
		run((counter, transactions, jdbc) -> {
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> transactions.executeWithoutResult((status) -> {
					counter.increment();
					throw new IllegalStateException("on purpose");
				}));
			await().until(this::free);
			assertThat(jdbc.queryForObject("select n from counter", Integer.class)).isZero();
		});
	}

	@Test
	void transactionDoesNotCommitWithoutItsLock() {
		run((counter, transactions, jdbc) -> {
			assertThatExceptionOfType(LockLostException.class)
				.isThrownBy(() -> transactions.executeWithoutResult((status) -> {
					counter.increment();
					this.node.loseNow("counter");
				}))
				.withMessageContaining("rolled back");
			assertThat(jdbc.queryForObject("select n from counter", Integer.class)).isZero();
			await().until(this::free);
		});
	}

	@Test
	void callWithinTheEndOfATransactionReleasesItsLock() {
		run((counter, transactions, jdbc) -> {
			transactions.executeWithoutResult((status) -> TransactionSynchronizationManager
				.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void afterCommit() {
						counter.touch();
					}

					@Override
					public void afterCompletion(int status) {
						counter.touch();
					}

				}));
			await().until(this::free);
			assertThat(this.node.obtain("counter").isHeldByCurrentThread()).isFalse();
		});
	}

	private boolean free() {
		return this.other.obtain("counter").tryAcquire().map((held) -> {
			held.close();
			return true;
		}).orElse(false);
	}

	private void run(Body body) {
		Guarded.on(this.cluster, "node")
			.withUserConfiguration(Database.class)
			.withBean(Counter.class)
			.run((context) -> body.run(context.getBean(Counter.class),
					new TransactionTemplate(context.getBean(PlatformTransactionManager.class)),
					context.getBean(JdbcTemplate.class)));
	}

	@FunctionalInterface
	private interface Body {

		void run(Counter counter, TransactionTemplate transactions, JdbcTemplate jdbc) throws Exception;

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	static class Database {

		@Bean
		DataSource dataSource() {
			return new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2).generateUniqueName(true).build();
		}

		@Bean
		DataSourceTransactionManager transactionManager(DataSource dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

		@Bean
		JdbcTemplate jdbcTemplate(DataSource dataSource) {
			JdbcTemplate template = new JdbcTemplate(dataSource);
			template.execute("create table counter (n int)");
			template.update("insert into counter values (0)");
			return template;
		}

	}

	static class Counter {

		private final JdbcTemplate jdbc;

		Counter(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		@DistributedLock(name = "counter", waitFor = "30s")
		@Transactional
		public void increment() {
			Integer n = this.jdbc.queryForObject("select n from counter", Integer.class);
			this.jdbc.update("update counter set n = ?", n + 1);
		}

		@DistributedLock(name = "counter", waitFor = "30s")
		public void touch() {
			LockAssert.assertHeld("counter");
		}

	}

}

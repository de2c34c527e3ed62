package io.pulsarlock.comparison.migration;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

import net.javacrumbs.shedlock.core.LockAssert;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;

import org.springframework.context.annotation.Bean;
import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.support.leader.LockRegistryLeaderInitiator;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * The code of docs/migration.md before the change, word for word.
 */
abstract class BeforeMigration {

	private LockProvider lockProvider;

	private LockRegistry<?> lockRegistry;

	private RedissonClient redisson;

	private CuratorFramework curator;

	private Work mails;

	private Work reports;

	private Work files;

	private Work products;

	private Work till;

	@Scheduled(cron = "0 0 6 * * *")
	@SchedulerLock(name = "digest", lockAtMostFor = "30m", lockAtLeastFor = "1m")
	void sendDigest() {
		LockAssert.assertLocked();
		this.mails.send(this.reports.ofYesterday());
	}

	void shedLockProvider() {
		Optional<SimpleLock> lock = this.lockProvider
			.lock(new LockConfiguration(Instant.now(), "import", Duration.ofMinutes(30), Duration.ZERO));
		if (lock.isPresent()) {
			try {
				this.files.load();
			}
			finally {
				lock.get().unlock();
			}
		}
	}

	void springIntegration(String productId) throws InterruptedException {
		Lock lock = this.lockRegistry.obtain("stock-" + productId);
		if (lock.tryLock(2, TimeUnit.SECONDS)) {
			try {
				this.products.save(productId);
			}
			finally {
				lock.unlock();
			}
		}
	}

	@Bean
	LockRegistryLeaderInitiator leaderInitiator(LockRegistry<?> lockRegistry) {
		return new LockRegistryLeaderInitiator(lockRegistry, new DefaultCandidate("node-1", "digest"));
	}

	void redisson(String productId) throws InterruptedException {
		RLock lock = this.redisson.getLock("stock:" + productId);
		if (lock.tryLock(2, 30, TimeUnit.SECONDS)) {
			try {
				this.products.save(productId);
			}
			finally {
				lock.unlock();
			}
		}
	}

	String curatorMutex(String productId) throws Exception {
		InterProcessMutex mutex = new InterProcessMutex(this.curator, "/locks/till");
		if (!mutex.acquire(2, TimeUnit.SECONDS)) {
			throw new IllegalStateException("The till is in use");
		}
		try {
			return this.till.book(productId);
		}
		finally {
			mutex.release();
		}
	}

	abstract static class Balancer extends LeaderSelectorListenerAdapter {

		private Work partitions;

		@Override
		public void takeLeadership(CuratorFramework client) throws InterruptedException {
			while (true) {
				this.partitions.balance();
			}
		}

	}

	/** What the examples call. */
	interface Work {

		void send(String text);

		String ofYesterday();

		void load();

		void save(String productId);

		String book(String productId);

		void balance() throws InterruptedException;

	}

}

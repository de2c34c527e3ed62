package io.pulsarlock.starter.migration;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LockAssert;

import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * The code of docs/migration.md after the change, word for word.
 */
class AfterMigration {

	private final LockRegistry lockRegistry;

	private final Work mails;

	private final Work reports;

	private final Work files;

	private final Work products;

	private final Work till;

	private final Work partitions;

	private final Work poller;

	AfterMigration(LockRegistry lockRegistry, Work work) {
		this.lockRegistry = lockRegistry;
		this.mails = work;
		this.reports = work;
		this.files = work;
		this.products = work;
		this.till = work;
		this.partitions = work;
		this.poller = work;
	}

	@Scheduled(cron = "0 0 6 * * *")
	@DistributedLock(name = "digest", atLeastFor = "1m")
	void sendDigest() {
		LockAssert.assertHeld("digest");
		this.mails.send(this.reports.ofYesterday());
	}

	void shedLockProvider() {
		Optional<LockHandle> lock = this.lockRegistry.obtain("import").tryAcquire();
		if (lock.isPresent()) {
			try (LockHandle held = lock.get()) {
				this.files.load(held.fencingToken());
			}
		}
	}

	void springIntegration(String productId) throws InterruptedException {
		FencedLock lock = this.lockRegistry.obtain("stock", productId);
		if (lock.tryLock(2, TimeUnit.SECONDS)) {
			try {
				this.products.save(productId, lock.fencingToken());
			}
			finally {
				lock.unlock();
			}
		}
	}

	void redisson(String productId) throws InterruptedException {
		FencedLock lock = this.lockRegistry.obtain("stock", productId);
		try (LockHandle held = lock.acquire(Duration.ofSeconds(2), Duration.ofSeconds(30))) {
			this.products.save(productId, held.fencingToken());
		}
	}

	String curatorMutex(String productId) throws InterruptedException {
		return this.lockRegistry.execute("till", Duration.ofSeconds(2),
				(lock) -> this.till.book(productId, lock.fencingToken()));
	}

	void curatorLeaderSelector() throws InterruptedException {
		FencedLock turn = this.lockRegistry.obtain("partitions");
		turn.lockInterruptibly();
		try {
			while (turn.isHeldByCurrentThread()) {
				this.partitions.balance(turn.fencingToken());
			}
		}
		finally {
			turn.unlock();
		}
	}

	@EventListener
	void startLeading(LeadershipGranted event) {
		this.poller.start(event.term());
	}

	@EventListener
	void stopLeading(LeadershipRevoked event) {
		this.poller.stop();
	}

	/** What the examples call. */
	interface Work {

		void send(String text);

		String ofYesterday();

		void load(long token);

		void save(String productId, long token);

		String book(String productId, long token);

		void balance(long token);

		void start(long term);

		void stop();

	}

}

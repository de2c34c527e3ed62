package io.pulsarlock.starter.migration;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.DistributedLock;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;

import org.springframework.scheduling.annotation.Scheduled;

/**
 * The code of docs/migration.md that takes the new lock and the old one, word for word.
 */
class BothLocks {

	private final LockRegistry lockRegistry;

	private final OldLocks oldLocks;

	private final AfterMigration.Work mails;

	private final AfterMigration.Work reports;

	private final AfterMigration.Work products;

	BothLocks(LockRegistry lockRegistry, OldLocks oldLocks, AfterMigration.Work work) {
		this.lockRegistry = lockRegistry;
		this.oldLocks = oldLocks;
		this.mails = work;
		this.reports = work;
		this.products = work;
	}

	@Scheduled(cron = "0 0 6 * * *")
	@DistributedLock(name = "digest", atLeastFor = "1m")
	@SchedulerLock(name = "digest", lockAtMostFor = "30m", lockAtLeastFor = "1m")
	void sendDigest() {
		this.mails.send(this.reports.ofYesterday());
	}

	void save(String productId) throws InterruptedException {
		Lock old = this.oldLocks.obtain("stock-" + productId);
		try (LockHandle held = this.lockRegistry.obtain("stock", productId).acquire(Duration.ofSeconds(2))) {
			if (old.tryLock(2, TimeUnit.SECONDS)) {
				try {
					held.assertHeld();
					this.products.save(productId, held.fencingToken());
				}
				finally {
					old.unlock();
				}
			}
		}
	}

	/** The locks of the library that is left. */
	interface OldLocks {

		Lock obtain(String key);

	}

}

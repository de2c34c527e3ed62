package io.pulsarlock.sample.job;

import io.pulsarlock.LockMonitor;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LockContext;
import io.pulsarlock.annotation.OnBusy;

import org.springframework.stereotype.Component;

/**
 * A job that takes half a minute, on one node at a time.
 */
@Component
class StockTaking {

	static final int STEPS = 30;

	private final JobProgress progress;

	private final LockMonitor monitor;

	StockTaking(JobProgress progress, LockMonitor monitor) {
		this.progress = progress;
		this.monitor = monitor;
	}

	/**
	 * Goes on where the last run ended, on whatever node that was. When the lock is lost
	 * this thread is interrupted, so {@code sleep} and other waits end at once. Code that
	 * does not wait calls {@code assertHeld()} between its steps. Code that does neither
	 * in time is stopped by the token.
	 * @return whether it ran, or null if another node has the lock
	 * @throws InterruptedException if the lock is lost or the application ends
	 */
	@DistributedLock(name = "stock-taking", onBusy = OnBusy.SKIP)
	public Boolean run() throws InterruptedException {
		LockContext lock = LockContext.current();
		for (int step = this.progress.begin(STEPS, this.monitor.node(), lock.fencingToken()); step < STEPS; step++) {
			Thread.sleep(1000);
			lock.assertHeld();
			this.progress.write(step + 1, this.monitor.node(), lock.fencingToken());
		}
		return true;
	}

}

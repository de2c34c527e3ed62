package io.pulsarlock.benchmarks.faults;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LockGrant;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;

/**
 * Watches this node's leadership as a worker watches its lock, and records it as lock
 * {@code group:jobs}.
 */
final class LeaderWatch implements Runnable, DisposableBean {

	static final String GROUP = "jobs";

	static final String LOCK = "group:" + GROUP;

	private static final Duration LIMIT = Duration.ofSeconds(5);

	private final LeaderGroup group;

	private final History history;

	private final ConcurrentLinkedQueue<Tenure> tenures = new ConcurrentLinkedQueue<>();

	private final Thread thread = new Thread(this, "leader-watch");

	private @Nullable LockGrant latest;

	private volatile boolean stopped;

	LeaderWatch(LeaderGroup group, History history) {
		this.group = group;
		this.history = history;
		group.addListener(new InTurn());
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/** Records a leadership if it is new. */
	synchronized void seen(LockGrant held) {
		long at = System.nanoTime();
		if (this.latest != held) {
			this.latest = held;
			Tenure tenure = Tenure.begin(this.history, LOCK, Grasp.of(held, held::isHeld), at);
			if (tenure != null) {
				this.tenures.add(tenure);
			}
		}
	}

	@Override
	public void run() {
		try {
			while (!this.stopped) {
				Tenure tenure = this.tenures.peek();
				if (tenure == null) {
					this.group.held().ifPresent(this::seen);
				}
				else if (!tenure.look()) {
					this.tenures.remove();
				}
				Thread.sleep(3);
			}
		}
		catch (InterruptedException ex) {
			// This thread is never interrupted.
		}
	}

	/** Waits until the end of the last leadership is recorded. */
	@Override
	public void destroy() throws InterruptedException {
		long end = System.nanoTime() + LIMIT.toNanos();
		while (!this.tenures.isEmpty() && System.nanoTime() - end < 0) {
			Thread.sleep(1);
		}
		this.stopped = true;
		this.thread.join();
	}

	/** Checks the promise to listeners: granted and revoked alternate. */
	private final class InTurn implements LeaderListener {

		private long term;

		@Override
		public synchronized void onGranted(LeadershipGranted event) {
			if (this.term != 0) {
				LeaderWatch.this.history.unexpected("listener: term " + event.term() + " granted within " + this.term,
						null);
			}
			this.term = event.term();
		}

		@Override
		public synchronized void onRevoked(LeadershipRevoked event) {
			if (this.term != event.term()) {
				LeaderWatch.this.history.unexpected("listener: term " + event.term() + " revoked within " + this.term,
						null);
			}
			this.term = 0;
		}

	}

}

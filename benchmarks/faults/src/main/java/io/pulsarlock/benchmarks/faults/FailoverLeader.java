package io.pulsarlock.benchmarks.faults;

import java.time.Duration;

import io.pulsarlock.LockUnavailableException;

import org.springframework.context.SmartLifecycle;

/**
 * The leader of the negative control: leads while it believes to be the active consumer,
 * and runs the job once per second.
 */
final class FailoverLeader implements SmartLifecycle, Runnable {

	private static final Duration LIMIT = Duration.ofSeconds(5);

	private final FailoverWay way;

	private final History history;

	private final Thread thread = new Thread(this, "leader");

	private volatile boolean running;

	FailoverLeader(FailoverWay way, History history) {
		this.way = way;
		this.history = history;
		this.thread.setDaemon(true);
	}

	@Override
	public void start() {
		this.running = true;
		this.thread.start();
	}

	@Override
	public void run() {
		while (this.running) {
			try {
				this.way.hold(LeaderWatch.LOCK, this::lead);
			}
			catch (LockUnavailableException ex) {
				this.history.unknown(LeaderWatch.LOCK, ex);
			}
			catch (InterruptedException ex) {
				return;
			}
			catch (Exception ex) {
				this.history.unexpected(LeaderWatch.LOCK, ex);
			}
		}
	}

	private void lead(Grasp grasp) {
		Tenure tenure = Tenure.begin(this.history, LeaderWatch.LOCK, grasp, System.nanoTime());
		if (tenure == null) {
			return;
		}
		long fired = System.currentTimeMillis() / 1000;
		try {
			while (this.running && tenure.look()) {
				long second = System.currentTimeMillis() / 1000;
				if (second > fired) {
					fired = second;
					this.history.fired(second * 1000, tenure.token());
				}
				Thread.sleep(1);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		tenure.leaving();
		tenure.left();
	}

	@Override
	public void stop() {
		this.running = false;
		this.thread.interrupt();
		try {
			this.thread.join(LIMIT.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}

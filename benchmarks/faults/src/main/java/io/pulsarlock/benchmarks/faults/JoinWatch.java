package io.pulsarlock.benchmarks.faults;

import java.util.function.BooleanSupplier;

import org.springframework.context.SmartLifecycle;

/**
 * Records once when locks can be used.
 */
final class JoinWatch implements SmartLifecycle {

	private static final long POLL_MILLIS = 10;

	private final BooleanSupplier joined;

	private final History history;

	private volatile boolean running;

	JoinWatch(BooleanSupplier joined, History history) {
		this.joined = joined;
		this.history = history;
	}

	@Override
	public void start() {
		this.running = true;
		Thread thread = new Thread(this::await, "join-watch");
		thread.setDaemon(true);
		thread.start();
	}

	private void await() {
		try {
			while (!this.joined.getAsBoolean()) {
				if (!this.running) {
					return;
				}
				Thread.sleep(POLL_MILLIS);
			}
			this.history.joined();
			FaultNode.say("JOINED");
		}
		catch (InterruptedException ex) {
			// This thread is never interrupted.
		}
	}

	@Override
	public void stop() {
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}

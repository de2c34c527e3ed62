package io.pulsarlock.autoconfigure;

import org.springframework.context.SmartLifecycle;

/**
 * One step of starting and stopping locks. It is running once its start has succeeded.
 */
abstract class LockLifecycle implements SmartLifecycle {

	private final int phase;

	private volatile boolean running;

	LockLifecycle(int phase) {
		this.phase = phase;
	}

	@Override
	public final void start() {
		begin();
		this.running = true;
	}

	abstract void begin();

	@Override
	public final void stop() {
		this.running = false;
		end();
	}

	/** Does nothing by default. */
	void end() {
	}

	@Override
	public final boolean isRunning() {
		return this.running;
	}

	@Override
	public final int getPhase() {
		return this.phase;
	}

}

package io.pulsarlock.benchmarks.faults;

import java.time.Duration;
import java.util.List;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;

/**
 * All workers of a node. They start after the library. When the application stops, they
 * acquire no more locks, but holders continue until the library notifies them.
 */
final class Workers implements SmartLifecycle, DisposableBean {

	/** Longer than a notified holder needs, shorter than a patient supervisor waits. */
	private static final Duration LIMIT = Duration.ofSeconds(5);

	private final List<Worker> workers;

	private final History history;

	private final boolean toldByLibrary;

	private volatile boolean running;

	/**
	 * Create the workers.
	 * @param toldByLibrary whether the library notifies them when the application stops
	 */
	Workers(List<Worker> workers, History history, boolean toldByLibrary) {
		this.workers = List.copyOf(workers);
		this.history = history;
		this.toldByLibrary = toldByLibrary;
	}

	@Override
	public void start() {
		this.running = true;
		this.workers.forEach(Worker::start);
	}

	/** Returns when no worker holds a lock. */
	void quiesce() throws InterruptedException {
		this.workers.forEach(Worker::quiesce);
		for (Worker worker : this.workers) {
			worker.awaitRest();
		}
	}

	void resume() {
		this.workers.forEach(Worker::resume);
	}

	@Override
	public void stop() {
		this.running = false;
		this.history.stopping();
		this.workers.forEach(Worker::stop);
		if (!this.toldByLibrary) {
			this.workers.forEach(Worker::quiesce);
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public void destroy() throws InterruptedException {
		long end = System.nanoTime() + LIMIT.toNanos();
		for (Worker worker : this.workers) {
			worker.join(Duration.ofNanos(end - System.nanoTime()));
		}
	}

}

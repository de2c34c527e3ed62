package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CancellationException;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Acquires one lock repeatedly: waits, reads the resource, works, writes the resource
 * even if the lock is lost by then, and releases the lock. Only {@link #stop} ends it.
 */
final class Worker implements Runnable {

	private static final long POLL_MILLIS = 3;

	private static final int PAUSE_MILLIS = 100;

	private final String lock;

	private final Way way;

	private final Guarded guarded;

	private final History history;

	private final String node;

	private final Duration shortest;

	private final Duration longest;

	private final Duration rest;

	private final Random random;

	private final Thread thread;

	private @Nullable Tenure tenure;

	/** Guards the fields below. */
	private boolean waiting;

	private boolean resting;

	private boolean stopped;

	private volatile boolean quiet;

	/**
	 * Create a worker.
	 * @param lock the lock
	 * @param way how to hold it
	 * @param shortest the shortest time to hold it
	 * @param longest the longest time to hold it
	 * @param rest the longest pause before it requests the lock again
	 */
	Worker(String lock, Way way, Guarded guarded, History history, String node, Duration shortest, Duration longest,
			Duration rest, long seed) {
		this.lock = lock;
		this.way = way;
		this.guarded = guarded;
		this.history = history;
		this.node = node;
		this.shortest = shortest;
		this.longest = longest;
		this.rest = rest;
		this.random = new Random(seed);
		this.thread = new Thread(this, "worker-" + lock);
		this.thread.setDaemon(true);
	}

	void start() {
		this.thread.start();
	}

	@Override
	public void run() {
		while (begin()) {
			try {
				if (!this.way.hold(this.lock, this::inside)) {
					this.history.busy(this.lock);
				}
			}
			catch (Throwable ex) {
				failed(ex);
			}
			finally {
				ended();
			}
			if (!this.rest.isZero()) {
				pause(this.random.nextLong(this.rest.toMillis()));
			}
		}
	}

	private void failed(Throwable ex) {
		if (ex instanceof LockBusyException) {
			this.history.busy(this.lock);
		}
		else if (ex instanceof LockUnavailableException) {
			this.history.unknown(this.lock, ex);
			pauseAfterFailure();
		}
		else if (ex instanceof LockLostException) {
			// The end of the holding records it.
			return;
		}
		else if ((ex instanceof InterruptedException || ex instanceof CancellationException) && isToRest()) {
			return;
		}
		else {
			this.history.unexpected(this.lock, ex);
			pauseAfterFailure();
		}
	}

	private void pauseAfterFailure() {
		pause(PAUSE_MILLIS + this.random.nextInt(PAUSE_MILLIS));
	}

	private void inside(Grasp grasp) {
		long at = System.nanoTime();
		entered();
		Tenure tenure = Tenure.begin(this.history, this.lock, grasp, at);
		if (tenure == null) {
			return;
		}
		this.tenure = tenure;
		tenure.look();
		if (!tenure.isAlone()) {
			// Whoever shares the lock writes nothing.
			work(tenure);
			Thread.interrupted();
			tenure.leaving();
			return;
		}
		long checked = read(Store.CHECKED, tenure.token());
		long unchecked = read(Store.UNCHECKED, tenure.token());
		work(tenure);
		// An interrupt means that the lock is lost. Tokens protect against a holder that
		// writes anyway.
		Thread.interrupted();
		String id = this.node + "/" + this.lock + "/" + tenure.token();
		write(Store.CHECKED, tenure.token(), checked, id);
		write(Store.UNCHECKED, tenure.token(), unchecked, id);
		tenure.leaving();
	}

	private void work(Tenure tenure) {
		long nanos = this.shortest.toNanos()
				+ (long) (this.random.nextDouble() * this.longest.minus(this.shortest).toNanos());
		long end = System.nanoTime() + nanos;
		while (!this.quiet && System.nanoTime() - end < 0 && tenure.look()) {
			try {
				Thread.sleep(POLL_MILLIS);
			}
			catch (InterruptedException ex) {
				if (tenure.look()) {
					this.history.unexpected(this.lock + " is held although its holder was interrupted", null);
				}
			}
		}
	}

	private long read(Store store, long token) {
		try {
			return this.guarded.read(store, this.lock, token);
		}
		catch (IOException | RuntimeException ex) {
			this.history.unexpected(this.lock + " could not be read", ex);
			return -1;
		}
	}

	private void write(Store store, long token, long base, String id) {
		try {
			this.guarded.write(store, this.lock, token, base, id);
		}
		catch (IOException | RuntimeException ex) {
			this.history.unexpected(this.lock + " could not be written", ex);
		}
	}

	/** The holding, if there was one, is over. */
	private void ended() {
		Tenure tenure = this.tenure;
		this.tenure = null;
		if (tenure != null) {
			tenure.left();
		}
		synchronized (this) {
			this.waiting = false;
			Thread.interrupted();
		}
	}

	/** Waits until a lock may be taken; false when none may be any more. */
	private synchronized boolean begin() {
		while (this.quiet && !this.stopped) {
			this.resting = true;
			notifyAll();
			try {
				wait();
			}
			catch (InterruptedException ex) {
				// A worker is interrupted only while it waits for a lock.
			}
		}
		this.resting = this.stopped;
		this.waiting = !this.stopped;
		notifyAll();
		return !this.stopped;
	}

	/** From now on, an interrupt means that the lock is lost. */
	private synchronized void entered() {
		this.waiting = false;
		if (isToRest()) {
			Thread.interrupted();
		}
	}

	private synchronized void pause(long millis) {
		this.waiting = false;
		if (!isToRest() && millis > 0) {
			try {
				wait(millis);
			}
			catch (InterruptedException ex) {
				// Then a shorter wait.
			}
		}
	}

	private synchronized boolean isToRest() {
		return this.quiet || this.stopped;
	}

	/** Ends the current holding and acquires no lock until {@link #resume}. */
	synchronized void quiesce() {
		this.quiet = true;
		interruptWait();
	}

	synchronized void resume() {
		this.quiet = false;
		notifyAll();
	}

	/** Stops acquiring locks; the current holding continues. */
	synchronized void stop() {
		this.stopped = true;
		interruptWait();
	}

	private void interruptWait() {
		if (this.waiting) {
			this.waiting = false;
			this.thread.interrupt();
		}
		notifyAll();
	}

	/** Waits until no lock is held or awaited. */
	synchronized void awaitRest() throws InterruptedException {
		while (isToRest() && !this.resting) {
			wait();
		}
	}

	/** Waits until it has ended. */
	void join(Duration limit) throws InterruptedException {
		this.thread.join(Math.max(limit.toMillis(), 1));
	}

}

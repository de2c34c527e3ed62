package io.pulsarlock.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockUnavailableException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;

/**
 * Many locks that are held as long as no fault occurs: each node holds its own, and the
 * next node waits for all of them. A node that gets the locks of another node releases
 * them after a moment, so that they return. One thread checks all locks in turn.
 */
final class HeldLocks implements SmartLifecycle, DisposableBean, Runnable {

	/** The prefix of the names of these locks. */
	static final String PREFIX = "held-";

	private static final Duration AWAY = Duration.ofSeconds(1);

	private static final Duration REST = Duration.ofSeconds(1);

	/** Waiting never ends. */
	private static final Duration WAIT = Duration.ofHours(1);

	/** Longer than the library needs to report the loss of all. */
	private static final Duration LIMIT = Duration.ofSeconds(5);

	private static final long POLL_MILLIS = 5;

	private final LockRegistry registry;

	private final History history;

	private final List<Place> places = new ArrayList<>();

	private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();

	private final Thread thread = new Thread(this, "held-locks");

	private volatile boolean quiet;

	private volatile boolean stopped;

	private volatile boolean running;

	/** Guarded by this. */
	private boolean resting;

	/**
	 * Create the locks.
	 * @param count how many each node holds
	 * @param home the index of this node
	 * @param nodes the number of nodes
	 */
	HeldLocks(LockRegistry registry, History history, int count, int home, int nodes) {
		this.registry = registry;
		this.history = history;
		for (int i = 0; i < count; i++) {
			this.places.add(new Place(PREFIX + home + "-" + i, true));
			this.places.add(new Place(PREFIX + (home + 1) % nodes + "-" + i, false));
		}
		this.thread.setDaemon(true);
	}

	@Override
	public void start() {
		this.running = true;
		if (!this.places.isEmpty()) {
			this.thread.start();
		}
	}

	@Override
	public void run() {
		while (true) {
			try {
				Answer answer = this.answers.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
				while (answer != null) {
					answer.place.answered(answer);
					answer = this.answers.poll();
				}
			}
			catch (InterruptedException ex) {
				// This thread is never interrupted.
			}
			long now = System.nanoTime();
			this.places.forEach((place) -> place.visit(now));
			rest();
		}
	}

	private synchronized void rest() {
		this.resting = (this.quiet || this.stopped) && this.places.stream().allMatch(Place::isIdle);
		if (this.resting) {
			notifyAll();
		}
	}

	/** Returns when none is held or awaited. */
	synchronized void quiesce() throws InterruptedException {
		this.quiet = true;
		this.resting = this.places.isEmpty();
		while (!this.resting) {
			wait();
		}
	}

	@Override
	public synchronized void destroy() throws InterruptedException {
		long end = System.nanoTime() + LIMIT.toNanos();
		this.resting = this.places.isEmpty();
		for (long left = LIMIT.toMillis(); !this.resting && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
			wait(left);
		}
	}

	void resume() {
		this.quiet = false;
	}

	/** Stops acquiring locks; held locks end with the library, which reports it. */
	@Override
	public void stop() {
		this.stopped = true;
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/** One lock as this node uses it. Used only by the thread above. */
	private final class Place {

		private final String lock;

		private final boolean home;

		private @Nullable CompletableFuture<LockHandle> request;

		private @Nullable LockHandle held;

		private @Nullable Tenure tenure;

		private long next = System.nanoTime();

		Place(String lock, boolean home) {
			this.lock = lock;
			this.home = home;
		}

		boolean isIdle() {
			return this.request == null && this.held == null;
		}

		void visit(long now) {
			LockHandle held = this.held;
			Tenure tenure = this.tenure;
			if (held != null && tenure != null) {
				boolean goOn = tenure.look() && !HeldLocks.this.quiet && (this.home || now - this.next < 0);
				if (!goOn && !HeldLocks.this.stopped || tenure.isOver()) {
					giveBack(held, tenure);
					this.next = now + (this.home ? 0 : REST.toNanos());
				}
			}
			else if (this.request == null && !HeldLocks.this.quiet && !HeldLocks.this.stopped && now - this.next >= 0) {
				this.request = request();
			}
			else if (this.request != null && (HeldLocks.this.quiet || HeldLocks.this.stopped)) {
				this.request.cancel(true);
			}
		}

		private CompletableFuture<LockHandle> request() {
			CompletableFuture<LockHandle> request = HeldLocks.this.registry.obtain(this.lock).acquireAsync(WAIT);
			request.whenComplete(
					(handle, error) -> HeldLocks.this.answers.add(new Answer(this, handle, error, System.nanoTime())));
			return request;
		}

		void answered(Answer answer) {
			this.request = null;
			LockHandle handle = answer.handle;
			if (handle != null) {
				this.held = handle;
				this.tenure = Tenure.begin(HeldLocks.this.history, this.lock, Grasp.of(handle, handle::isHeld),
						answer.at);
				this.next = answer.at + AWAY.toNanos();
				if (this.tenure == null) {
					handle.close();
					this.held = null;
				}
				return;
			}
			this.next = answer.at;
			Throwable error = (answer.error instanceof CompletionException) ? answer.error.getCause() : answer.error;
			if (error instanceof LockUnavailableException) {
				HeldLocks.this.history.unknown(this.lock, error);
				this.next = answer.at + REST.toNanos();
			}
			else if (!(error instanceof LockBusyException) && !(error instanceof CancellationException)
					&& !HeldLocks.this.stopped) {
				HeldLocks.this.history.unexpected(this.lock, error);
				this.next = answer.at + REST.toNanos();
			}
		}

		private void giveBack(LockHandle held, Tenure tenure) {
			tenure.leaving();
			try {
				held.close();
			}
			catch (RuntimeException ex) {
				// The lock was lost, which the tenure records.
			}
			tenure.left();
			this.held = null;
			this.tenure = null;
		}

	}

	/**
	 * The end of a request.
	 *
	 * @param place the lock
	 * @param handle the granted handle, or null
	 * @param error the failure, or null
	 * @param at the time
	 */
	private record Answer(Place place, @Nullable LockHandle handle, @Nullable Throwable error, long at) {
	}

}

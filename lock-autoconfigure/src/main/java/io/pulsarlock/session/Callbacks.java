package io.pulsarlock.session;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Runs code of the application, which may be slow, block or throw, on a few threads in
 * the order given. There is one thread from the beginning, so that callbacks run when no
 * other thread can be started. More are started up to a limit, a few at once and one at a
 * time while a callback waits for longer than {@link #PATIENCE_NANOS}: a callback that
 * blocks delays the others by that.
 * <p>
 * All threads are started by the {@link LoopThread}, so they inherit nothing from the
 * caller that happens to need one.
 */
final class Callbacks implements Executor {

	/** As many threads as there may ever be. */
	static final int LIMIT = 64;

	/** As many are started as soon as they have something to do. */
	private static final int PROMPT = 4;

	static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final SafeLog logger = SafeLog.of(Callbacks.class);

	private final LoopThread starter;

	private final Consumer<Thread> start;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	private int threads;

	private int idle;

	/** How many tasks were taken from the queue, to see whether it goes on. */
	private long taken;

	/** Whether the starter looks again in a moment. */
	private boolean watched;

	/** Since when; a caller whose stack ended may have said so and done nothing. */
	private long watchedSince;

	private boolean closed;

	/** On the starter: whether the lack of threads has been logged. */
	private boolean lacking;

	/**
	 * Starts the first thread.
	 * @param starter starts the others
	 */
	Callbacks(LoopThread starter) {
		this(starter, Thread::start);
	}

	Callbacks(LoopThread starter, Consumer<Thread> start) {
		this.starter = starter;
		this.start = start;
		this.threads = 1;
		start.accept(new CallbackThread(() -> work(true)));
	}

	/**
	 * Any thread.
	 * @throws RejectedExecutionException if it is closed
	 */
	@Override
	public void execute(Runnable task) {
		boolean watch = false;
		this.lock.lock();
		try {
			if (this.closed) {
				throw new RejectedExecutionException("The lock registry is closed");
			}
			this.tasks.add(task);
			if (this.idle >= this.tasks.size()) {
				this.changed.signal();
			}
			else if (this.threads < LIMIT && !isWatched()) {
				this.watched = true;
				this.watchedSince = System.nanoTime();
				watch = true;
			}
		}
		finally {
			this.lock.unlock();
		}
		if (watch) {
			watch(-1);
		}
	}

	private boolean isWatched() {
		return this.watched && System.nanoTime() - this.watchedSince < 100 * PATIENCE_NANOS;
	}

	private void watch(long seen) {
		boolean watching = false;
		try {
			this.starter.execute(() -> look(seen));
			watching = true;
		}
		finally {
			if (!watching) {
				unwatched();
			}
		}
	}

	private void unwatched() {
		this.lock.lock();
		try {
			this.watched = false;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** On the starter. */
	private void look(long seen) {
		// Whether the watch goes on or has ended.
		boolean settled = false;
		try {
			int more;
			long taken;
			this.lock.lock();
			try {
				taken = this.taken;
				if (this.tasks.isEmpty() || this.threads >= LIMIT) {
					this.watched = false;
					settled = true;
					return;
				}
				more = Math.min(this.tasks.size(), PROMPT - this.threads);
				if (more <= 0) {
					more = (taken == seen) ? 1 : 0;
				}
				this.threads += more;
				this.watchedSince = System.nanoTime();
			}
			finally {
				this.lock.unlock();
			}
			for (int i = 0; i < more; i++) {
				startThread();
			}
			this.starter.schedule(PATIENCE_NANOS, () -> look(taken));
			settled = true;
		}
		finally {
			if (!settled) {
				unwatched();
			}
		}
	}

	private void startThread() {
		boolean started = false;
		try {
			this.start.accept(new CallbackThread(() -> work(false)));
			started = true;
			this.lacking = false;
		}
		catch (OutOfMemoryError ex) {
			if (!this.lacking) {
				this.lacking = true;
				logger.warn("No thread can be started for callbacks of locks: the existing threads run them", ex);
			}
		}
		finally {
			if (!started) {
				ended();
			}
		}
	}

	private void ended() {
		this.lock.lock();
		try {
			this.threads--;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void work(boolean first) {
		try {
			while (true) {
				try {
					Runnable task = next(first);
					if (task == null) {
						return;
					}
					task.run();
				}
				catch (Throwable ex) {
					logger.error("A callback of a lock failed", ex);
				}
			}
		}
		finally {
			ended();
		}
	}

	private @Nullable Runnable next(boolean first) {
		// An interrupt that a callback has left behind must not reach the next one.
		Thread.interrupted();
		this.lock.lock();
		try {
			long left = IDLE_NANOS;
			while (this.tasks.isEmpty()) {
				if (this.closed || (!first && left <= 0)) {
					return null;
				}
				this.idle++;
				try {
					left = first ? awaitChange() : this.changed.awaitNanos(left);
				}
				catch (InterruptedException ex) {
					// Not an interrupt of this executor.
					logger.debug("A thread for callbacks was interrupted: " + ex);
				}
				finally {
					this.idle--;
				}
			}
			this.taken++;
			return this.tasks.poll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private long awaitChange() throws InterruptedException {
		this.changed.await();
		return 0;
	}

	/** Takes no more tasks; those there are still run. */
	void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Waits for the end of all threads after {@link #close}.
	 * @return false if some were busy for longer
	 */
	boolean awaitEnd(long nanos) throws InterruptedException {
		long left = nanos;
		this.lock.lock();
		try {
			while (this.threads > 0) {
				if (left <= 0) {
					return false;
				}
				left = this.changed.awaitNanos(left);
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether the present thread is one of some registry's. */
	static boolean isCurrent() {
		return Thread.currentThread() instanceof CallbackThread;
	}

	int threads() {
		this.lock.lock();
		try {
			return this.threads;
		}
		finally {
			this.lock.unlock();
		}
	}

	private static final class CallbackThread extends Thread {

		CallbackThread(Runnable task) {
			super(null, task, "pulsar-lock-callback", 0, false);
			setDaemon(true);
			setContextClassLoader(CallbackThread.class.getClassLoader());
		}

	}

}

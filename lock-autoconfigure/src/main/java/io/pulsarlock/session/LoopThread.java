package io.pulsarlock.session;

import java.util.Arrays;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * The thread on which the sessions of a node run, with its timers. It belongs to the
 * library alone: it has a stack of its own, so that the depth of a caller's stack is no
 * danger to a session, and inherits nothing from the thread that made it.
 * <p>
 * Nothing thrown ends it. A periodic task costs no memory when it is due, so it goes on
 * when memory is short too.
 */
final class LoopThread {

	private static final SafeLog logger = SafeLog.of(LoopThread.class);

	/** Tasks that run before the timers are looked at again. */
	private static final int BATCH = 64;

	private final Thread thread;

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	/** Whether the submitter of a task has to wake the thread. */
	private volatile boolean asleep;

	private final AtomicLong numbers = new AtomicLong();

	/** On the thread only. */
	private final TreeSet<Once> timers = new TreeSet<>();

	/** Copied when it changes, so that to go through it costs no memory. */
	private volatile Periodic[] periodic = {};

	private volatile boolean stopped;

	/**
	 * Starts it.
	 * @param name the thread's name
	 */
	LoopThread(String name) {
		this.thread = new Thread(null, this::run, name, 0, false);
		this.thread.setDaemon(true);
		this.thread.setContextClassLoader(LoopThread.class.getClassLoader());
		this.thread.start();
	}

	/** Any thread. */
	void execute(Runnable task) {
		// Safety: first added, then looked; the thread first says that it sleeps, then
		// looks. Whichever comes first, one of the two sees the other.
		this.tasks.add(task);
		wake();
	}

	/** Any thread. */
	Loop.Timer schedule(long delayNanos, Runnable task) {
		Once timer = new Once(System.nanoTime() + delayNanos, this.numbers.getAndIncrement(), task);
		if (isCurrent()) {
			this.timers.add(timer);
		}
		else {
			execute(timer::start);
		}
		return timer;
	}

	/** Any thread. */
	Loop.Timer every(long periodNanos, Runnable task) {
		Periodic timer = new Periodic(periodNanos, task);
		synchronized (this.tasks) {
			Periodic[] more = Arrays.copyOf(this.periodic, this.periodic.length + 1);
			more[more.length - 1] = timer;
			this.periodic = more;
		}
		wake();
		return timer;
	}

	private void remove(Periodic timer) {
		synchronized (this.tasks) {
			this.periodic = Arrays.stream(this.periodic).filter((each) -> each != timer).toArray(Periodic[]::new);
		}
	}

	private void wake() {
		if (this.asleep) {
			// Only the thread itself says that it is awake: a caller whose stack ends
			// here leaves it to the next one to wake it.
			LockSupport.unpark(this.thread);
		}
	}

	boolean isCurrent() {
		return Thread.currentThread() == this.thread;
	}

	/** Ends it after the present task; what is left is dropped. Any thread. */
	void stop() {
		this.stopped = true;
		LockSupport.unpark(this.thread);
	}

	private void run() {
		while (!this.stopped) {
			try {
				turn();
			}
			catch (Throwable ex) {
				// Memory or stack were too short for the loop itself: once more.
				Thread.yield();
			}
		}
		this.tasks.clear();
		this.timers.clear();
		this.periodic = new Periodic[0];
	}

	private void turn() {
		runPeriodic();
		runTimers();
		for (int i = 0; i < BATCH && !this.stopped; i++) {
			Runnable task = this.tasks.poll();
			if (task == null) {
				sleep();
				return;
			}
			run(task);
		}
	}

	/**
	 * Runs all that are about due when one is, so that the thread wakes up once for all.
	 */
	private void runPeriodic() {
		Periodic[] all = this.periodic;
		boolean due = false;
		long now = System.nanoTime();
		for (Periodic timer : all) {
			due |= now - timer.next >= 0;
		}
		for (int i = 0; due && i < all.length; i++) {
			Periodic timer = all[i];
			if (now - timer.next >= -timer.period / 8) {
				run(timer.task);
				timer.next = System.nanoTime() + timer.period;
			}
		}
	}

	private void runTimers() {
		while (!this.timers.isEmpty() && System.nanoTime() - this.timers.first().at >= 0) {
			Once timer = this.timers.pollFirst();
			Runnable task = timer.task;
			if (task != null) {
				timer.task = null;
				run(task);
			}
		}
	}

	private void run(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			logger.error("A task of a lock registry failed", ex);
		}
	}

	private void sleep() {
		this.asleep = true;
		if (this.tasks.isEmpty() && !this.stopped) {
			long nanos = untilNext();
			if (nanos == Long.MAX_VALUE) {
				LockSupport.park(this);
			}
			else if (nanos > 0) {
				LockSupport.parkNanos(this, nanos);
			}
			// The thread must not be interrupted: it would not sleep any more.
			Thread.interrupted();
		}
		this.asleep = false;
	}

	private long untilNext() {
		long now = System.nanoTime();
		long nanos = this.timers.isEmpty() ? Long.MAX_VALUE : Math.max(this.timers.first().at - now, 0);
		for (Periodic timer : this.periodic) {
			nanos = Math.min(nanos, Math.max(timer.next - now, 0));
		}
		return nanos;
	}

	/** How many tasks wait for their time. On the thread. */
	int timers() {
		return this.timers.size();
	}

	private final class Once implements Loop.Timer, Comparable<Once> {

		private final long at;

		private final long number;

		private volatile @Nullable Runnable task;

		Once(long at, long number, Runnable task) {
			this.at = at;
			this.number = number;
			this.task = task;
		}

		private void start() {
			if (this.task != null) {
				LoopThread.this.timers.add(this);
			}
		}

		@Override
		public void cancel() {
			if (this.task == null) {
				return;
			}
			this.task = null;
			if (isCurrent()) {
				LoopThread.this.timers.remove(this);
			}
			else {
				execute(() -> LoopThread.this.timers.remove(this));
			}
		}

		@Override
		public int compareTo(Once other) {
			// The clock may turn over.
			int times = Long.signum(this.at - other.at);
			return (times != 0) ? times : Long.compare(this.number, other.number);
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return this == other;
		}

		@Override
		public int hashCode() {
			return Long.hashCode(this.number);
		}

	}

	private final class Periodic implements Loop.Timer {

		private final long period;

		private final Runnable task;

		private volatile long next;

		Periodic(long period, Runnable task) {
			this.period = period;
			this.task = task;
			this.next = System.nanoTime() + period;
		}

		@Override
		public void cancel() {
			remove(this);
		}

	}

}

package io.pulsarlock.session;

import java.util.ArrayDeque;

/**
 * A process with its clock and its two threads: the loop and the network thread. While it
 * is paused nothing runs in it, but its clock continues and messages to it wait.
 */
final class SimulatedProcess implements RepeatingLoop {

	private static final long WAKE_UP = 12 * SimulatedTime.MILLI;

	/** Later than any node accepts as in time. */
	private static final long LATE = 520 * SimulatedTime.MILLI;

	private final SimulatedTime time;

	private final double rate;

	private final long offset;

	private final ArrayDeque<Runnable> loopBacklog = new ArrayDeque<>();

	private final ArrayDeque<Runnable> networkBacklog = new ArrayDeque<>();

	private long lastExecute;

	private boolean standing;

	private boolean dead;

	private int stands;

	/** Only for a broken twin: a clock that stands still with its process. */
	private boolean clockStands;

	private boolean periodicEnded;

	private long stoodSince;

	private long awakeSince;

	private long stood;

	private long limpsUntil;

	SimulatedProcess(SimulatedTime time, double rate, long offset) {
		this.time = time;
		this.rate = rate;
		this.offset = offset;
	}

	void clockStands() {
		this.clockStands = true;
	}

	@Override
	public long nanoTime() {
		long now = (this.clockStands && this.standing) ? this.stoodSince : this.time.now();
		return this.offset + (long) ((now - this.stood) * this.rate);
	}

	@Override
	public void execute(Runnable task) {
		long jitter = this.time.chance(0.02) ? this.time.skewed(0, 5 * SimulatedTime.MILLI)
				: this.time.between(1, 20 * SimulatedTime.MICRO);
		this.lastExecute = Math.max(this.lastExecute, this.time.now() + jitter);
		this.time.at(this.lastExecute, () -> onLoop(task));
	}

	@Override
	public Timer schedule(long delayNanos, Runnable task) {
		boolean[] cancelled = new boolean[1];
		Runnable once = () -> {
			if (!cancelled[0]) {
				task.run();
			}
		};
		if (delayNanos <= 0) {
			execute(once);
		}
		else {
			long jitter = limps() ? this.time.between(LATE, 3 * LATE) : this.time.chance(0.02)
					? this.time.skewed(0, 5 * SimulatedTime.MILLI) : this.time.between(1, 100 * SimulatedTime.MICRO);
			this.time.after((long) (delayNanos / this.rate) + jitter, () -> onLoop(once));
		}
		return () -> cancelled[0] = true;
	}

	@Override
	public boolean repeats() {
		return !this.periodicEnded;
	}

	/** Only for a broken twin: periodic tasks are no longer repeated. */
	void endPeriodic() {
		this.periodicEnded = true;
	}

	private void onLoop(Runnable task) {
		if (!this.dead) {
			if (this.standing || !this.loopBacklog.isEmpty()) {
				this.loopBacklog.add(task);
			}
			else {
				task.run();
			}
		}
	}

	/** Runs something on the network thread. */
	void onNetwork(Runnable task) {
		if (!this.dead) {
			if (this.standing || !this.networkBacklog.isEmpty()) {
				this.networkBacklog.add(task);
			}
			else {
				task.run();
			}
		}
	}

	/** Something of this process that happens after a while, on the network thread. */
	void later(long delay, Runnable task) {
		this.time.after(delay, () -> onNetwork(task));
	}

	void stop() {
		if (!this.standing) {
			this.standing = true;
			this.stoodSince = this.time.now();
		}
		this.stands++;
	}

	/** From now on every timer is late. */
	void limp(long lasting) {
		this.limpsUntil = Math.max(this.limpsUntil, this.time.now() + lasting);
	}

	boolean limps() {
		return this.time.now() < this.limpsUntil;
	}

	/** Continues, unless it was paused again. */
	void goOn(int stand) {
		if (this.standing && (stand == this.stands || stand < 0)) {
			this.standing = false;
			this.awakeSince = this.time.now();
			if (this.clockStands) {
				this.stood += this.time.now() - this.stoodSince;
			}
			drain(this.networkBacklog, WAKE_UP);
			drain(this.loopBacklog, this.time.chance(0.5) ? WAKE_UP : WAKE_UP / 20);
		}
	}

	/** Each thread works off its backlog in order; which is faster differs. */
	private void drain(ArrayDeque<Runnable> backlog, long within) {
		long at = 0;
		long step = within / (backlog.size() + 1);
		int count = backlog.size();
		for (int i = 0; i < count; i++) {
			at += this.time.between(1, step + 1);
			this.time.after(at, () -> {
				if (!this.dead && !this.standing && !backlog.isEmpty()) {
					runFirst(backlog);
				}
			});
		}
		this.time.after(within, () -> {
			while (!this.dead && !this.standing && !backlog.isEmpty()) {
				runFirst(backlog);
			}
		});
	}

	private static void runFirst(ArrayDeque<Runnable> backlog) {
		// It stays in the queue while it runs, so that nothing overtakes it.
		backlog.peek().run();
		backlog.poll();
	}

	void die() {
		this.dead = true;
	}

	boolean isDead() {
		return this.dead;
	}

	/** How long it has not been paused. */
	long awakeFor(long now) {
		return this.standing ? 0 : now - Math.max(this.awakeSince, this.limpsUntil + 3 * LATE);
	}

	int stands() {
		return this.stands;
	}

}

package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * What a session that has joined looks at in each tick, and at the right moment between
 * two of them: what it holds, and the others. On the loop.
 */
final class SessionWatch {

	private final long tickNanos;

	private final Loop loop;

	private final HoldWatch holds;

	private final Judge judge;

	private final Fronts fronts;

	private final BooleanSupplier running;

	/** Due before the next tick. */
	private final List<Loop.Timer> timers = new ArrayList<>();

	/**
	 * Creates it.
	 * @param running whether the session has joined and is not over
	 */
	SessionWatch(SessionSettings settings, Loop loop, HoldWatch holds, Judge judge, Fronts fronts,
			BooleanSupplier running) {
		this.tickNanos = settings.tickNanos();
		this.loop = loop;
		this.holds = holds;
		this.judge = judge;
		this.fronts = fronts;
		this.running = running;
	}

	void tick(long now) {
		watchHolds(now);
		watchPeers(now);
	}

	/** What was due before this tick is done by it. */
	void cancel() {
		this.timers.forEach(Loop.Timer::cancel);
		this.timers.clear();
	}

	private void watchHolds(long now) {
		before(this.holds.look(this.fronts.isProminent(), now), this::watchHolds);
	}

	private void watchPeers(long now) {
		before(this.judge.tick(now) - now, this::watchPeers);
	}

	/** Does it when it is due, if that is before the next tick. */
	private void before(long delay, LongConsumer task) {
		if (delay < this.tickNanos) {
			this.timers.add(this.loop.schedule(Math.max(delay, 0) + 1, () -> {
				if (this.running.getAsBoolean()) {
					task.accept(this.loop.nanoTime());
				}
			}));
		}
	}

	/** An own record was confirmed. */
	void confirmed(long now) {
		this.holds.confirmed(now);
		this.judge.confirmed(now);
	}

	/** Whether what is held is in jeopardy. */
	boolean isInJeopardy() {
		return this.holds.isInJeopardy();
	}

}

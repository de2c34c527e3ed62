package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Those who wait until it is known who leads a group. Looks now and then while there are
 * any: that happens at the start of a node and hardly ever again.
 */
final class AwaitedLeader {

	private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final Loop loop;

	private final BooleanSupplier known;

	private final BooleanSupplier assumed;

	private final Executor pool;

	/** Guarded by itself, like what follows. */
	private final List<Wait> waits = new ArrayList<>();

	private boolean ended;

	/**
	 * Creates it without waiters.
	 * @param known whether it is known who leads; asked on the loop
	 * @param assumed whether a node counts as leader that may have died; asked on the
	 * loop
	 * @param pool runs what depends on the answers
	 */
	AwaitedLeader(Loop loop, BooleanSupplier known, BooleanSupplier assumed, Executor pool) {
		this.loop = loop;
		this.known = known;
		this.assumed = assumed;
		this.pool = pool;
	}

	/** Waits for no longer than the limit. Any thread. */
	CompletableFuture<Boolean> await(Duration limit) {
		Wait wait = new Wait(new CompletableFuture<>(), this.loop.nanoTime() + Durations.countable(limit).toNanos());
		boolean first = false;
		boolean ended;
		synchronized (this.waits) {
			ended = this.ended;
			if (!ended) {
				first = this.waits.isEmpty();
				this.waits.add(wait);
			}
		}
		if (ended) {
			wait.answer.complete(false);
		}
		else if (first) {
			this.loop.execute(this::look);
		}
		return wait.answer;
	}

	private void look() {
		boolean known = false;
		boolean assumed = false;
		try {
			known = this.known.getAsBoolean();
			assumed = known || this.assumed.getAsBoolean();
		}
		finally {
			// Whatever is wrong, no caller waits for longer than it asked for.
			answer(known, assumed);
		}
	}

	private void answer(boolean known, boolean assumed) {
		long now = this.loop.nanoTime();
		List<Wait> over = new ArrayList<>();
		synchronized (this.waits) {
			for (Wait wait : List.copyOf(this.waits)) {
				if (known || now - wait.deadline >= 0 || wait.answer.isDone()) {
					this.waits.remove(wait);
					over.add(wait);
				}
			}
			if (!this.waits.isEmpty()) {
				this.loop.schedule(LOOK_NANOS, this::look);
			}
		}
		answer(over, assumed);
	}

	/** Waiters are answered now, as this node is no candidate any more. */
	void end() {
		List<Wait> over;
		synchronized (this.waits) {
			this.ended = true;
			over = List.copyOf(this.waits);
			this.waits.clear();
		}
		answer(over, false);
	}

	private void answer(List<Wait> over, boolean answer) {
		// Whatever depends on it is not for the loop.
		over.forEach((wait) -> this.pool.execute(() -> wait.answer.complete(answer)));
	}

	private record Wait(CompletableFuture<Boolean> answer, long deadline) {
	}

}

package io.pulsarlock.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.pulsarlock.PrintedNames;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Gives up holdings for the sake of others: what a holding guards is told first, by its
 * loss, and the next holder enters when all of it has ended. What does not end within the
 * reconnect grace is not waited for any longer; that is logged.
 */
final class HandOver {

	private static final Log logger = LogFactory.getLog(HandOver.class);

	private final Loop loop;

	private final long limitNanos;

	HandOver(Loop loop, long limitNanos) {
		this.loop = loop;
		this.limitNanos = limitNanos;
	}

	/**
	 * Runs a task on the loop, once, when nothing is guarded by the holding any more, or
	 * its time is over.
	 */
	void after(Hold hold, String name, LockKind kind, Runnable task) {
		Uses uses = hold.uses();
		CompletableFuture<Void> left = uses.leave();
		if (left.isDone()) {
			task.run();
			return;
		}
		AtomicBoolean done = new AtomicBoolean();
		left.thenRun(() -> this.loop.execute(() -> {
			if (done.compareAndSet(false, true)) {
				task.run();
			}
		}));
		this.loop.schedule(this.limitNanos, () -> {
			if (done.compareAndSet(false, true)) {
				overrun(hold, name, kind, uses.count());
				task.run();
			}
		});
	}

	private void overrun(Hold hold, String name, LockKind kind, int count) {
		if (hold.left().isDone()) {
			return;
		}
		String what = (kind == LockKind.LEADERSHIP) ? "Leadership of group '" + PrintedNames.text(name)
				: "Lock '" + PrintedNames.lock(name);
		logger.warn(what + "' goes to its next holder although " + count + " of the calls and listeners that it guards"
				+ " on this node ignored the loss for " + this.limitNanos / 1_000_000
				+ " ms: they may overlap with the next holder");
	}

}

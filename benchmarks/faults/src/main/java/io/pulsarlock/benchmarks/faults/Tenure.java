package io.pulsarlock.benchmarks.faults;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLostException;
import org.jspecify.annotations.Nullable;

/**
 * One holding as it is recorded in the history: its beginning, the belief in it, its end.
 * Used by one thread, except for what the callback writes.
 */
final class Tenure {

	private static final long TOLD_SECONDS = 5;

	private final History history;

	private final String lock;

	private final Grasp grasp;

	private final long token;

	private long lastTrue;

	private long leavingAt;

	private boolean over;

	private Tenure(History history, String lock, Grasp grasp, long token) {
		this.history = history;
		this.lock = lock;
		this.grasp = grasp;
		this.token = token;
	}

	/**
	 * Records the grant of a lock, and from now on the notification of its loss.
	 * @param at the time of the grant
	 * @return null if it was lost so soon that its token is not known
	 */
	static @Nullable Tenure begin(History history, String lock, Grasp grasp, long at) {
		Long token = token(grasp);
		if (token == null) {
			history.unexpected(lock + " was lost at once without a notification", null);
			return null;
		}
		history.granted(at, lock, token, grasp.part());
		grasp.onLost((lost) -> history.told(lock, lost));
		return new Tenure(history, lock, grasp, token);
	}

	/** A holder that has lost the lock learns its token only with the loss. */
	private static @Nullable Long token(Grasp grasp) {
		try {
			return grasp.token();
		}
		catch (LockLostException ex) {
			CompletableFuture<LockLoss> told = new CompletableFuture<>();
			grasp.onLost(told::complete);
			return get(told);
		}
	}

	private static @Nullable Long get(CompletableFuture<LockLoss> told) {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TOLD_SECONDS);
		boolean interrupted = false;
		try {
			while (true) {
				try {
					return told.get(end - System.nanoTime(), TimeUnit.NANOSECONDS).token();
				}
				catch (InterruptedException ex) {
					// An annotated method is notified of a loss in this way.
					interrupted = true;
				}
				catch (ExecutionException | TimeoutException ex) {
					return null;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Checks whether it is held; the first check that finds it is not ends the holding.
	 * @return true if it is held
	 */
	boolean look() {
		if (this.over) {
			return false;
		}
		// First: a belief may be older than its answer, never younger.
		long before = System.nanoTime();
		if (this.grasp.isHeld()) {
			this.lastTrue = before;
			return true;
		}
		end(System.nanoTime(), this.grasp.isLost());
		return false;
	}

	/** The release begins. */
	void leaving() {
		look();
		this.leavingAt = System.nanoTime();
	}

	/** The release has ended, unless the lock was lost. */
	void left() {
		if (!this.over) {
			boolean lost = this.grasp.isLost();
			end((lost || this.leavingAt == 0) ? System.nanoTime() : this.leavingAt, lost);
		}
	}

	private void end(long at, boolean lost) {
		this.over = true;
		this.history.ended(at, this.lock, this.token, this.lastTrue, lost);
	}

	boolean isOver() {
		return this.over;
	}

	long token() {
		return this.token;
	}

	/** Whether no other holder may write what this one writes. */
	boolean isAlone() {
		return this.grasp.part().isAll();
	}

}

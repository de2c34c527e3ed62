package io.pulsarlock.session;

import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockException;
import io.pulsarlock.LockUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Opens the journal of one shard, one attempt after the other, with growing pauses. An
 * attempt that never ends is given up. On the loop.
 */
final class JournalOpening {

	private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

	private static final long LAST_PAUSE = TimeUnit.SECONDS.toNanos(1);

	/** Longer than three requests of the Pulsar client may take. */
	private static final long LIMIT = TimeUnit.SECONDS.toNanos(45);

	private final int shard;

	private final Loop loop;

	private final Connector connector;

	private final Listener listener;

	private long pause = FIRST_PAUSE;

	/** Whether an attempt is due. */
	private boolean due;

	/** The attempt that is under way. */
	private @Nullable Attempt attempt;

	JournalOpening(int shard, Loop loop, Connector connector, Listener listener) {
		this.shard = shard;
		this.loop = loop;
		this.connector = connector;
		this.listener = listener;
	}

	/** Tries again after a pause, unless an attempt is due. */
	void tryLater() {
		if (!this.due) {
			this.loop.schedule(this.pause, this::tryNow);
			this.due = true;
			this.pause = Math.min(2 * this.pause, LAST_PAUSE);
		}
	}

	/** Asks whether to try, and tries. */
	void tryNow() {
		this.due = false;
		if (this.attempt != null || !this.listener.isWanted()) {
			return;
		}
		Attempt attempt = new Attempt();
		this.attempt = attempt;
		// A client may forget a connection that ended at the wrong moment.
		attempt.limit = this.loop.schedule(LIMIT, () -> {
			if (over(attempt)) {
				this.listener.notOpened(new LockUnavailableException("Shard " + this.shard
						+ " could not be opened within " + TimeUnit.NANOSECONDS.toSeconds(LIMIT) + " s"));
				this.connector.abandon(this.shard);
				tryLater();
			}
		});
		this.connector.open(this.shard)
			.whenComplete((journal, ex) -> this.loop.execute(() -> opened(attempt, journal, ex)));
	}

	/** Ends an attempt, unless it has ended. */
	private boolean over(Attempt attempt) {
		attempt.limit.cancel();
		boolean over = this.attempt == attempt;
		if (over) {
			this.attempt = null;
		}
		return over;
	}

	private void opened(Attempt attempt, @Nullable Journal journal, @Nullable Throwable ex) {
		boolean awaited = over(attempt);
		if (journal != null) {
			if (!awaited || !this.listener.opened(journal)) {
				journal.close();
			}
		}
		else if (awaited) {
			Throwable cause = (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
			this.listener.notOpened((cause instanceof LockException lock) ? lock
					: new LockUnavailableException("Shard " + this.shard + " cannot be opened", cause));
			tryLater();
		}
	}

	/** The shard has joined: the next pause is a short one again. */
	void joined() {
		this.pause = FIRST_PAUSE;
	}

	/** The attempt that is under way does not count any more. */
	void forget() {
		this.attempt = null;
	}

	boolean isUnderWay() {
		return this.attempt != null;
	}

	/** Hears of it. On the loop. */
	interface Listener {

		/** Whether a journal is wanted now. */
		boolean isWanted();

		/**
		 * The journal is open.
		 * @return whether it is used; if not it is closed
		 */
		boolean opened(Journal journal);

		/** An attempt has failed; the next one follows. */
		void notOpened(LockException failure);

	}

	private static final class Attempt {

		private Loop.Timer limit = () -> {
		};

	}

}

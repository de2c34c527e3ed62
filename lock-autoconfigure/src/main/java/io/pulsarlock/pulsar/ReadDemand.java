package io.pulsarlock.pulsar;

import java.util.concurrent.TimeUnit;

import io.pulsarlock.line.Position;

/**
 * When to ask the broker for entries of a journal, and for how many.
 * <p>
 * A broker that has been asked for an entry answers at once if it is there. If none is,
 * it does not notice new ones for a while, 10 ms unless configured otherwise, and only
 * then waits to be told of the next. So a reader that always asks is late by up to that
 * time whenever others write, and so is the acquisition that must know what they wrote.
 * This one asks for what is known to be there, and for no more:
 * <ul>
 * <li>What stands before an own record is asked for when the receipt of that record has
 * come, unless it is a release, before which nothing need be known.
 * <li>While others write a lot, it looks for the last position from time to time: often
 * when this node has just asked for something, seldom when it has no place in a line.
 * <li>Where looks take long, because a processor has too much to do, it reads as an
 * ordinary reader does, which costs the least.
 * <li>While others do not write a lot, it leaves one permit outstanding, so that the
 * broker tells of the next entry at once.
 * </ul>
 * It is never without the one or the other for longer than {@link #BOUND}. What does not
 * come is asked for again, as permits are not positions. Times are those of
 * {@link System#nanoTime()}; callers take turns.
 */
final class ReadDemand {

	/** The longest time without a permit outstanding or a look. */
	static final long BOUND = TimeUnit.MILLISECONDS.toNanos(50);

	/** The most that is asked for at a time. */
	static final int WINDOW = 1000;

	/** A reader that cannot look, or should not, reads as an ordinary one does. */
	static final int BLIND = 100;

	/** What is not urgent waits so long, so that several entries are read at once. */
	static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(3);

	/** How often to look when this node has got its place a short time ago. */
	static final long OFTEN = TimeUnit.MILLISECONDS.toNanos(5);

	static final long SHORT_TIME = TimeUnit.MILLISECONDS.toNanos(100);

	/** How often to look when this node has a place in a line. */
	static final long REGULAR = TimeUnit.MILLISECONDS.toNanos(10);

	/** How often to look when nothing another node writes can be of any urgency. */
	static final long SELDOM = TimeUnit.MILLISECONDS.toNanos(25);

	/** What is asked for is there in less time than that. */
	private static final long ROUND_TRIP = TimeUnit.MILLISECONDS.toNanos(2);

	/** How soon to see whether there is a connection again. */
	private static final long LEAST = TimeUnit.MILLISECONDS.toNanos(2);

	/** A look that takes longer shows that some processor has too much to do. */
	private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(10);

	/** After a slow look none is tried for so many times as long. */
	private static final int SLOWNESS = 32;

	/** So long no look is tried after one that has failed. */
	private static final long NO_LOOK = TimeUnit.SECONDS.toNanos(1);

	private final KnownEntries known;

	private final Permits permits = new Permits();

	private final Patience patience = new Patience();

	private final Bustle bustle = new Bustle();

	/** Until a look has found nothing: what was not sent is not counted yet. */
	private boolean busy;

	private boolean connected = true;

	private long disconnectedAt;

	/** When the latest entry came, or the latest look was answered. */
	private long currentAt;

	/** When something that is not urgent became known. */
	private long knownAt;

	/** Places in lines, as far as this journal has written them. */
	private int places;

	private long placedAt;

	private long askedAt;

	private boolean looking;

	private long lookedAt;

	private long noLookBefore;

	/**
	 * Creates it.
	 * @param after after which position is read
	 * @param last the last position, as far as is known
	 */
	ReadDemand(Position after, Position last, long now) {
		this.known = new KnownEntries(after, last);
		this.currentAt = now;
		this.knownAt = now - PAUSE;
		this.placedAt = now - SHORT_TIME;
		this.askedAt = now - ROUND_TRIP;
		this.noLookBefore = now;
	}

	/**
	 * An entry has come.
	 * @param messages how many messages the broker counts it for
	 * @param own whether this node has written it
	 */
	void came(Position position, int messages, boolean own, long now) {
		this.permits.came(messages);
		this.currentAt = now;
		if (this.known.sent(position)) {
			this.patience.came();
			if (!own) {
				this.bustle.add(now);
			}
		}
	}

	/** This node has a place in a line. */
	void placed(long now) {
		this.places++;
		this.placedAt = now;
	}

	/** This node gives a place up, perhaps before it knows that it has one. */
	void releases() {
		this.places--;
	}

	/**
	 * An own record is persistent at that position.
	 * @param awaited whether what stands before it is needed soon
	 */
	void written(Position position, boolean awaited, long now) {
		if (!this.known.isBehind()) {
			this.knownAt = now;
		}
		this.known.written(position, awaited);
	}

	/** A look has found that position to be the last. */
	void found(Position last, long now) {
		this.looking = false;
		this.currentAt = now;
		long took = now - this.lookedAt;
		if (took > SLOW) {
			this.noLookBefore = now + SLOWNESS * took;
		}
		this.known.found(last);
		this.busy = this.known.isBehind() || this.bustle.isBusy(now);
	}

	/** A look was not answered. */
	void notFound(long now) {
		this.looking = false;
		this.noLookBefore = now + NO_LOOK;
	}

	/** Whether the reader has a connection. */
	void connected(boolean connected, long now) {
		if (this.connected && !connected) {
			this.disconnectedAt = now;
		}
		this.connected = connected;
	}

	/** The broker has forgotten what it was asked for. */
	void reconnected() {
		this.permits.lost();
		this.patience.end();
	}

	/**
	 * What to do now. It counts as done.
	 */
	Step next(long now) {
		if (!this.connected) {
			return Step.in(Math.min(Math.max((now - this.disconnectedAt) / 4, LEAST), BOUND));
		}
		this.busy |= this.bustle.isBusy(now);
		boolean waiting = this.permits.outstanding() > 0;
		if (this.known.isWanted() || (this.known.isBehind() && (waiting || !this.busy))) {
			return fetch(now);
		}
		this.patience.end();
		if (waiting) {
			// The broker tells of the next entry by itself.
			return new Step(0, false, false, Step.NEVER);
		}
		if (this.busy) {
			return look(now);
		}
		long due = this.currentAt + PAUSE;
		return (now - due >= 0) ? ask(1, now) : Step.in(due - now);
	}

	/** Something is known to be there. */
	private Step fetch(long now) {
		if (this.permits.outstanding() > 0 || this.patience.isStrained()) {
			switch (this.patience.await(now)) {
				case ASK_AGAIN -> {
					// For one, as the others may only be late.
					this.permits.lost();
					return ask(1, now);
				}
				case RECONNECT -> {
					this.permits.lost();
					return new Step(0, false, true, BOUND);
				}
				case GIVE_UP -> {
					this.known.giveUp();
					return next(now);
				}
				default -> {
				}
			}
		}
		int missing = this.known.missing(this.permits.outstanding(), WINDOW);
		int lacking = missing - this.permits.outstanding();
		if (lacking <= 0 || this.patience.isStrained()) {
			return Step.in(this.patience.left(now));
		}
		long due = this.known.isWanted() ? now : this.knownAt + PAUSE;
		if (this.permits.outstanding() > 0 && lacking < WINDOW / 2 && due - this.askedAt < ROUND_TRIP) {
			due = this.askedAt + ROUND_TRIP;
		}
		if (now - due < 0) {
			return Step.in(Math.min(due - now, this.patience.left(now)));
		}
		// One more for what comes next, if it is not needed soon.
		return ask((this.busy || this.known.isWanted()) ? missing : missing + 1, now);
	}

	/** Others write a lot, and nothing is known to be there that is needed. */
	private Step look(long now) {
		if (now - this.noLookBefore < 0 || (this.looking && now - this.lookedAt >= BOUND)) {
			return ask(BLIND, now);
		}
		if (this.looking) {
			return Step.in(this.lookedAt + BOUND - now);
		}
		long pause = (this.places <= 0) ? SELDOM : (now - this.placedAt < SHORT_TIME) ? OFTEN : REGULAR;
		if (now - this.currentAt < pause) {
			return Step.in(this.currentAt + pause - now);
		}
		this.looking = true;
		this.lookedAt = now;
		return new Step(0, true, false, BOUND);
	}

	/** Asks so that so many are outstanding. */
	private Step ask(int outstanding, long now) {
		int permits = outstanding - this.permits.outstanding();
		this.permits.asked(permits);
		this.known.asked(permits);
		this.askedAt = now;
		return new Step(permits, false, false, this.known.isBehind() ? Patience.FIRST : Step.NEVER);
	}

	/**
	 * What to do.
	 *
	 * @param permits how many entries to ask for
	 * @param look whether to look for the last position
	 * @param reconnect whether to connect again, at the furthest position that was sent
	 * @param waitNanos when to ask again what to do, if nothing happens
	 */
	record Step(int permits, boolean look, boolean reconnect, long waitNanos) {

		static final long NEVER = Long.MAX_VALUE;

		/** So that no mistake makes the timer's thread busy. */
		private static final long SHORTEST = TimeUnit.MICROSECONDS.toNanos(100);

		private static Step in(long nanos) {
			return new Step(0, false, false, Math.max(nanos, SHORTEST));
		}

	}

	/** The furthest position that was sent. */
	Position sent() {
		return this.known.sent();
	}

}

package io.pulsarlock.pulsar;

import java.util.concurrent.TimeUnit;

/**
 * How long an entry is waited for that is there and was asked for. It is asked for again,
 * after longer and longer times; then the reader connects again; then nothing more can be
 * done for it.
 */
final class Patience {

	static final long FIRST = TimeUnit.MILLISECONDS.toNanos(100);

	private static final int ATTEMPTS = 3;

	/** To connect again costs a subscription, and is no cure for a slow broker. */
	private static final long PERIOD = TimeUnit.SECONDS.toNanos(10);

	private boolean waiting;

	private long since;

	private int attempts;

	private boolean reconnected;

	private long reconnectedAt;

	/** Whether nothing has come since the reader connected again. */
	private boolean inVain;

	/** What was waited for has come, or part of it. */
	void came() {
		end();
		this.inVain = false;
	}

	/** There is nothing to wait for, or not yet. */
	void end() {
		this.waiting = false;
	}

	/**
	 * Waits on, or begins to.
	 * @return what to do now
	 */
	Step await(long now) {
		if (!this.waiting) {
			this.waiting = true;
			this.attempts = 0;
			this.since = now;
		}
		if (left(now) > 0) {
			return Step.NONE;
		}
		this.since = now;
		if (this.attempts < ATTEMPTS) {
			this.attempts++;
			return Step.ASK_AGAIN;
		}
		if (this.inVain) {
			came();
			return Step.GIVE_UP;
		}
		if (this.reconnected && now - this.reconnectedAt < PERIOD) {
			return Step.NONE;
		}
		end();
		this.reconnected = true;
		this.reconnectedAt = now;
		this.inVain = true;
		return Step.RECONNECT;
	}

	/** Whether it was asked for again, and nothing has come. */
	boolean isStrained() {
		return this.waiting && this.attempts > 0;
	}

	/** How long nothing is to be done. */
	long left(long now) {
		return this.waiting ? this.since + (FIRST << this.attempts) - now : FIRST;
	}

	enum Step {

		NONE, ASK_AGAIN, RECONNECT, GIVE_UP

	}

}

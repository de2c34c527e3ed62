package io.pulsarlock.session;

import java.time.Duration;

import io.pulsarlock.line.Share;
import org.jspecify.annotations.Nullable;

/**
 * What the invariants know of one hold: of its ends, and of its limits, which are counted
 * here once more.
 */
final class SimulatedHolding {

	private final SimulatedNode node;

	private final @Nullable Session session;

	private final String lock;

	private Share share;

	private final Hold hold;

	int acquired;

	int over;

	int told;

	private long endedAt;

	private @Nullable Duration limit;

	private long limitedAt;

	private boolean revived;

	SimulatedHolding(SimulatedNode node, String lock, Share share, Hold hold, @Nullable Duration limit) {
		this.node = node;
		this.session = node.session();
		this.lock = lock;
		this.share = share;
		this.hold = hold;
		limited(limit);
	}

	/** It has got that limit now. */
	void limited(@Nullable Duration limit) {
		this.limit = limit;
		this.limitedAt = this.node.nanoTime();
	}

	/** Its holder lets others read. */
	void downgraded() {
		this.share = Share.SHARED;
	}

	Share share() {
		return this.share;
	}

	/** Only for a broken twin: a limit that came after the end counts. */
	void revived(Duration limit) {
		this.revived = true;
		limited(limit);
	}

	/** Whether its latest limit is over, by the clock of its node. */
	private boolean isPastItsLimit() {
		return this.limit != null && this.node.nanoTime() - this.limitedAt >= this.limit.toNanos();
	}

	boolean outlivesItsLimit() {
		return believes() && isPastItsLimit();
	}

	/** Whether it has ended. */
	boolean isOver() {
		return this.hold.isOver() && !isRevived();
	}

	/** Whether it was released, or lost with its holder notified. */
	boolean isDone() {
		return this.hold.isOver() && (this.hold.lost() == null || this.told > 0);
	}

	private boolean isRevived() {
		return this.revived && !isPastItsLimit();
	}

	void noticeEnd(long now) {
		if (this.endedAt == 0) {
			this.endedAt = now;
		}
	}

	void goesOn() {
		this.endedAt = 0;
	}

	/**
	 * Whether its node has not been paused recently, so that it must know what it can.
	 */
	boolean isAwake(long now) {
		return this.node.process().awakeFor(now) > noticing();
	}

	/** Whether its node should have detected and reported the end by now. */
	boolean isOverdue(long now) {
		return isAwake(now) && now - this.endedAt > noticing();
	}

	/** A tick, and the delay of threads. */
	private long noticing() {
		return 2 * this.node.settings().tickNanos() + 30 * SimulatedTime.MILLI;
	}

	boolean believes() {
		return this.hold.wouldBeHeld(this.node.nanoTime()) || isRevived();
	}

	/**
	 * Whether another client has written in the name of its session: who may do that may
	 * also take locks, as a record confirms a session that it has not sent.
	 */
	boolean isForged() {
		return this.session != null && this.node.client().cluster().isForged(this.session.id());
	}

	SimulatedNode node() {
		return this.node;
	}

	String lock() {
		return this.lock;
	}

	Hold hold() {
		return this.hold;
	}

	@Override
	public String toString() {
		return this.lock + " by " + this.node + " (token " + this.hold.token() + ")";
	}

}

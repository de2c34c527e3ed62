package io.pulsarlock.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.line.Share;
import org.jspecify.annotations.Nullable;

/**
 * A caller on this node that wants a lock. Costs nothing outside this process.
 */
final class Waiter implements HoldTaker {

	final CompletableFuture<Hold> granted = new CompletableFuture<>();

	/** Gives up as soon as it is known that another holder has the lock. */
	final boolean immediate;

	final @Nullable Duration holdFor;

	/** How much of the lock it wants. */
	final Share share;

	/** Since when it waits. */
	long since;

	/**
	 * Whether another caller is known to be in front. Written on the loop, read anywhere.
	 */
	volatile boolean behind;

	/** Whether the lock is known to rest. Written on the loop, read anywhere. */
	volatile boolean resting;

	/**
	 * Set when the lock will not be taken any more, whether it was granted or not. To set
	 * a field needs no stack, so it can be done where everything else fails.
	 */
	volatile boolean abandoned;

	Waiter(boolean immediate, @Nullable Duration holdFor) {
		this(immediate, holdFor, Share.EXCLUSIVE);
	}

	Waiter(boolean immediate, @Nullable Duration holdFor, Share share) {
		this.share = share;
		this.immediate = immediate;
		this.holdFor = holdFor;
	}

	@Override
	public Share share() {
		return this.share;
	}

	@Override
	public boolean isGone() {
		return this.abandoned;
	}

	boolean isWaiting() {
		return !this.abandoned && !this.granted.isDone();
	}

}

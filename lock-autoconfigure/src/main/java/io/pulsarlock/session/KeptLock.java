package io.pulsarlock.session;

import java.util.concurrent.atomic.AtomicReference;

import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/**
 * A lock that is kept for this node, as its callers see it: they take it and give it back
 * without the loop, which would mean two changes of threads each time.
 * <p>
 * Safety: to all other nodes the lock is held all the time, by what keeps it, and it is
 * lost by the same deadlines for each user on this node. One word says whether it is
 * free, taken or withdrawn, and changes by compare-and-set, so at most one caller has it,
 * and none takes it after the loop has {@linkplain #withdraw withdrawn} it. The loop does
 * so before it looks at anything of this lock, and offers it again when it has no
 * waiters, on any node. Tokens grow from one caller to the next and stay below that of
 * every request that had not been read when the lock was offered.
 * <p>
 * Nothing depends on the stack of a caller: what fails before the word is changed has
 * changed nothing, and what fails after it leaves a {@link Waiter} or a {@link Hold} that
 * is marked as abandoned, which the next tick releases.
 */
final class KeptLock implements Hold.Source {

	private static final Object WITHDRAWN = new Object();

	private final Owner owner;

	private final Hold keeping;

	private final long limit;

	/** {@link Free}, the {@link Hold} that has it, or withdrawn. */
	private final AtomicReference<Object> state;

	private volatile long token;

	private volatile long lastUse;

	private volatile boolean used;

	/**
	 * Offers it.
	 * @param owner makes the holdings
	 * @param keeping what keeps it for this node
	 * @param token the latest token
	 * @param limit above every token that may be given
	 */
	KeptLock(Owner owner, Hold keeping, long token, long limit) {
		this.owner = owner;
		this.keeping = keeping;
		this.token = token;
		this.limit = limit;
		this.state = new AtomicReference<>(new Free(token));
	}

	/**
	 * Takes it for a caller, who is told by the waiter. Any thread.
	 * @return false if it is not free
	 */
	boolean take(Waiter waiter, long now) {
		if (!(this.state.get() instanceof Free free) || free.token + 1 >= this.limit
				|| !this.keeping.wouldBeHeld(now)) {
			return false;
		}
		Hold hold = this.owner.holding(waiter, free.token + 1, this.keeping).of(this);
		if (!this.state.compareAndSet(free, hold)) {
			return false;
		}
		this.token = hold.token();
		boolean given = false;
		try {
			given = waiter.granted.complete(hold);
			if (given) {
				this.owner.acquired(hold, hold.grantedAt() - waiter.since);
			}
		}
		finally {
			if (!given) {
				// The caller has given up; no listener is told of this holding.
				waiter.abandoned = true;
				hold.untold();
			}
			hold.announced();
		}
		return true;
	}

	/** Whether so many tokens are gone that room for more is needed soon. */
	boolean isRunningOut() {
		return this.limit - this.token == Position.HOLDINGS / 2;
	}

	/**
	 * Takes it back from its holder, who has ended the holding. Any thread.
	 * @return false if the loop has withdrawn it: then the loop ends the holding
	 */
	@Override
	public boolean giveBack(Hold hold, long now) {
		if (this.state.get() != hold) {
			return false;
		}
		// Before another caller can be told that it has the lock.
		this.owner.released(hold);
		this.lastUse = now;
		this.used = true;
		return this.state.compareAndSet(hold, new Free(hold.token()));
	}

	/**
	 * Ends the offer. On the loop.
	 * @return who has it, or null
	 */
	@Nullable Hold withdraw() {
		Object last = this.state.getAndSet(WITHDRAWN);
		if (last instanceof Hold hold) {
			this.token = hold.token();
			return hold;
		}
		if (last instanceof Free free) {
			this.token = free.token;
		}
		return null;
	}

	boolean isTaken() {
		return this.state.get() instanceof Hold;
	}

	/** The latest token, once it is withdrawn. */
	long token() {
		return this.token;
	}

	boolean isUsed() {
		return this.used;
	}

	/** When it was given back last, if it was used. */
	long lastUse() {
		return this.lastUse;
	}

	/** It is free. */
	private static final class Free {

		/** Of the latest holding. */
		private final long token;

		Free(long token) {
			this.token = token;
		}

	}

	/** Whose lock it is. Any thread. */
	interface Owner {

		/** Makes a holding that goes on from another one. */
		Hold holding(Waiter waiter, long token, Hold before);

		/** A caller has taken the lock. */
		void acquired(Hold hold, long waited);

		/** A caller gives it back. */
		void released(Hold hold);

	}

}

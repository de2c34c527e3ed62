package io.pulsarlock.session;

import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/**
 * What keeps one lock for this node while it is not held here, and the tokens that are
 * given meanwhile (see {@link LockCache}). On the loop; what callers take without it they
 * take by a {@link KeptLock}.
 */
final class Reserve {

	private final String key;

	private final LockHost host;

	private final Holdings holdings;

	private final LockCache.Kept lock;

	/** Keeps the lock without a holder. */
	private @Nullable Hold keeping;

	/** The same, while callers may take it without the loop. */
	private @Nullable KeptLock offer;

	/** Of the latest holding. */
	private long token;

	/**
	 * Creates one that keeps nothing.
	 * @param lock what is to be let go
	 */
	Reserve(String key, LockHost host, Holdings holdings, LockCache.Kept lock) {
		this.key = key;
		this.host = host;
		this.holdings = holdings;
		this.lock = lock;
	}

	/**
	 * Keeps the lock after a holding.
	 * @return false if the session does not let it
	 */
	boolean keep(Hold released, SessionLease lease) {
		Hold keeping = new Hold(released.name(), released.token(), this.host.loop(), lease, null, this.host.callbacks(),
				(lost) -> {
					if (lost == this.keeping) {
						this.lock.letGo();
					}
				});
		if (!keeping.isHeld()) {
			return false;
		}
		this.keeping = keeping;
		this.host.cache().kept(this.lock, this.host.now());
		return true;
	}

	/** Nothing is kept any more. */
	void forget() {
		this.keeping = null;
		this.host.cache().gone(this.lock);
	}

	boolean isKept() {
		return this.keeping != null;
	}

	/** Whether what is kept still stands. */
	boolean isHeld() {
		return this.keeping != null && this.keeping.isHeld();
	}

	/** A holding has got that token. */
	void given(long token) {
		this.token = token;
	}

	/**
	 * Gives the lock to waiters of this node, without asking the cluster: by the
	 * cluster's rules it has been held all the time.
	 * @return false if it cannot be given now
	 */
	boolean serve(WaitQueue waiters, Standing standing, SessionLease lease) {
		while (!this.holdings.isHeld() && this.offer == null && !waiters.isEmpty()) {
			if (!standing.mayGrant()) {
				return false;
			}
			// Larger than every token before, smaller than that of every request to come.
			long token = Math.max(standing.base(), this.token + 1);
			long used = token - standing.base();
			if (!standing.fresh() || used >= Position.HOLDINGS / 2) {
				// In time, as a rule: its position makes room for more.
				this.host.awaitSignOfLife(this.key);
			}
			if (!standing.fresh() || used >= Position.HOLDINGS) {
				return false;
			}
			if (waiters.size() == 1) {
				if (!giveTo(waiters, standing)) {
					return false;
				}
			}
			else if (this.holdings.give(waiters, token, lease)) {
				given(token);
				forget();
			}
		}
		return true;
	}

	/**
	 * Gives the lock to the only caller that waits, as if it had taken the lock itself:
	 * then it gives it back without the loop, and the next caller finds it free.
	 * @return false if it cannot be given now
	 */
	private boolean giveTo(WaitQueue waiters, Standing standing) {
		KeptLock offer = offerable(standing);
		if (offer == null) {
			return false;
		}
		// First of all, so that a holder the rest fails for is known as one.
		this.offer = offer;
		if (!offer.take(waiters.first(), standing.now())) {
			this.offer = null;
			return false;
		}
		waiters.removeFirst();
		this.host.offer(this.key, offer);
		return true;
	}

	/** Lets callers take the lock without the loop. */
	void offer(Standing standing) {
		KeptLock offer = offerable(standing);
		if (offer != null) {
			this.offer = offer;
			this.host.offer(this.key, offer);
		}
	}

	private @Nullable KeptLock offerable(Standing standing) {
		Hold keeping = this.keeping;
		if (keeping == null || this.offer != null || !standing.mayGrant() || !standing.fresh() || standing.awaited()) {
			return null;
		}
		long base = standing.base();
		long latest = Math.max(base - 1, this.token);
		if (latest - base >= Position.HOLDINGS / 2) {
			this.host.awaitSignOfLife(this.key);
		}
		return new KeptLock(this.holdings, keeping, latest, base + Position.HOLDINGS);
	}

	boolean isOffered() {
		return this.offer != null;
	}

	/**
	 * Ends the offer, if there is one. From here on the loop alone decides about the
	 * lock, and knows who has it.
	 */
	void withdraw() {
		KeptLock offer = this.offer;
		takeBack();
		if (offer != null && offer.isUsed() && this.keeping != null) {
			this.host.cache().kept(this.lock, offer.lastUse());
		}
	}

	/**
	 * The same for a lock that is let go. Its latest use does not count any more, or
	 * another lock would have to go too.
	 * @return whether a caller has taken it, so that nothing is kept any more
	 */
	boolean takeBack() {
		KeptLock offer = this.offer;
		if (offer == null) {
			return false;
		}
		this.offer = null;
		this.host.withdraw(this.key, offer);
		Hold taken = offer.withdraw();
		this.token = Math.max(this.token, offer.token());
		if (taken != null) {
			this.holdings.taken(taken);
			forget();
		}
		return taken != null;
	}

	/** Whether a caller has taken it without the loop. */
	boolean isTaken() {
		return this.offer != null && this.offer.isTaken();
	}

	/** When it was used last, if that was without the loop. */
	long lastUse(long otherwise) {
		return (this.offer != null && this.offer.isUsed()) ? this.offer.lastUse() : otherwise;
	}

}

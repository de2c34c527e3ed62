package io.pulsarlock.session;

import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLoss.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The holdings of one lock, one after the other: makes them, and tells of each that it
 * began, what became of it and that it has ended. On the loop, unless said otherwise.
 */
final class Holdings implements KeptLock.Owner {

	private final String name;

	private final LockKind kind;

	private final LockHost host;

	private final Hold.Owner owner;

	/** The present one, until nothing is guarded by it any more. */
	private @Nullable Hold current;

	/** Whether it was said that it is in jeopardy. */
	private boolean jeopardy;

	/**
	 * Creates it.
	 * @param owner is told of the end of each holding
	 */
	Holdings(String name, LockKind kind, LockHost host, Hold.Owner owner) {
		this.name = name;
		this.kind = kind;
		this.host = host;
		this.owner = owner;
	}

	/**
	 * Makes a holding for the caller that has waited longest.
	 * @return false if that one has given up meanwhile
	 */
	boolean give(WaitQueue waiters, long token, SessionLease lease) {
		Waiter waiter = waiters.first();
		Hold hold = make(waiter, token, lease);
		// First of all, so that a holder the rest fails for is known as one.
		this.current = hold;
		// Not before: who cannot be given it goes on waiting.
		waiters.removeFirst();
		if (waiter.abandoned || !waiter.granted.complete(hold)) {
			this.current = null;
			return false;
		}
		acquired(hold, hold.grantedAt() - waiter.since);
		return true;
	}

	/** A caller has taken the lock without the loop. */
	void taken(Hold hold) {
		this.current = hold;
	}

	private Hold make(Waiter waiter, long token, SessionLease lease) {
		return new Hold(this.name, token, this.host.loop(), lease, waiter.holdFor, this.host.callbacks(), this.owner)
			.of(waiter);
	}

	/** Any thread. */
	@Override
	public Hold holding(Waiter waiter, long token, Hold before) {
		return make(waiter, token, before.deadline().lease());
	}

	/** Any thread. */
	@Override
	public void acquired(Hold hold, long waited) {
		tell(HoldEvent.Type.ACQUIRED, hold, null, waited);
	}

	/** Any thread. */
	@Override
	public void released(Hold hold) {
		LockLoss lost = hold.lost();
		tellEnd(hold, (lost != null) ? lost.reason() : null);
	}

	/**
	 * A holding has ended, by whatever means.
	 * @param left is run when nothing is guarded by it any more
	 */
	void ended(Hold hold, Runnable left) {
		LockLoss lost = hold.lost();
		if (this.current != hold || !isGivenUp(hold)) {
			released(hold);
			left.run();
			return;
		}
		if (lost != null && lost.reason() != Reason.RESIGNED) {
			tellEnd(hold, lost.reason());
		}
		this.host.handOver().after(hold, this.name, this.kind, () -> {
			tellEnd(hold, null);
			left.run();
		});
	}

	/**
	 * The cluster has ended the present holding, which possibly was being given up.
	 * @return the holding, or null
	 */
	@Nullable Hold lose(Reason reason) {
		Hold hold = this.current;
		if (hold != null) {
			// What was over by its own deadline was not taken away.
			Reason own = hold.reasonOr(reason);
			hold.lose(own);
			if (isGivenUp(hold)) {
				tellEnd(hold, own);
				hold.left().complete(null);
			}
		}
		this.current = null;
		return hold;
	}

	/**
	 * Whether a holding has ended because this node gives it up, although the cluster
	 * would let it go on.
	 */
	private static boolean isGivenUp(Hold hold) {
		LockLoss lost = hold.lost();
		return lost != null && switch (lost.reason()) {
			case RESIGNED, NODE_STOPPED, HELD_TOO_LONG, RELEASED_BY_ADMINISTRATOR -> true;
			default -> false;
		};
	}

	/**
	 * Nothing is guarded by a holding any more.
	 * @return whether it is the present one, so that the lock is free here
	 */
	boolean left(Hold hold) {
		boolean present = this.current == hold;
		if (present) {
			this.current = null;
		}
		return present;
	}

	private void tellEnd(Hold hold, @Nullable Reason reason) {
		if (hold.tellEnd()) {
			tell((reason != null) ? HoldEvent.Type.LOST : HoldEvent.Type.RELEASED, hold, reason,
					this.host.now() - hold.grantedAt());
		}
	}

	/** What is held is in jeopardy. */
	void jeopardized() {
		Hold hold = this.current;
		if (hold != null && hold.isHeld() && !this.jeopardy) {
			this.jeopardy = true;
			tell(HoldEvent.Type.JEOPARDY, hold, null, 0);
		}
	}

	/** What is held is out of jeopardy. */
	void recovered() {
		Hold hold = this.current;
		if (this.jeopardy && hold != null && hold.isHeld()) {
			this.jeopardy = false;
			tell(HoldEvent.Type.RECOVERED, hold, null, 0);
		}
	}

	/** What was said of the last holding is over. */
	void begin() {
		this.jeopardy = false;
	}

	@Nullable Hold current() {
		return this.current;
	}

	boolean isHeld() {
		return this.current != null;
	}

	boolean isInJeopardy() {
		return this.jeopardy;
	}

	private void tell(HoldEvent.Type type, Hold hold, @Nullable Reason reason, long elapsed) {
		this.host.event(type, this.name, this.kind, hold.token(), reason, elapsed);
	}

}

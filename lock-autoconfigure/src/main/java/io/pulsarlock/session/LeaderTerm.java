package io.pulsarlock.session;

import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLoss.Reason;

/**
 * One leadership of this node, until the listeners are told that it has ended. What
 * changes is guarded by the {@link SessionGroup}.
 */
final class LeaderTerm {

	private final Hold hold;

	private final LeadershipGrant grant;

	private final LeadershipGranted granted;

	private boolean jeopardized;

	LeaderTerm(Hold hold, LeadershipGranted granted) {
		this.hold = hold;
		this.grant = new LeadershipGrant(hold);
		this.granted = granted;
	}

	Hold hold() {
		return this.hold;
	}

	/** The leadership for code that looks at it. */
	LockGrant grant() {
		return this.grant;
	}

	/** What the listeners were told of its beginning. */
	LeadershipGranted granted() {
		return this.granted;
	}

	boolean isHeld() {
		return this.hold.isHeld();
	}

	boolean isInJeopardy() {
		return this.jeopardized;
	}

	/**
	 * Takes note of whether it is in jeopardy.
	 * @return true if the answer has changed
	 */
	boolean jeopardize(boolean jeopardized) {
		boolean changed = this.jeopardized != jeopardized;
		this.jeopardized = jeopardized;
		return changed;
	}

	/** Why it ends if this node resigns now: it may be over by itself already. */
	Reason reasonOfTheEnd() {
		LockLoss lost = this.hold.isHeld() ? null : this.hold.lost();
		return (lost != null) ? lost.reason() : Reason.RESIGNED;
	}

}

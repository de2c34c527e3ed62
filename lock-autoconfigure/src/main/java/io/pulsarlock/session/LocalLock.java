package io.pulsarlock.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.line.Hint;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Share;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * What this node has to do with one lock, and what it does next (rule 3 of the protocol):
 * who waits for it here, its places in the line, and what it holds or keeps the lock by.
 * Runs on the loop.
 */
final class LocalLock implements LockCache.Kept, Hold.Owner {

	private final String key;

	private final String name;

	private final LockKind kind;

	private final LockHost host;

	private final WaitQueue waiters;

	private final LinePlaces places;

	private final LineHints hints;

	private final Holdings holdings;

	private final Reserve reserve;

	private final HolderTimer timer;

	private final RestTimer restTimer;

	LocalLock(String key, String name, LockKind kind, LockHost host, Share share) {
		this.key = key;
		this.name = name;
		this.kind = kind;
		this.host = host;
		this.waiters = new WaitQueue(name);
		this.places = new LinePlaces(key, share);
		this.hints = new LineHints(key, host.hints());
		this.holdings = new Holdings(name, kind, host, this);
		this.reserve = new Reserve(key, host, this.holdings, this);
		this.timer = new HolderTimer(key, host);
		this.restTimer = new RestTimer(key, host);
	}

	String key() {
		return this.key;
	}

	void add(Waiter waiter) {
		this.waiters.add(waiter);
		evaluate();
	}

	/** Looks at everything anew and does what is to be done. Cheap when nothing is. */
	void evaluate() {
		this.reserve.withdraw();
		this.waiters.clean();
		Session session = this.host.activeSession();
		if (session == null) {
			this.waiters.behind(false);
			return;
		}
		checkPlaces(session);
		Standing standing = standing(session);
		if (!this.reserve.isKept() || !reenter(session, standing)) {
			decide(session, standing);
		}
	}

	private Standing standing(Session session) {
		return Standing.of(session, this.key, this.places.share(), this.hints, this.host.now());
	}

	private void decide(Session session, Standing standing) {
		Ticket front = standing.front();
		// Out of touch it is not busy but unknown: the others may have released it.
		boolean inTouch = session.isInTouch(standing.now());
		this.waiters.refuseImmediate(
				this.holdings.isHeld() || (inTouch && this.places.isKeptOut(session, standing, this.waiters)),
				standing.isResting(), inTouch);
		this.restTimer.set(this.waiters.isEmpty() ? 0 : standing.rest(), standing.now());
		if (this.waiters.isEmpty()) {
			this.places.cancel(session);
		}
		else if (!this.places.isWaiting() && !passesOn(standing)) {
			this.places.request(session);
			this.hints.requested(session, front);
		}
		Ticket turn = this.holdings.isHeld() ? null : this.places.turn(session.table(), front);
		this.waiters.behind(this.holdings.isHeld() || (inTouch && front != null && turn == null && !standing.ours()),
				standing.isResting());
		if (this.holdings.isHeld() && (standing.awaited() || !isBrief(standing.now()))) {
			this.places.say(session, false);
		}
		if (turn != null && standing.mayGrant()) {
			if (standing.fresh()) {
				grant(session, turn);
			}
			else {
				this.host.awaitSignOfLife(this.key);
			}
		}
		boolean askedLater = !this.waiters.isEmpty() && !this.places.isWaiting();
		this.timer.set(this.holdings.current(), this.places.hasSaidIdle() || askedLater, standing.now());
	}

	private boolean isBrief(long now) {
		Hold hold = this.holdings.current();
		return hold != null && HolderTimer.isBrief(hold, now);
	}

	/**
	 * Gives a lock that was kept to a waiter of this node, without asking the cluster: by
	 * the cluster's rules it has been held all the time. Another node that asks comes
	 * first.
	 * @return true if nothing more is to be done now
	 */
	private boolean reenter(Session session, Standing standing) {
		if (!this.places.isHolding()) {
			return false;
		}
		if (!this.reserve.isHeld() || standing.awaited() || standing.isResting()) {
			letGo();
			return true;
		}
		if (!this.reserve.serve(this.waiters, standing, session.lease())) {
			return true;
		}
		if (this.holdings.isHeld()) {
			return false;
		}
		if (!this.reserve.isOffered()) {
			this.places.say(session, true);
			this.reserve.offer(standing);
		}
		return true;
	}

	/**
	 * Whether those who wait here need no place, as they will be given the lock when its
	 * holder on this node releases it. Ends with the first request of another node, which
	 * no caller here overtakes, and for a holder that takes its time.
	 */
	private boolean passesOn(Standing standing) {
		return mayKeep(standing.awaited() || standing.isResting()) && isBrief(standing.now());
	}

	/** Whether the lock may stay here after its release. */
	private boolean mayKeep(boolean ruledOut) {
		return this.host.cache().isOn() && this.kind == LockKind.LOCK && this.places.isHoldingKnown()
				&& !this.holdings.isInJeopardy() && !ruledOut;
	}

	/**
	 * Keeps the lock after its release, if no other node wants it and it does not rest.
	 */
	private boolean keep(Session session, Hold released) {
		Standing standing = standing(session);
		return mayKeep(standing.awaited() || standing.isResting()) && !this.places.isWaiting()
				&& this.reserve.keep(released, session.lease());
	}

	/** Gives up a lock that was only kept. */
	@Override
	public void letGo() {
		boolean taken = this.reserve.takeBack();
		if (!this.reserve.isKept() || !this.places.isHolding()) {
			if (taken) {
				// Its limit is to be watched from now on.
				this.host.again(this.key);
			}
			return;
		}
		forgetReserve();
		Session session = this.host.activeSession();
		boolean gone = session != null && this.places.isHoldingGone(session);
		leave(gone ? null : session);
		this.host.again(this.key);
	}

	private void leave(@Nullable Session session) {
		// Others may share the lock with it, and hold it on.
		boolean alone = this.places.isHoldingAll();
		Position place = this.places.leave(session);
		if (session != null) {
			this.hints.left(session, alone ? place : null);
		}
	}

	private void forgetReserve() {
		this.reserve.forget();
		this.places.forgetIdle();
	}

	private void checkPlaces(Session session) {
		if (this.holdings.isHeld() && this.places.isHoldingGone(session)) {
			this.places.leave(null);
			this.holdings.lose(Reason.ENDED_BY_CLUSTER);
		}
		if (this.reserve.isKept() && (!this.places.isHolding() || this.places.isHoldingGone(session))) {
			this.places.leave(null);
			forgetReserve();
		}
		this.places.checkWaiting(session);
	}

	private void grant(Session session, Ticket turn) {
		long token = session.token(turn.position());
		this.holdings.begin();
		this.places.enter();
		while (!this.holdings.isHeld() && !this.waiters.isEmpty()) {
			if (this.holdings.give(this.waiters, token, session.lease())) {
				this.reserve.given(token);
			}
		}
		if (!this.holdings.isHeld()) {
			this.places.stepBack();
		}
		else {
			this.host.hints().granted(session.enter(turn));
			if (session.isInJeopardy()) {
				// Those who held something then were told; this one was not there yet.
				jeopardized();
			}
		}
		if (!this.holdings.isHeld() || !this.waiters.isEmpty()) {
			this.host.again(this.key);
		}
	}

	@Override
	public void ended(Hold hold) {
		this.reserve.withdraw();
		this.holdings.ended(hold, () -> left(hold));
	}

	@Override
	public void downgraded(Hold hold) {
		this.reserve.withdraw();
		Session session = this.host.activeSession();
		if (session != null && this.holdings.current() == hold && hold.isHeld()) {
			this.places.downgrade(session);
			evaluate();
		}
	}

	@Override
	public void limited(Hold hold) {
		this.host.again(this.key);
	}

	@Override
	public CompletableFuture<Void> restFor(Hold hold, Duration atLeast) {
		return RestRequest.of(hold, atLeast, this.host, (millis, done) -> rest(hold, millis, done));
	}

	private void rest(Hold hold, long millis, CompletableFuture<Void> done) {
		this.reserve.withdraw();
		Session session = this.host.activeSession();
		if (session != null && this.holdings.current() == hold && hold.isHeld()) {
			this.hints.rest();
			session.rest(this.key, millis, done);
		}
		else {
			done.completeExceptionally(new IllegalStateException("it is not held any more"));
		}
		this.host.again(this.key);
	}

	/** Nothing is guarded by the holding any more, so its place is given up. */
	private void left(Hold hold) {
		if (this.holdings.left(hold)) {
			Session session = this.host.activeSession();
			if (hold.lost() != null || session == null || !keep(session, hold)) {
				leave(session);
			}
			evaluate();
		}
		this.host.idle(this.key);
		hold.left().complete(null);
	}

	/** A request of this node has been read. */
	void placed(long number, Position position) {
		Session session = this.host.activeSession();
		if (this.places.placed(number, position) && session != null) {
			this.places.refuseIfDisagreeing(session, this.name, this.waiters);
			this.hints.placed(session, position);
		}
	}

	/** Another node has told something of the line. */
	void hinted(Session session, Hint hint) {
		this.hints.received(session, hint, this.places.isHolding());
		evaluate();
	}

	/** Completes what a thread could not, and loses what is over. */
	@Override
	public void tick() {
		this.reserve.withdraw();
		Hold hold = this.holdings.current();
		if (hold != null) {
			hold.tick();
		}
		if (this.reserve.isKept() && !this.reserve.isHeld()) {
			letGo();
		}
		evaluate();
	}

	/** No record of the session has been confirmed for some time. */
	void jeopardized() {
		boolean had = this.holdings.isHeld();
		letGoOfReserve();
		if (this.holdings.isHeld() && !had) {
			// Taken without the loop, which watches its limit from now on.
			this.host.again(this.key);
		}
		this.holdings.jeopardized();
	}

	/** A record of the session has been confirmed again. */
	void recovered() {
		this.holdings.recovered();
	}

	/**
	 * Revokes the lock from its holder, which is told before any node learns of the
	 * release.
	 * @return false if it is neither held here nor kept
	 */
	boolean takeAway() {
		if (letGoOfReserve()) {
			return true;
		}
		Hold hold = this.holdings.current();
		if (hold == null || !hold.isHeld()) {
			return false;
		}
		Runnable resignation = hold.resignation();
		if (resignation != null) {
			resignation.run();
		}
		else {
			hold.lose(Reason.RELEASED_BY_ADMINISTRATOR);
		}
		return true;
	}

	/**
	 * An operator at another node asks this node to give up a place. One that nothing is
	 * held by yet is exchanged for the last one.
	 */
	void revoked(Position place) {
		this.reserve.withdraw();
		Session session = this.host.activeSession();
		if (this.places.isHoldingAt(place)) {
			takeAway();
		}
		else if (session != null && this.places.isWaitingAt(place)) {
			this.places.cancel(session);
			evaluate();
		}
	}

	/**
	 * Gives up what is held because this node stops.
	 * @return completes when that has been done
	 */
	CompletableFuture<Void> vacate() {
		letGoOfReserve();
		Hold hold = this.holdings.current();
		if (hold == null) {
			return CompletableFuture.completedFuture(null);
		}
		hold.lose(Reason.NODE_STOPPED);
		return hold.left();
	}

	/**
	 * Gives the lock up if it is only kept.
	 * @return whether it was
	 */
	boolean letGoOfReserve() {
		this.reserve.withdraw();
		boolean kept = this.reserve.isKept();
		if (kept) {
			letGo();
		}
		return kept;
	}

	/** The session is over: places and hold with it; who waits goes on waiting. */
	void sessionEnded(Reason reason) {
		this.reserve.withdraw();
		Hold hold = this.holdings.lose(reason);
		forgetReserve();
		this.places.clear();
		this.hints.clear();
		this.waiters.behind(false);
		if (hold != null) {
			hold.finish();
		}
	}

	void fail(LockException failure) {
		this.waiters.fail(failure);
	}

	boolean isIdle() {
		return !this.holdings.isHeld() && !this.reserve.isKept() && this.waiters.isEmpty() && !this.places.isWaiting();
	}

	@Override
	public boolean isTaken() {
		return this.reserve.isTaken();
	}

	@Override
	public long lastUse(long otherwise) {
		return this.reserve.lastUse(otherwise);
	}

	boolean isHeld() {
		return this.holdings.isHeld() || isTaken();
	}

	int waiterCount() {
		return this.waiters.size();
	}

}

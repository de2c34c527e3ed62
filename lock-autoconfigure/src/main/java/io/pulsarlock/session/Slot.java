package io.pulsarlock.session;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * What this node has to do with one lock: who waits for it here, its places in the line
 * (at most the one it holds by and one to wait with, however many wait) and its hold.
 * Runs on the loop.
 */
final class Slot implements Affinity.Kept, KeptLock.Owner {

	/** Who uses a kept lock for longer lets the others know of it, and of who waits. */
	private static final long BRIEF_NANOS = 50_000_000;

	private final String key;

	private final String name;

	private final LockKind kind;

	private final SlotHost host;

	private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();

	/** The place to wait with. */
	private @Nullable Place waiting;

	/** The place the lock is held by. */
	private @Nullable Place holding;

	private @Nullable Hold hold;

	/** Holds the lock for nobody, so that this node may have it again; see Affinity. */
	private @Nullable Hold reserve;

	/** The same, while callers may take it without the loop. */
	private @Nullable KeptLock kept;

	/** Whether the others believe that nobody here uses the lock. */
	private boolean saidIdle;

	/** The token of the latest holding. */
	private long token;

	private boolean jeopardy;

	/** The next look at a lock that is not given back in a moment. */
	private Loop.@Nullable Timer look;

	Slot(String key, String name, LockKind kind, SlotHost host) {
		this.key = key;
		this.name = name;
		this.kind = kind;
		this.host = host;
	}

	String key() {
		return this.key;
	}

	LockKind kind() {
		return this.kind;
	}

	void add(Waiter waiter) {
		this.waiters.add(waiter);
		evaluate();
	}

	/** Looks at everything anew and does what is to be done. Cheap when nothing is. */
	void evaluate() {
		withdraw();
		this.waiters.removeIf((waiter) -> !waiter.isWaiting());
		Session session = this.host.activeSession();
		if (session == null) {
			this.waiters.forEach((waiter) -> waiter.behind = false);
			return;
		}
		long now = this.host.now();
		checkPlaces(session);
		if (this.reserve != null && reenter(session, now)) {
			return;
		}
		Ticket front = session.table().front(this.key);
		Ticket heir = session.table().heir(this.key);
		boolean ours = front != null && front.session().equals(session.id());
		// Out of touch it is not busy but unknown: the others may have released it.
		boolean inTouch = session.isInTouch(now);
		boolean theirs = front != null && !ours && !session.table().isIdle(front);
		refuseImmediate(this.hold != null || (inTouch && theirs), inTouch);
		boolean empty = front == null;
		if (this.waiters.isEmpty() && this.waiting != null) {
			leave(session, this.waiting);
			this.waiting = null;
		}
		else if (!this.waiters.isEmpty() && this.waiting == null && !passesOn(heir, now)) {
			this.waiting = new Place(session.publish((sequence) -> new Request(session.id(), sequence, this.key)));
		}
		Place place = this.waiting;
		boolean turn = place != null && front != null && this.hold == null && front.position().equals(place.position);
		this.waiters.forEach((waiter) -> waiter.behind = this.hold != null || (inTouch && !(empty || turn || ours)));
		if (this.hold != null && (heir != null || now - this.hold.grantedAt() >= BRIEF_NANOS)) {
			say(session, false);
		}
		if (turn && front != null && session.mayGrant()) {
			if (session.isFresh(now)) {
				grant(session, front);
			}
			else {
				this.host.awaitSignOfLife(this.key);
			}
		}
		lookLater(now);
	}

	/**
	 * Looks again when a holder takes longer than a moment, if that changes something,
	 * and when it has held the lock for as long as it may.
	 */
	private void lookLater(long now) {
		Hold hold = this.hold;
		Loop.Timer look = this.look;
		if (look != null) {
			look.cancel();
			this.look = null;
		}
		if (hold == null || hold.isOver()) {
			return;
		}
		long brief = BRIEF_NANOS - (now - hold.grantedAt());
		boolean awaited = brief > 0 && (this.saidIdle || (!this.waiters.isEmpty() && this.waiting == null));
		long delay = awaited ? Math.min(brief, hold.limitFor(now)) : hold.limitFor(now);
		if (delay != Long.MAX_VALUE && (awaited || hold.isLimited())) {
			this.look = this.host.loop().schedule(Math.max(delay, 0) + 1, () -> {
				hold.tick();
				this.host.again(this.key);
			});
		}
	}

	/**
	 * Gives a lock that was kept to whoever wants it here, without asking anybody: by the
	 * cluster's rules it has been held all the time. Another node that asks comes first.
	 * @return true if nothing more is to be done now
	 */
	private boolean reenter(Session session, long now) {
		Hold reserve = this.reserve;
		Place place = this.holding;
		if (reserve == null || place == null) {
			return false;
		}
		if (!reserve.isHeld() || session.table().heir(this.key) != null) {
			letGo();
			return true;
		}
		// Larger than every token before, smaller than that of every request to come.
		long base = session.table().applied().token();
		while (this.hold == null && this.kept == null && !this.waiters.isEmpty()) {
			long token = Math.max(base, this.token + 1);
			if (!session.mayGrant()) {
				return true;
			}
			if (!session.isFresh(now) || token - base >= Position.HOLDINGS / 2) {
				// In time, as a rule: its position makes room for more.
				this.host.awaitSignOfLife(this.key);
			}
			if (!session.isFresh(now)) {
				return true;
			}
			if (token - base >= Position.HOLDINGS) {
				return true;
			}
			if (this.waiters.size() == 1) {
				if (!reenterAlone(session, now)) {
					return true;
				}
			}
			else if (giveToNext(session, token)) {
				this.reserve = null;
				this.host.affinity().gone(this);
			}
		}
		if (this.hold != null) {
			return false;
		}
		if (this.kept == null) {
			say(session, true);
			offer(session, now);
		}
		return true;
	}

	/**
	 * Gives the lock to the only caller that waits, as if it had taken the lock itself:
	 * then it gives it back without the loop, and the next caller finds it free.
	 * @return false if it cannot be given now
	 */
	private boolean reenterAlone(Session session, long now) {
		Waiter waiter = this.waiters.element();
		KeptLock kept = offerable(session, now);
		if (kept == null) {
			return false;
		}
		// First of all, so that a holder the rest fails for is known as one.
		this.kept = kept;
		if (!kept.take(waiter, now)) {
			this.kept = null;
			return false;
		}
		this.waiters.remove();
		this.host.offer(this.key, kept);
		return true;
	}

	/** Lets callers take the lock that is kept without the loop. */
	private void offer(Session session, long now) {
		KeptLock kept = offerable(session, now);
		if (kept != null) {
			offer(kept);
		}
	}

	private void offer(KeptLock kept) {
		this.kept = kept;
		this.host.offer(this.key, kept);
	}

	private @Nullable KeptLock offerable(Session session, long now) {
		Hold reserve = this.reserve;
		if (reserve == null || this.kept != null || this.hold != null || !session.mayGrant() || !session.isFresh(now)
				|| session.table().heir(this.key) != null) {
			return null;
		}
		long base = session.table().applied().token();
		long latest = Math.max(base - 1, this.token);
		if (latest - base >= Position.HOLDINGS / 2) {
			this.host.awaitSignOfLife(this.key);
		}
		return new KeptLock(this, reserve, latest, base + Position.HOLDINGS);
	}

	/** From here on the loop alone decides about the lock, and knows who has it. */
	private void withdraw() {
		KeptLock kept = takeBack();
		if (kept != null && kept.isUsed() && this.reserve != null) {
			this.host.affinity().kept(this, kept.lastUse());
		}
	}

	/**
	 * Ends the offer, if there is one.
	 * @return the offer
	 */
	private @Nullable KeptLock takeBack() {
		KeptLock kept = this.kept;
		if (kept == null) {
			return null;
		}
		this.kept = null;
		this.host.withdraw(this.key, kept);
		Hold taken = kept.withdraw();
		this.token = Math.max(this.token, kept.token());
		if (taken != null) {
			this.hold = taken;
			this.reserve = null;
			this.host.affinity().gone(this);
		}
		return kept;
	}

	/** Makes a holding that goes on from another one. Any thread. */
	@Override
	public Hold holding(Waiter waiter, long token, Hold before) {
		return new Hold(this.name, token, this.host.loop(), before.incarnation(), waiter.holdFor, this.host.callbacks(),
				this::ended)
			.of(waiter);
	}

	/** Any thread. */
	@Override
	public void acquired(Hold hold, long waited) {
		this.host.event(HoldEvent.Type.ACQUIRED, this.name, this.kind, hold.token(), null, waited);
	}

	/** Any thread. */
	@Override
	public void released(Hold hold) {
		LockLoss lost = hold.lost();
		report(hold, (lost != null) ? lost.reason() : null);
	}

	/**
	 * Whether those who wait here need no place, as they will be given the lock when its
	 * holder on this node releases it. Ends with the first request of another node, which
	 * nobody here overtakes, and for a holder who takes its time.
	 */
	private boolean passesOn(@Nullable Ticket heir, long now) {
		Place place = this.holding;
		Hold hold = this.hold;
		return this.host.affinity().isOn() && this.kind == LockKind.LOCK && hold != null && !this.jeopardy
				&& place != null && place.position != null && heir == null && now - hold.grantedAt() < BRIEF_NANOS;
	}

	/** Keeps the lock after its release, if no other node wants it. */
	private boolean keep(Session session, Hold released) {
		Place place = this.holding;
		if (!this.host.affinity().isOn() || this.kind != LockKind.LOCK || place == null || place.position == null
				|| this.waiting != null || this.jeopardy || session.table().heir(this.key) != null) {
			return false;
		}
		Hold reserve = new Hold(this.name, released.token(), this.host.loop(), session.incarnation(), null,
				this.host.callbacks(), (lost) -> {
					if (lost == this.reserve) {
						letGo();
					}
				});
		if (!reserve.isHeld()) {
			return false;
		}
		this.reserve = reserve;
		this.host.affinity().kept(this, this.host.now());
		return true;
	}

	/** Gives up a lock that was only kept. */
	@Override
	public void letGo() {
		// Its latest use does not count any more, or another lock would have to go too.
		KeptLock kept = takeBack();
		Place place = this.holding;
		if (this.reserve == null || place == null) {
			if (kept != null) {
				// Somebody has it, whose limit is to be watched from now on.
				this.host.again(this.key);
			}
			return;
		}
		forgetReserve();
		this.holding = null;
		Session session = this.host.activeSession();
		if (session != null && !place.isGone(session, this.key)) {
			leave(session, place);
		}
		this.host.again(this.key);
	}

	private void forgetReserve() {
		this.reserve = null;
		this.saidIdle = false;
		this.host.affinity().gone(this);
	}

	/**
	 * Tells the others whether somebody here uses the lock, if they believe otherwise.
	 */
	private void say(Session session, boolean idle) {
		Place place = this.holding;
		if (place != null && this.saidIdle != idle) {
			this.saidIdle = idle;
			session.publish((sequence) -> new Idle(session.id(), sequence, this.key, place.number, idle));
		}
	}

	private void checkPlaces(Session session) {
		Place holding = this.holding;
		Hold hold = this.hold;
		if (hold != null && holding != null && holding.isGone(session, this.key)) {
			this.holding = null;
			this.hold = null;
			taken(hold, Reason.ENDED_BY_CLUSTER);
		}
		if (this.reserve != null && (holding == null || holding.isGone(session, this.key))) {
			this.holding = null;
			forgetReserve();
		}
		if (this.waiting != null && this.waiting.isGone(session, this.key)) {
			this.waiting = null;
		}
	}

	private void refuseImmediate(boolean taken, boolean inTouch) {
		int before = 0;
		for (Waiter waiter : List.copyOf(this.waiters)) {
			if (waiter.immediate && (taken || (inTouch && before > 0))) {
				waiter.granted.completeExceptionally(
						new LockBusyException("Lock '" + this.name + "' is held or awaited by somebody else"));
				this.waiters.remove(waiter);
			}
			else {
				before++;
			}
		}
	}

	private void grant(Session session, Ticket ticket) {
		long token = ticket.position().token();
		this.jeopardy = false;
		Place place = this.waiting;
		this.saidIdle = false;
		this.holding = place;
		this.waiting = null;
		while (this.hold == null && !this.waiters.isEmpty()) {
			giveToNext(session, token);
		}
		if (this.hold == null) {
			this.holding = null;
			this.waiting = place;
		}
		else if (session.isInJeopardy()) {
			// Those who held something then were told; this one was not there yet.
			jeopardized();
		}
		if (this.hold == null || !this.waiters.isEmpty()) {
			this.host.again(this.key);
		}
	}

	/**
	 * Makes a holding for whoever has waited longest here.
	 * @return false if that one has given up meanwhile
	 */
	private boolean giveToNext(Session session, long token) {
		Waiter waiter = this.waiters.element();
		Hold hold = new Hold(this.name, token, this.host.loop(), session.incarnation(), waiter.holdFor,
				this.host.callbacks(), this::ended)
			.of(waiter);
		// First of all, so that a holder the rest fails for is known as one.
		this.hold = hold;
		// Not before: who cannot be given it goes on waiting.
		this.waiters.remove();
		if (waiter.abandoned || !waiter.granted.complete(hold)) {
			this.hold = null;
			return false;
		}
		this.token = token;
		acquired(hold, hold.grantedAt() - waiter.since);
		return true;
	}

	/** A holding has ended, by whatever means; told once for each. */
	private void ended(Hold hold) {
		withdraw();
		LockLoss lost = hold.lost();
		if (this.hold != hold || !hold.isGivenUp()) {
			report(hold, (lost != null) ? lost.reason() : null);
			left(hold);
			return;
		}
		if (lost != null && lost.reason() != Reason.RESIGNED) {
			report(hold, lost.reason());
		}
		this.host.handOver().after(hold, this.name, this.kind, () -> {
			report(hold, null);
			left(hold);
		});
	}

	/** The cluster has ended a holding, possibly one that was being given up. */
	private void taken(Hold hold, Reason reason) {
		// What was over by its own deadline was not taken away.
		Reason own = hold.reasonOr(reason);
		hold.lose(own);
		if (hold.isGivenUp()) {
			report(hold, own);
			hold.left().complete(null);
		}
	}

	private void report(Hold hold, @Nullable Reason reason) {
		if (hold.tellEnd()) {
			this.host.event((reason != null) ? HoldEvent.Type.LOST : HoldEvent.Type.RELEASED, this.name, this.kind,
					hold.token(), reason, this.host.now() - hold.grantedAt());
		}
	}

	/** Nothing is guarded by the holding any more, so its place is given up. */
	private void left(Hold hold) {
		if (this.hold == hold) {
			release(hold);
		}
		this.host.idle(this.key);
		hold.left().complete(null);
	}

	private void release(Hold hold) {
		this.hold = null;
		Place place = this.holding;
		Session session = this.host.activeSession();
		if (hold.lost() != null || session == null || !keep(session, hold)) {
			this.holding = null;
			if (session != null && place != null) {
				leave(session, place);
			}
		}
		evaluate();
	}

	private void leave(Session session, Place place) {
		session.publish((sequence) -> new Release(session.id(), sequence, this.key, place.number));
	}

	/** A request of this node has been read. */
	void placed(long number, Position position) {
		if (this.waiting != null && this.waiting.number == number) {
			this.waiting.position = position;
		}
	}

	/** Completes what a thread could not, and loses what is over. */
	@Override
	public void tick() {
		withdraw();
		if (this.hold != null) {
			this.hold.tick();
		}
		Hold reserve = this.reserve;
		if (reserve != null && !reserve.isHeld()) {
			letGo();
		}
		evaluate();
	}

	/** No record of the session has been confirmed for some time. */
	void jeopardized() {
		boolean had = this.hold != null;
		withdraw();
		if (this.reserve != null) {
			letGo();
		}
		Hold hold = this.hold;
		if (hold != null && !had) {
			// Taken without the loop, which watches its limit from now on.
			this.host.again(this.key);
		}
		if (hold != null && hold.isHeld() && !this.jeopardy) {
			this.jeopardy = true;
			this.host.event(HoldEvent.Type.JEOPARDY, this.name, this.kind, hold.token(), null, 0);
		}
	}

	/** A record of the session has been confirmed again. */
	void recovered() {
		Hold hold = this.hold;
		if (this.jeopardy && hold != null && hold.isHeld()) {
			this.jeopardy = false;
			this.host.event(HoldEvent.Type.RECOVERED, this.name, this.kind, hold.token(), null, 0);
		}
	}

	/**
	 * Takes the lock from its holder, who is told before anybody hears of the release.
	 */
	boolean takeAway() {
		withdraw();
		if (this.reserve != null) {
			letGo();
			return true;
		}
		Hold hold = this.hold;
		if (hold == null || !hold.isHeld()) {
			return false;
		}
		hold.lose(Reason.RELEASED_BY_ADMINISTRATOR);
		return true;
	}

	/**
	 * Gives up what is held because this node stops.
	 * @return completes when that has been done
	 */
	CompletableFuture<Void> vacate() {
		withdraw();
		if (this.reserve != null) {
			letGo();
		}
		Hold hold = this.hold;
		if (hold == null) {
			return CompletableFuture.completedFuture(null);
		}
		hold.lose(Reason.NODE_STOPPED);
		return hold.left();
	}

	/** The session is over: places and hold with it; who waits goes on waiting. */
	void sessionEnded(Reason reason) {
		withdraw();
		Hold hold = this.hold;
		if (hold != null) {
			taken(hold, reason);
		}
		this.hold = null;
		forgetReserve();
		this.holding = null;
		this.waiting = null;
		this.waiters.forEach((waiter) -> waiter.behind = false);
		if (hold != null) {
			hold.finish();
		}
	}

	void fail(LockException failure) {
		this.waiters.forEach((waiter) -> waiter.granted.completeExceptionally(failure));
		this.waiters.clear();
	}

	boolean isIdle() {
		return this.hold == null && this.reserve == null && this.waiters.isEmpty() && this.waiting == null;
	}

	@Override
	public boolean isTaken() {
		KeptLock kept = this.kept;
		return kept != null && kept.isTaken();
	}

	@Override
	public long lastUse(long otherwise) {
		KeptLock kept = this.kept;
		return (kept != null && kept.isUsed()) ? kept.lastUse() : otherwise;
	}

	boolean isHeld() {
		KeptLock kept = this.kept;
		return this.hold != null || (kept != null && kept.isTaken());
	}

	int waiterCount() {
		return this.waiters.size();
	}

	String name() {
		return this.name;
	}

	/** A place of this node in the line. */
	private static final class Place {

		private final long number;

		private @Nullable Position position;

		Place(long number) {
			this.number = number;
		}

		boolean isGone(Session session, String key) {
			return this.position != null && session.table().ticket(key, this.position) == null;
		}

	}

}

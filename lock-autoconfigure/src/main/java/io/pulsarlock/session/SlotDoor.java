package io.pulsarlock.session;

import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.line.JournalRecord.Evict;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * One lock's door as this node uses it: the owner of the line enters, the heir watches,
 * everybody else stays away.
 * <p>
 * Safety of the eviction. The heir was admitted, so at that moment the holder was not
 * inside; whatever the broker has answered it with the door whole it had asked before
 * that, and from then it keeps the lock for at most the grace, unless it re-enters the
 * door and a record it sent after that is confirmed. Such a record would have been heard,
 * which voids the evidence, or stands in the log before the eviction, which makes the
 * compare-and-set fail. The heir's own connection is unbroken since before the holder's
 * latest record was written: so both were at the same broker when it was, and a stale
 * broker cannot be keeping the holder content. The evidence concerns one door, so it
 * takes one ticket, never the whole session.
 */
final class SlotDoor {

	private static final long FIRST_RETRY = TimeUnit.MILLISECONDS.toNanos(5);

	private static final long LAST_RETRY = TimeUnit.MILLISECONDS.toNanos(500);

	private final Slot slot;

	private final Shard shard;

	private Door.@Nullable Entry entry;

	/** The count in line it was entered with. */
	private int ordinal;

	private boolean owner;

	private boolean near;

	private long nextTry;

	private long retry = FIRST_RETRY;

	private @Nullable Evidence evidence;

	SlotDoor(Slot slot, Shard shard) {
		this.slot = slot;
		this.shard = shard;
	}

	/** Does what the place in line asks for. */
	void evaluate(Session session, Stand stand, long now) {
		Ticket front = stand.front();
		Ticket place = stand.place();
		boolean owner = stand.owner();
		if (!owner && front == null) {
			leave();
			this.near = false;
			return;
		}
		if (this.entry != null && this.slot.kind() == Door.Kind.FAILOVER && (stand.turn() || front != null)
				&& place != null && place.ordinal() < this.ordinal) {
			// Kept from a place further back: who stands behind would be let in first.
			leave();
		}
		boolean waitsInside = this.slot.kind() == Door.Kind.FAILOVER;
		boolean changed = owner != this.owner || !this.near;
		if (changed) {
			this.near = true;
			this.owner = owner;
			this.retry = FIRST_RETRY;
		}
		if (owner) {
			this.evidence = null;
			// Most locks are given back before it is worth a subscription. None is opened
			// before the lock is held: three more round trips for each lock would make
			// slow brokers slower still.
			if (changed || (stand.doorless() && !stand.holding() && !waitsInside)) {
				this.nextTry = stand.doorless() ? now + this.shard.settings().doorDelayNanos() : now;
			}
		}
		else if (changed) {
			this.nextTry = waitsInside ? now : now + this.shard.settings().watchNanos();
		}
		Door.Entry entry = this.entry;
		if (entry != null && (entry.state() == Door.State.REFUSED || entry.state() == Door.State.FAILED)) {
			this.entry = null;
			refused(entry.failure(), stand, now);
		}
		if (this.entry == null && now - this.nextTry >= 0) {
			this.ordinal = (place != null) ? place.ordinal() : 0;
			this.entry = session.door()
				.enter(this.slot.key(), this.slot.kind(), this.ordinal,
						() -> this.shard.loop().execute(() -> this.shard.evaluate(this.slot)));
		}
		if (front != null) {
			watch(session, front, now);
		}
	}

	private void refused(@Nullable LockException failure, Stand stand, long now) {
		if (failure instanceof LockConfigurationException) {
			// Nobody needs a door to be granted a lock: records keep it as well.
			this.shard.doors().refused(failure, now);
		}
		long delay = this.owner ? this.retry : this.shard.settings().watchNanos();
		this.retry = Math.min(2 * this.retry, LAST_RETRY);
		this.nextTry = now + delay;
		if (failure == null && (stand.turn() || stand.holding()) && delay >= 4 * FIRST_RETRY) {
			// An heir may have come in before this node: it leaves when it hears from us.
			this.shard.signOfLife();
		}
		this.shard.loop().schedule(delay, () -> this.shard.evaluate(this.slot));
	}

	private void watch(Session session, Ticket front, long now) {
		long admission = admission();
		if (admission == 0) {
			this.evidence = null;
			return;
		}
		SessionState holder = session.table().session(front.session());
		if (holder == null) {
			return;
		}
		Evidence evidence = this.evidence;
		if (evidence == null || evidence.admission() != admission || !evidence.front().equals(front)) {
			this.evidence = new Evidence(front, admission, now, holder.latest(), session.connection());
			return;
		}
		if (!holder.latest().equals(evidence.latest())) {
			// It lives: the door is its own.
			leave();
			if (this.slot.kind() == Door.Kind.EXCLUSIVE) {
				// For longer than it waits between two tries, or it would find the door
				// taken at each of them.
				this.near = true;
				this.nextTry = now + 2 * LAST_RETRY;
			}
			return;
		}
		SessionInfo info = holder.info();
		long grace = (info != null) ? TimeUnit.MILLISECONDS.toNanos(info.graceMillis())
				: this.shard.settings().leaseNanos();
		if (now - evidence.at() >= this.shard.settings().withDrift(grace) && session.isSteady(now)
				&& evidence.connection() == session.connection() && session.isLive(evidence.latest())) {
			long lastSeen = holder.sequence();
			long ledger = session.table().applied().ledgerId();
			session.publish((sequence) -> new Evict(session.id(), sequence, this.slot.key(), front.session(),
					front.number(), lastSeen, ledger));
			// Should it be void, the holder was heard; if not, it is worth another one.
			this.evidence = new Evidence(front, admission, now, evidence.latest(), evidence.connection());
		}
	}

	long admission() {
		Door.Entry entry = this.entry;
		return (entry != null) ? entry.admission() : 0;
	}

	boolean isInUse() {
		return this.entry != null;
	}

	void leave() {
		Door.Entry entry = this.entry;
		this.entry = null;
		this.evidence = null;
		this.near = false;
		if (entry != null) {
			entry.leave();
		}
	}

	/**
	 * Where this node stands with a lock.
	 *
	 * @param owner whether it holds the lock, is in front, or will be as far as it knows
	 * @param front the ticket in front of this node if this node is the heir, else null
	 * @param place this node's ticket, or null while its request is on its way
	 * @param turn whether it is in front and does not hold the lock yet
	 * @param holding whether it holds the lock
	 * @param doorless whether it can do without the door for a moment
	 */
	record Stand(boolean owner, @Nullable Ticket front, @Nullable Ticket place, boolean turn, boolean holding,
			boolean doorless) {
	}

	/** What the heir has seen: inside since then, and nothing heard from the holder. */
	private record Evidence(Ticket front, long admission, long at, Position latest, long connection) {
	}

}

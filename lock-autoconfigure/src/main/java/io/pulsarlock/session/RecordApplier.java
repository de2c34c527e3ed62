package io.pulsarlock.session;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Forget;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Outsider;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Replicated;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.SkipCause;
import io.pulsarlock.line.TableChange;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * Applies the journal to the table of one session, position by position, and lets those
 * know whom that concerns. On the loop.
 */
final class RecordApplier implements JournalFollower.Listener {

	private final SessionListener listener;

	private final LineListener lines;

	private final Loop loop;

	private final SessionLife life;

	private final LineTable table;

	private final LedgerGuard ledgers;

	private final Peers peers;

	private final Heartbeats heartbeats;

	private final Rests rests;

	private final RestWriter restWriter;

	private final Fronts fronts;

	private final JoinGate gate;

	private final OwnRecords own;

	/** After which position reading began. */
	private Position begin = Position.NONE;

	/** Before which position records are lost. */
	private Position lost = Position.NONE;

	RecordApplier(SessionListener listener, LineListener lines, Loop loop, SessionLife life, LineTable table,
			LedgerGuard ledgers, Peers peers, Heartbeats heartbeats, Rests rests, RestWriter restWriter, Fronts fronts,
			JoinGate gate, OwnRecords own) {
		this.listener = listener;
		this.lines = lines;
		this.loop = loop;
		this.life = life;
		this.table = table;
		this.ledgers = ledgers;
		this.peers = peers;
		this.heartbeats = heartbeats;
		this.rests = rests;
		this.restWriter = restWriter;
		this.fronts = fronts;
		this.gate = gate;
		this.own = own;
	}

	/** Reading begins after that position. */
	void begin(Position after) {
		this.begin = after;
	}

	@Override
	public boolean isReading() {
		return this.life.isReading();
	}

	@Override
	public void skipped(Position position, SkipCause cause) {
		this.listener.skipped(position, cause);
	}

	@Override
	public void leftOut(JournalReader.Hole hole) {
		this.listener.leftOut(hole);
	}

	@Override
	public void passable() {
		this.listener.ended(this.life.id(), Reason.NO_ANSWER);
	}

	@Override
	public void lost(Position before) {
		this.lost = before;
	}

	@Override
	public void read(Position position, @Nullable JournalRecord read, boolean leftOut) {
		if (!this.life.isReading()) {
			return;
		}
		long now = this.loop.nanoTime();
		JournalRecord record = leftOut ? null : read;
		if (record instanceof Unverified stranger && this.gate.isPassed(position, stranger, now)) {
			this.listener.skipped(position, stranger.doubt().skipCause());
			record = null;
		}
		this.gate.read(position, now);
		Position before = this.table.applied();
		boolean rolled = this.gate.hasCaughtUp() && position.ledgerId() != before.ledgerId();
		boolean startsLate = before.equals(Position.NONE)
				&& LedgerGuard.startsLate(this.begin, position, this.listener.known());
		TableChange change = apply(position, record, now);
		List<String> rests = (record != null && change.rests()) ? this.rests.apply(position, record, now) : List.of();
		if (startsLate || leftOut || change.missing() || position.equals(this.lost)
				|| (record != null && change.disowned() && this.ledgers.isUnheard(record.session()))) {
			if (this.life.isActive()) {
				giveUp(position);
				return;
			}
			long lease = (leftOut && read instanceof Heartbeat heartbeat)
					? TimeUnit.MILLISECONDS.toNanos(heartbeat.info().leaseMillis()) : 0;
			this.ledgers.missed(position, now + 2 * Math.max(this.peers.longestLease(), lease));
		}
		if (rolled) {
			rolled(now);
		}
		if (record == null || !change.accepted() || accepted(position, record, change, now)) {
			changed(change, now);
			evaluate(rests);
		}
		if (record != null && !change.accepted()) {
			ignored(position, record);
		}
	}

	private void evaluate(List<String> locks) {
		if (!locks.isEmpty() && this.life.isActive()) {
			locks.forEach(this.lines::lineChanged);
		}
	}

	private void ignored(Position position, JournalRecord record) {
		SessionState session = this.table.session(this.life.id());
		if (session != null && record.session().equals(session.id())) {
			this.own.ignored(position, record, session.sequence());
		}
	}

	private TableChange apply(Position position, @Nullable JournalRecord record, long now) {
		if (record == null) {
			return this.table.skip(position);
		}
		SessionState expelled = (record instanceof Expel expel) ? this.table.session(expel.target()) : null;
		TableChange change = this.table.apply(position, record);
		if (expelled != null && expelled.id().equals(change.ended())) {
			// Before an own record may end the joining.
			this.gate.expelled(expelled, this.peers.heardAt(expelled.id(), now));
		}
		return change;
	}

	/**
	 * The journal has lost records, so a session that may grant locks knows less than
	 * others do. It ends. The next one begins with what is there now, and waits until
	 * every session that still holds something has repeated it: a lease, and a heartbeat
	 * before.
	 */
	private void giveUp(Position before) {
		this.listener.hasLost(before);
		this.listener.settle(this.peers.longestLease());
		this.listener.ended(this.life.id(), Reason.NO_ANSWER);
	}

	/**
	 * The journal goes on in another ledger. Usually nothing else has happened. But it
	 * may be another topic of the same name: then what was written last into the old one,
	 * and read by its writer, may never come here. So nothing is granted until all has
	 * written once more, which shows whether something of theirs is missing; and as
	 * whatever is missing was written before now, silence counts from now.
	 */
	private void rolled(long now) {
		this.ledgers.rolled(this.peers.rolled(now));
		// Before the claims that others wait for.
		this.restWriter.repeat(now);
		this.heartbeats.send(false, now);
	}

	/**
	 * A record was applied and counts.
	 * @return false if nothing more is to be made of it
	 */
	private boolean accepted(Position position, JournalRecord record, TableChange change, long now) {
		this.peers.heard(record.session(), now);
		if (record instanceof Replicated) {
			// Copies come late: that the nodes of another Pulsar cluster have gone is
			// believed when none has come for two leases, whatever the latest say.
			this.listener.settle(this.peers.longestLease());
		}
		if (record instanceof Outsider other && this.life.isActive()) {
			// Nothing after it may be applied, so nothing is confirmed or granted any
			// more. The next session waits for its end.
			this.life.freeze();
			this.listener.failed(Outsiders.refusal(other, position));
			return false;
		}
		if (record instanceof Heartbeat heartbeat) {
			heartbeat(position, heartbeat);
		}
		Ticket revoked = change.revoked();
		if (revoked != null && revoked.session().equals(this.life.id()) && this.life.isActive()) {
			this.lines.revoked(revoked);
		}
		if (record.session().equals(this.life.id())) {
			this.own.read(position, record, change, now);
			return true;
		}
		return !givesWay(record);
	}

	private void heartbeat(Position position, Heartbeat heartbeat) {
		this.heartbeats.unneeded(heartbeat.history());
		this.gate.unneeded(heartbeat.history());
		if (this.ledgers.heard(position, heartbeat)) {
			this.lines.evaluateAll();
		}
	}

	/**
	 * Answers a newcomer that disagrees, so that it learns of it at once, and gives way
	 * to one that was here before and lives.
	 * @return true if this session has ended
	 */
	private boolean givesWay(JournalRecord record) {
		return switch (this.gate.heard(record)) {
			case ANSWER -> {
				this.heartbeats.signOfLife();
				yield false;
			}
			case GIVE_WAY -> {
				this.listener.failed(this.gate.refusal(record.session()));
				this.listener.ended(this.life.id(), Reason.NODE_STOPPED);
				yield true;
			}
			case NOTHING -> false;
		};
	}

	/** Tells of what a record has changed. */
	private void changed(TableChange change, long now) {
		this.peers.promoted(change.promoted(), now);
		UUID ended = change.ended();
		if (ended != null) {
			this.peers.ended(ended);
			if (this.ledgers.ended(ended)) {
				this.lines.evaluateAll();
			}
			if (ended.equals(this.life.id())) {
				this.listener.ended(ended, Reason.ENDED_BY_CLUSTER);
				return;
			}
			this.gate.openIfDue(now);
		}
		for (String lock : change.locks()) {
			this.fronts.changed(lock, now);
			if (this.life.isActive()) {
				this.lines.lineChanged(lock);
			}
		}
	}

}

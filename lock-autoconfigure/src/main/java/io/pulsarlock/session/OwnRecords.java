package io.pulsarlock.session;

import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Forget;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.TableChange;

/**
 * What it means to a session that a record of its own has come back: it is confirmed by
 * it (rule 1 of the protocol), and what has waited for it goes on. On the loop.
 */
final class OwnRecords {

	private final SessionListener listener;

	private final LineListener lines;

	private final SessionLife life;

	private final JoinGate gate;

	private final ConnectionWatch connection;

	private final SessionWatch watch;

	private final RecordWriter writer;

	private final FireClaims fires;

	private final RestWriter rests;

	OwnRecords(SessionListener listener, LineListener lines, SessionLife life, JoinGate gate,
			ConnectionWatch connection, SessionWatch watch, RecordWriter writer, FireClaims fires, RestWriter rests) {
		this.listener = listener;
		this.lines = lines;
		this.life = life;
		this.gate = gate;
		this.connection = connection;
		this.watch = watch;
		this.writer = writer;
		this.fires = fires;
		this.rests = rests;
	}

	/**
	 * A record in the name of this session does not count. If this session has written
	 * it, and its number has been used, another client has written a record in its name
	 * before, and the nodes count that one: what they know of this session is not what it
	 * has requested. It ends, with a goodbye that counts, so that neither a caller nor a
	 * lock waits forever.
	 * @param latest the number of the session's latest record that counts
	 */
	void ignored(Position position, JournalRecord record, long latest) {
		if (record.sequence() <= latest && this.writer.isDisplaced(record)) {
			this.life.lease().passNumber(latest);
			this.listener.failed(new LockUnavailableException("The record at " + position
					+ " does not count, because a client that is not this node has written a record in its name."
					+ " The node joins again. Find the client, and revoke its permission to produce, or have the"
					+ " nodes sign their records (pulsar-lock.security.record-keys)"));
			this.listener.ended(this.life.id(), Reason.NO_ANSWER);
		}
	}

	/** An own record was applied and accepted. */
	void read(Position position, JournalRecord record, TableChange change, long now) {
		SessionLease lease = this.life.lease();
		boolean confirmed = lease.confirmedFor(now) > 0;
		// Over, although no tick has looked since. In another log of the same name the
		// others may have declared it gone and gone on.
		boolean over = this.life.isActive() && !confirmed;
		if (over || !this.gate.mayGoOn(confirmed, now)) {
			this.listener.ended(this.life.id(), Reason.NO_ANSWER);
			return;
		}
		this.writer.counted(record);
		this.gate.confirmed(lease.confirmed(record.sequence()), now);
		this.connection.confirmed(record.sequence(), position);
		this.watch.confirmed(now);
		if (record instanceof Request request) {
			this.lines.placed(request, position);
		}
		else if (record instanceof Release release) {
			this.writer.released(release);
		}
		else if (record instanceof Fire || record instanceof Forget) {
			this.fires.confirmed(record.sequence(), change.fired());
		}
		else if (record instanceof Rest) {
			this.rests.confirmed(record.sequence(), now);
		}
		if (this.life.isActive()) {
			this.lines.confirmed(record.sequence());
		}
		else {
			this.gate.sayObstacle(now);
			this.gate.openIfDue(now);
		}
	}

}

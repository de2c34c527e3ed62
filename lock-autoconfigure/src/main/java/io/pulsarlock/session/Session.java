package io.pulsarlock.session;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Skip;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * One session of this node in one shard, from joining to its end; then a new one with a
 * new id, a new journal and a new table takes over. Runs on the loop.
 * <p>
 * It joins by publishing its opening heartbeat and reading the journal from its
 * beginning: when it reads its own record it has everything before it, so it has caught
 * up.
 */
final class Session implements RecordWriter.Listener {

	private final SessionListener listener;

	private final SessionSettings settings;

	private final Loop loop;

	private final Journal journal;

	private final LineTable table = new LineTable();

	private final SessionLife life;

	private final JournalFollower follower;

	private final RecordApplier applier;

	private final LedgerGuard ledgers = new LedgerGuard();

	private final ConnectionWatch connection;

	private final RecordWriter writer;

	private final Heartbeats heartbeats;

	private final FireClaims fires;

	private final RestWriter rests;

	private final Peers peers;

	private final Judge judge;

	private final Fronts fronts;

	private final JoinGate gate;

	private final SessionWatch watch;

	private final Retention retention;

	Session(SessionListener listener, LineListener lines, SessionSettings settings, Loop loop, Journal journal,
			PoisonRecords poison, Rests rests, UUID id, @Nullable SessionLease anchor, LongSupplier hints) {
		this.listener = listener;
		this.settings = settings;
		this.loop = loop;
		this.journal = journal;
		long now = loop.nanoTime();
		SessionLease lease = new SessionLease(id, settings.leaseNanos(), settings.graceNanos(), now, anchor);
		this.life = new SessionLife(lease);
		this.connection = new ConnectionWatch(journal);
		this.writer = new RecordWriter(loop, journal, lease, this);
		this.heartbeats = new Heartbeats(settings, this.table, lease, this.writer, hints);
		this.fires = new FireClaims(id, this.writer);
		this.peers = new Peers(settings, this.table, id);
		this.rests = new RestWriter(settings, rests, this.peers, id, this.writer);
		this.judge = new Judge(settings, this.table, this.peers, lease, this.writer, this.heartbeats);
		this.fronts = new Fronts(this.table, id);
		this.gate = new JoinGate(settings, this.table, this.life, this.ledgers, this.judge, anchor == null, listener,
				this::joined, now);
		this.watch = new SessionWatch(settings, loop, new HoldWatch(settings, lease, lines), this.judge, this.fronts,
				this.life::isRunning);
		this.retention = new Retention(settings, this.table, this.peers, this.heartbeats, rests, journal, now);
		this.applier = new RecordApplier(listener, lines, loop, this.life, this.table, this.ledgers, this.peers,
				this.heartbeats, rests, this.rests, this.fronts, this.gate, new OwnRecords(listener, lines, this.life,
						this.gate, this.connection, this.watch, this.writer, this.fires, this.rests));
		this.follower = new JournalFollower(loop, journal, poison, id, this.writer::isAsking, this.applier);
	}

	void start() {
		this.connection.look();
		Position begin = this.follower.start();
		this.applier.begin(begin);
		if (begin.entryId() >= 0) {
			// Others who join need no more than this node does.
			this.heartbeats.unneeded(begin);
		}
		this.connection.sent(this.heartbeats.send(true, this.loop.nanoTime()));
	}

	@Override
	public void written(JournalRecord record, Position position) {
		if (this.life.isReading()) {
			this.gate.written(position, this.loop.nanoTime());
			this.follower.written(position, record);
		}
	}

	@Override
	public void notWritten(@Nullable Throwable ex) {
		if (!this.life.isOver()) {
			this.listener.notWritten(ex);
			this.listener.ended(id(), Reason.NO_ANSWER);
		}
	}

	private void joined() {
		this.follower.joined();
		this.listener.activated();
	}

	/**
	 * Publishes a record of this session.
	 * @param maker makes it of its number
	 * @return its number
	 */
	long publish(LongFunction<JournalRecord> maker) {
		return this.writer.publish(maker);
	}

	/** Whether a ticket is given up by a record that is on its way. */
	boolean isReleasing(long ticket) {
		return this.writer.isReleasing(ticket);
	}

	/** Says that a job begins, and tells whether it was the first to say so. */
	void fire(String job, long fireTime, CompletableFuture<Boolean> claim) {
		this.fires.fire(job, fireTime, claim);
	}

	/** Forgets what was claimed for a job, and tells whether there was something. */
	void forget(String job, CompletableFuture<Boolean> forgotten) {
		this.fires.forget(job, forgotten);
	}

	/**
	 * Says that a lock rests from now on.
	 * @param millis for how long at least; zero ends the rest
	 * @param done completes when it was read
	 */
	void rest(String lock, long millis, CompletableFuture<?> done) {
		this.rests.rest(lock, millis, this.loop.nanoTime(), done);
	}

	/** The rests that go on. */
	void forEachRest(long now, Rests.Action action) {
		this.rests.forEach(now, action);
	}

	/** For how long a lock rests; zero if it does not. */
	long restsFor(String lock, long now) {
		return this.rests.remaining(lock, now);
	}

	/**
	 * Sends a heartbeat now that repeats no tickets.
	 * @return its number
	 */
	long signOfLife() {
		return this.heartbeats.signOfLife();
	}

	/** Looks at connection and deadlines. */
	void tick(long now) {
		if (this.life.isOver()) {
			this.listener.ended(id(), lease().reason());
			return;
		}
		boolean stuck = isActive() ? lease().confirmedFor(now) <= 0
				: this.gate.isStuck(now) && !this.follower.isStopped();
		if (stuck || this.writer.isTorn()) {
			this.listener.ended(id(), Reason.NO_ANSWER);
			return;
		}
		this.follower.fillHole();
		if (this.connection.look()) {
			this.connection.sent(this.heartbeats.signOfLife());
		}
		this.heartbeats.tick(this.fronts.isProminent(), now);
		this.watch.cancel();
		if (isActive()) {
			this.watch.tick(now);
			this.rests.tick(now);
			this.retention.tick(now);
		}
		else {
			LockUnavailableException obstacle = this.follower.obstacle();
			if (obstacle != null) {
				this.listener.waitsFor(obstacle);
			}
			this.gate.tick(now);
		}
	}

	/**
	 * Expels a silent session by order, under the judge's own rule.
	 * @return false if there is no such session
	 */
	boolean expel(UUID id) {
		SessionState other = this.table.session(id);
		if (other == null) {
			return false;
		}
		if (id.equals(id())) {
			throw new LockOperationRefusedException(
					"Session " + id + " is this node's own: stop the node instead, which releases its locks in order");
		}
		long now = this.loop.nanoTime();
		if (!isInTouch(now) || lease().confirmedFor(now) <= 0) {
			throw this.listener.outOfTouch();
		}
		this.judge.expel(other, now);
		return true;
	}

	/** Whether what it knows is enough to grant locks. */
	boolean mayGrant() {
		return this.life.isUpToDate() && this.ledgers.isHeardFromAll();
	}

	/** Whether its latest confirmed record leaves time to hold something. */
	boolean isFresh(long now) {
		return lease().holdsFor(now) > this.settings.reserveNanos();
	}

	/** Whether what it holds is in jeopardy. */
	boolean isInJeopardy() {
		return this.watch.isInJeopardy();
	}

	/**
	 * Whether this node knows the lines well enough to say that another node has a lock:
	 * it is connected, and what it sends is answered. Nothing that is held depends on it.
	 */
	boolean isInTouch(long now) {
		return isActive() && this.connection.isConnected()
				&& lease().unansweredFor(now) < this.settings.graceNanos() / 4;
	}

	/** Whether a record was written after this unbroken connection was made. */
	boolean isLive(Position position) {
		return this.connection.isLive(position);
	}

	/** Whether every other session has spoken in the present ledger. */
	boolean isHeardFromAll() {
		return this.ledgers.isHeardFromAll();
	}

	/** Whether it knows, or need not know, all sessions that may hold something. */
	boolean isSettled() {
		return isHeardFromAll() && this.ledgers.isSettled(this.loop.nanoTime())
				&& (isActive() || !this.follower.isBehind());
	}

	long heardAt(UUID session, long otherwise) {
		return this.peers.heardAt(session, otherwise);
	}

	/**
	 * Has every node that cannot apply the record at a place go on without it. A session
	 * that stands before it is no obstacle.
	 */
	void skip(Position skipped) {
		if (skipped.isAfter(this.follower.furthest())) {
			throw new LockOperationRefusedException(
					"There is no record at " + skipped + " yet: this node has read up to " + this.follower.furthest());
		}
		this.gate.checkSkip(skipped);
		publish((sequence) -> new Skip(id(), sequence, skipped));
	}

	/** The fencing token of a place. */
	long token(Position position) {
		return this.settings.token(position);
	}

	/** No token that was given so far is larger; zero if there is none. */
	long highestToken() {
		Position applied = this.table.applied();
		return applied.hasToken(this.settings.tokenFloor()) ? token(applied) + Position.HOLDINGS - 1 : 0;
	}

	/** For how long the present front of a line has been there, as far as is known. */
	Duration frontFor(String lock, long now) {
		return this.fronts.frontFor(lock, now);
	}

	/**
	 * It holds a lock by a ticket.
	 * @return whether other tickets are still before it, as far as has been read
	 */
	boolean enter(Ticket ticket) {
		return this.fronts.enter(ticket);
	}

	/**
	 * Ends it: nothing it knew counts any more.
	 * @return completes when the journal is closed
	 */
	CompletionStage<?> end(Reason reason) {
		// Before the goodbye: with this session the locks of other shards may end.
		this.life.end(reason);
		if (reason == Reason.ENDED_BY_CLUSTER) {
			this.writer.partSilently();
		}
		this.writer.part();
		this.fires.fail(() -> this.listener.unavailable("of a fire time"));
		this.rests.fail(this.listener::outOfTouch);
		return this.journal.close();
	}

	boolean isActive() {
		return this.life.isActive();
	}

	/** Any thread. */
	boolean isConfirmed() {
		return lease().confirmedFor(this.loop.nanoTime()) > 0;
	}

	long requests() {
		return this.writer.requests();
	}

	long releases() {
		return this.writer.releases();
	}

	/** The longest lease of all sessions, this one's included. */
	long longestLease() {
		return this.peers.longestLease();
	}

	/** Records that stand behind some that are still to be read. */
	int unread() {
		return this.follower.waiting();
	}

	UUID id() {
		return this.life.id();
	}

	SessionLease lease() {
		return this.life.lease();
	}

	LineTable table() {
		return this.table;
	}

}

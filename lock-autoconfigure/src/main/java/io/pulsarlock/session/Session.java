package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Forget;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Outsider;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Replicated;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.LineTable.Change;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.SkipCause;
import org.jspecify.annotations.Nullable;

/**
 * One session of this node in one shard, from joining to its end; then a new one with a
 * new id, a new journal and a new table takes over. Runs on the loop.
 * <p>
 * It joins by publishing its opening heartbeat and reading the journal from its
 * beginning: when it reads its own record it has everything before it, so it has caught
 * up.
 */
final class Session implements Journal.Listener {

	private final Listener listener;

	private final SessionSettings settings;

	private final Loop loop;

	private final Journal journal;

	private final LineTable table = new LineTable();

	private final Incarnation incarnation;

	private final Outsiders outsiders;

	private final Strangers strangers;

	/** Only in the shard that decides. */
	private final @Nullable Dissenters dissenters;

	private final Judge judge;

	private final JournalReader reader = new JournalReader();

	private final JoinProgress progress;

	private final RecordWriter writer;

	private final Heartbeats heartbeats;

	private final Peers peers;

	private final Fronts fronts;

	private final HoldWatch holds;

	private final Retention retention;

	private final ConnectionWatch connection;

	private final FireClaims fires = new FireClaims();

	private final LedgerGuard ledgers = new LedgerGuard();

	/** After which position reading began. */
	private Position begin = Position.NONE;

	private boolean active;

	private boolean frozen;

	private final long openedAt;

	/** Due before the next tick. */
	private final List<Loop.Timer> timers = new ArrayList<>();

	Session(Listener listener, SessionSettings settings, Loop loop, Journal journal, UUID id,
			@Nullable Incarnation anchor) {
		this.listener = listener;
		this.settings = settings;
		this.loop = loop;
		this.journal = journal;
		long now = loop.nanoTime();
		this.incarnation = new Incarnation(id, settings.leaseNanos(), settings.graceNanos(), now, anchor);
		this.outsiders = new Outsiders(this.table, id);
		this.strangers = new Strangers(settings);
		this.dissenters = (anchor == null) ? new Dissenters(settings, this.table, id) : null;
		this.writer = new RecordWriter(loop, journal, this.incarnation, new Records());
		this.heartbeats = new Heartbeats(settings, this.table, this.incarnation, this.writer);
		this.peers = new Peers(settings, this.table, id);
		this.fronts = new Fronts(this.table, id);
		this.judge = new Judge(settings, this.table, this.peers, this.incarnation, this.writer, this.heartbeats);
		this.holds = new HoldWatch(settings, this.incarnation, listener);
		this.retention = new Retention(settings, this.table, this.peers, now);
		this.connection = new ConnectionWatch(journal);
		this.openedAt = now;
		this.progress = new JoinProgress(settings.leaseNanos(), now);
	}

	void start() {
		this.connection.look();
		this.begin = this.journal.start(this);
		this.reader.begin(this.begin);
		if (this.begin.entryId() >= 0) {
			// Others who join need no more than this node does.
			this.heartbeats.unneeded(this.begin);
		}
		this.connection.sent(this.heartbeats.send(true, this.loop.nanoTime()));
	}

	@Override
	public void received(Position position, JournalRecord record) {
		this.loop.execute(() -> read(position, record));
	}

	@Override
	public void skipped(Position position, SkipCause cause) {
		this.loop.execute(() -> {
			if (!this.incarnation.isOver() && !this.frozen) {
				this.listener.skipped(position, cause);
				read(position, null);
			}
		});
	}

	/** Without a record it is a place in the journal that holds none. */
	private void read(Position position, @Nullable JournalRecord record) {
		if (!this.frozen && !this.incarnation.isOver()) {
			this.reader.read(position, record);
			applyNext();
			fillHole();
		}
	}

	/** Applies what is known without a hole. */
	private void applyNext() {
		JournalReader.Entry next = this.reader.next();
		while (next != null) {
			applyOne(next.position(), next.record());
			next = this.reader.next();
		}
	}

	/** What a reader was moved past is still there, as a rule. */
	private void fillHole() {
		JournalReader.Hole hole = this.reader.hole();
		if (hole == null || this.frozen || this.incarnation.isOver()) {
			return;
		}
		this.reader.reading();
		this.listener.leftOut(hole);
		this.journal.readAgain(hole.after(), hole.before()).whenComplete((none, ex) -> this.loop.execute(() -> {
			this.reader.readAgain(ex == null);
			if (this.reader.isLost()) {
				this.reader.giveUp();
			}
			applyNext();
			// What is still missing the next tick asks for again.
		}));
	}

	private void applyOne(Position position, @Nullable JournalRecord read) {
		if (this.incarnation.isOver() || this.frozen) {
			return;
		}
		JournalRecord record = read;
		if (read instanceof Unverified stranger && this.strangers.isPassed(position, stranger, this.loop.nanoTime())) {
			this.listener.skipped(position, stranger.doubt().skipCause());
			record = null;
		}
		long now = this.loop.nanoTime();
		this.progress.applied(position, now);
		boolean rolled = this.table.session(id()) != null && position.ledgerId() != this.table.applied().ledgerId();
		boolean startsLate = this.table.applied().equals(Position.NONE)
				&& LedgerGuard.startsLate(this.begin, position, this.listener.known());
		SessionState expelled = (record instanceof Expel expel) ? this.table.session(expel.target()) : null;
		Change change = (record != null) ? this.table.apply(position, record) : this.table.skip(position);
		if (this.dissenters != null && expelled != null && expelled.id().equals(change.ended())) {
			// Before an own record may end the joining.
			this.dissenters.expelled(expelled, this.peers.heardAt(expelled.id(), now));
		}
		if (startsLate || change.missing()
				|| (record != null && change.disowned() && this.ledgers.isUnheard(record.session()))) {
			if (this.active) {
				this.listener.journalLost(this, position);
				return;
			}
			this.ledgers.missed(position, now + 2 * this.peers.longestLease());
		}
		if (rolled) {
			rolled(now);
		}
		if (record != null && change.accepted()) {
			this.peers.heard(record.session(), now);
			if (record instanceof Replicated) {
				// Copies come late: that the nodes of another Pulsar cluster have gone is
				// believed when none has come for two leases, whatever the latest say.
				this.listener.settle(this);
			}
			if (record instanceof Outsider other && this.active) {
				// Nothing after it may be applied, so nothing is confirmed or granted any
				// more. The next session waits for its end.
				this.frozen = true;
				this.listener.failed(Outsiders.refusal(other, position));
				return;
			}
			if (record instanceof Heartbeat heartbeat) {
				heartbeat(position, heartbeat);
			}
			if (record.session().equals(id())) {
				own(position, record, change, now);
			}
			else if (dissent(record)) {
				return;
			}
		}
		this.peers.promoted(change.promoted(), now);
		UUID ended = change.ended();
		if (ended != null) {
			this.peers.ended(ended);
			if (this.ledgers.ended(ended)) {
				this.listener.evaluateAll();
			}
			if (ended.equals(id())) {
				this.listener.ended(this, Reason.ENDED_BY_CLUSTER);
				return;
			}
			joinIfSettled(now);
		}
		for (String lock : change.locks()) {
			this.fronts.changed(lock, now);
			if (this.active) {
				this.listener.lineChanged(lock);
			}
		}
	}

	/**
	 * The journal goes on in another ledger. Usually nothing else has happened. But it
	 * may be another topic of the same name: then what was written last into the old one,
	 * and read by its writer, may never come here. So nothing is granted until everybody
	 * has written once more, which shows whether something of theirs is missing; and as
	 * whatever is missing was written before now, silence counts from now.
	 */
	private void rolled(long now) {
		this.ledgers.rolled(this.peers.rolled(now));
		this.heartbeats.send(false, now);
	}

	private void heartbeat(Position position, Heartbeat heartbeat) {
		this.heartbeats.unneeded(heartbeat.history());
		this.strangers.unneeded(heartbeat.history());
		if (this.ledgers.heard(position, heartbeat)) {
			this.listener.evaluateAll();
		}
	}

	private void own(Position position, JournalRecord record, Change change, long now) {
		if (this.active && this.incarnation.confirmedFor(now) <= 0) {
			// Over, although nobody has looked since. In another log of the same name the
			// others may have declared it gone and gone on.
			this.listener.ended(this, Reason.NO_ANSWER);
			return;
		}
		if (!this.strangers.mayGoOn(this.incarnation.confirmedFor(now) > 0, now)) {
			this.listener.ended(this, Reason.NO_ANSWER);
			return;
		}
		this.strangers.readUpTo(this.incarnation.confirmed(record.sequence()));
		this.progress.accepted(now);
		this.connection.confirmed(record.sequence(), position);
		this.holds.confirmed(now);
		this.judge.confirmed(now);
		if (record instanceof Request request) {
			this.listener.placed(request, position);
		}
		else if (record instanceof Release release) {
			this.writer.released(release);
		}
		else if (record instanceof Fire || record instanceof Forget) {
			this.fires.confirmed(record.sequence(), change.fired());
		}
		if (!this.active) {
			if (!this.ledgers.isSettled(now)) {
				this.listener.hasLost(this.ledgers.gap());
			}
			else if (!this.strangers.isOutwaited(now)) {
				this.listener.failed(this.strangers.obstacle(now));
			}
			joinIfSettled(now);
		}
		else {
			this.listener.confirmed(record.sequence());
		}
	}

	/** Outsiders are waited for, and expelled when they are silent. */
	private void outwaitOutsiders(long now) {
		if (this.active || !hasCaughtUp()) {
			return;
		}
		List<SessionState> others = this.outsiders.present();
		if (!others.isEmpty()) {
			this.listener.failed(this.outsiders.obstacle(others.get(0)));
			others.forEach((other) -> this.judge.judge(other, now));
		}
	}

	/**
	 * Ends the joining, once an own record has shown everything before it. After a long
	 * catch-up the opening record has run out; a later heartbeat opens.
	 */
	private void joinIfSettled(long now) {
		if (!this.active && hasCaughtUp() && this.incarnation.confirmedFor(now) > 0
				&& now - this.listener.settledAt() >= 0 && this.ledgers.isSettled(now)
				&& this.strangers.isOutwaited(now) && this.outsiders.present().isEmpty()
				&& (this.dissenters == null || this.dissenters.haveEnded(now))) {
			this.table.seal();
			this.reader.joined();
			this.active = true;
			this.listener.activated();
		}
	}

	private boolean hasCaughtUp() {
		return this.table.session(id()) != null;
	}

	/**
	 * Answers a newcomer of another mind, so that it hears at once that it is one, and
	 * gives way to one that was here before and lives.
	 * @return true if this session has ended
	 */
	private boolean dissent(JournalRecord record) {
		Dissenters dissenters = this.dissenters;
		if (dissenters == null) {
			return false;
		}
		switch (dissenters.heard(record, this.active)) {
			case ANSWER -> this.heartbeats.signOfLife();
			case GIVE_WAY -> {
				this.listener.failed(dissenters.refusal(record.session()));
				this.listener.ended(this, Reason.NODE_STOPPED);
				return true;
			}
			case NOTHING -> {
			}
		}
		return false;
	}

	/** Whoever is of another mind and silent is waited for, and expelled in time. */
	private void outwait(long now) {
		Dissenters dissenters = this.dissenters;
		if (dissenters == null || this.active || !hasCaughtUp()) {
			return;
		}
		List<SessionState> silent = dissenters.present();
		silent.forEach((other) -> this.judge.judge(other, now));
		if (!silent.isEmpty() && now - this.openedAt > this.settings.heartbeatNanos()) {
			this.listener.waitsFor(dissenters.silence(silent.get(0)));
		}
	}

	/**
	 * Publishes a record of this session.
	 * @param maker makes it of its number
	 * @return its number
	 */
	long publish(LongFunction<JournalRecord> maker) {
		return this.writer.publish(maker);
	}

	/** Says that a job begins, and tells whether it was the first to say so. */
	void fire(String job, long fireTime, CompletableFuture<Boolean> claim) {
		this.fires.add(publish((sequence) -> new Fire(id(), sequence, job, fireTime)), claim);
	}

	/** Forgets what was claimed for a job, and tells whether there was something. */
	void forget(String job, CompletableFuture<Boolean> forgotten) {
		this.fires.add(publish((sequence) -> new Forget(id(), sequence, job)), forgotten);
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
		if (this.incarnation.isOver()) {
			this.listener.ended(this, this.incarnation.reason());
			return;
		}
		if (this.active && this.incarnation.confirmedFor(now) <= 0) {
			this.listener.ended(this, Reason.NO_ANSWER);
			return;
		}
		if (this.writer.isTorn() || (!this.active && this.progress.isStuck(now))) {
			this.listener.ended(this, Reason.NO_ANSWER);
			return;
		}
		fillHole();
		if (this.connection.look()) {
			this.connection.sent(this.heartbeats.signOfLife());
		}
		this.heartbeats.tick(this.fronts.isProminent(), now);
		this.timers.forEach(Loop.Timer::cancel);
		this.timers.clear();
		if (this.active) {
			watchHolds(now);
			watchPeers(now);
			trim(now);
		}
		else {
			outwaitOutsiders(now);
			outwait(now);
			joinIfSettled(now);
		}
	}

	private void watchHolds(long now) {
		before(this.holds.look(this.fronts.isProminent(), now), this::watchHolds);
	}

	private void watchPeers(long now) {
		before(this.judge.tick(now) - now, this::watchPeers);
	}

	/** Lets go of journal that no joining node needs. */
	private void trim(long now) {
		Position unneeded = this.retention.unneeded(now);
		if (unneeded != null) {
			this.heartbeats.unneeded(unneeded);
			if (this.peers.rank(now) == 0) {
				this.journal.trim(unneeded);
			}
		}
	}

	/** Does it when it is due, if that is before the next tick. */
	private void before(long delay, LongConsumer task) {
		if (delay < this.settings.tickNanos()) {
			this.timers.add(this.loop.schedule(Math.max(delay, 0) + 1, () -> {
				if (this.active && !this.incarnation.isOver()) {
					task.accept(this.loop.nanoTime());
				}
			}));
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
			throw new LockOperationRefusedException("Session " + id
					+ " is this node's own: stop the node instead, which gives its locks back in good order");
		}
		long now = this.loop.nanoTime();
		if (!isInTouch(now) || this.incarnation.confirmedFor(now) <= 0) {
			throw this.listener.outOfTouch();
		}
		this.judge.expel(other, now);
		return true;
	}

	/** Whether what it knows is enough to grant locks. */
	boolean mayGrant() {
		return this.active && !this.frozen && this.ledgers.isHeardFromAll();
	}

	/** Whether its latest confirmed record leaves time to hold something. */
	boolean isFresh(long now) {
		return this.incarnation.holdsFor(now) > this.settings.reserveNanos();
	}

	/** Whether what it holds is in jeopardy. */
	boolean isInJeopardy() {
		return this.holds.isInJeopardy();
	}

	/**
	 * Whether this node knows the lines well enough to say that somebody else has a lock:
	 * it is connected, and what it sends is answered. Nothing that is held depends on it.
	 */
	boolean isInTouch(long now) {
		return this.active && this.connection.isConnected()
				&& this.incarnation.unansweredFor(now) < this.settings.graceNanos() / 4;
	}

	/** Whether a record was written after this unbroken connection was made. */
	boolean isLive(Position position) {
		return this.connection.isLive(position);
	}

	/** Whether every other session has spoken in the present ledger. */
	boolean isHeardFromAll() {
		return this.ledgers.isHeardFromAll();
	}

	/** Whether it knows, or need not know, everybody who may hold something. */
	boolean isSettled() {
		return isHeardFromAll() && this.ledgers.isSettled(this.loop.nanoTime());
	}

	long heardAt(UUID session, long otherwise) {
		return this.peers.heardAt(session, otherwise);
	}

	/** For how long the present front of a line has been there, as far as is known. */
	Duration frontFor(String lock, long now) {
		return this.fronts.frontFor(lock, now);
	}

	/**
	 * Ends it: nothing it knew counts any more.
	 * @return completes when the journal is closed
	 */
	CompletionStage<?> end(Reason reason) {
		this.active = false;
		// Before the goodbye: with this session the locks of other shards may end.
		this.incarnation.end(reason);
		if (reason == Reason.ENDED_BY_CLUSTER) {
			this.writer.partSilently();
		}
		this.writer.part();
		this.fires.fail(() -> this.listener.unavailable("of a fire time"));
		return this.journal.close();
	}

	boolean isActive() {
		return this.active;
	}

	/** Any thread. */
	boolean isConfirmed() {
		return this.incarnation.confirmedFor(this.loop.nanoTime()) > 0;
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
		return this.reader.waiting();
	}

	UUID id() {
		return this.incarnation.id();
	}

	Incarnation incarnation() {
		return this.incarnation;
	}

	LineTable table() {
		return this.table;
	}

	/** What becomes of records that were written. */
	private final class Records implements RecordWriter.Listener {

		@Override
		public void written(JournalRecord record, Position position) {
			if (!isOver() && !Session.this.frozen) {
				Session.this.progress.written(position, Session.this.loop.nanoTime());
				Session.this.reader.written(position, record);
				applyNext();
				fillHole();
			}
		}

		@Override
		public void notWritten(@Nullable Throwable ex) {
			if (!isOver()) {
				Session.this.listener.notWritten(ex);
				Session.this.listener.ended(Session.this, Reason.NO_ANSWER);
			}
		}

		private boolean isOver() {
			return Session.this.incarnation.isOver();
		}

	}

	/**
	 * Hears of what happens to a session, and knows what was before it. On the loop.
	 */
	interface Listener extends HoldWatch.Listener {

		/** The session has caught up: locks can be asked for. */
		void activated();

		/** The session is over. */
		void ended(Session session, Reason reason);

		/** The journal has lost records before that position, so the session is over. */
		void journalLost(Session session, Position before);

		/** The session joins a journal that has lost records before that position. */
		void hasLost(Position before);

		/** The next session is to wait until all who hold something have repeated it. */
		void settle(Session session);

		/** Something went wrong that callers should hear of. */
		void failed(LockException failure);

		/** A record may not have been written. */
		void notWritten(@Nullable Throwable cause);

		/** Joining waits for something. */
		void waitsFor(LockUnavailableException what);

		/** A message is no record. */
		void skipped(Position position, SkipCause cause);

		/** A part of the journal may have been left out, and is read again. */
		void leftOut(JournalReader.Hole hole);

		/** A request of this node has been read. */
		void placed(Request request, Position position);

		/** An own record was confirmed while the session is active. */
		void confirmed(long sequence);

		/** A line has changed. */
		void lineChanged(String key);

		/** What kept the session from granting anything may be over. */
		void evaluateAll();

		/** What earlier sessions of this node have applied last. */
		Position known();

		/** From when on the journal has shown all live sessions to a node that joins. */
		long settledAt();

		/** Why nothing can be said; for an exception. */
		LockException unavailable(String name);

		/** Why nothing can be done; for an exception. */
		LockException outOfTouch();

	}

}

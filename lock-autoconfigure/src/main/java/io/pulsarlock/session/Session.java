package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Forget;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Outsider;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Replicated;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.LineTable.Change;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.SkipCause;
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
final class Session implements Journal.Listener {

	/**
	 * Letters of locks' names and a guess at the rest, in one heartbeat; more claims are
	 * spread over several records. A record no broker takes would end the session.
	 */
	private static final int HEARTBEAT_SIZE = 100_000;

	private static final int CLAIM_SIZE = 24;

	private final Shard shard;

	private final SessionSettings settings;

	private final Loop loop;

	private final Journal journal;

	private final LineTable table = new LineTable();

	private final Incarnation incarnation;

	private final Outsiders outsiders;

	/** Only in the shard that decides. */
	private final @Nullable Dissenters dissenters;

	private final Judge judge;

	private final JournalReader reader = new JournalReader();

	private final JoinProgress progress;

	private final Set<Long> releasing = new HashSet<>();

	private final Map<UUID, Long> heardAt = new HashMap<>();

	/** Since when others are in front of a line; of some also since when they were. */
	private final Map<UUID, Long> inFrontSince = new HashMap<>();

	/** The locks of which this session is in front, or next. */
	private final Set<String> prominent = new HashSet<>();

	private final LedgerGuard ledgers = new LedgerGuard();

	/** After which position reading began. */
	private Position begin = Position.NONE;

	private final Map<String, Front> fronts = new HashMap<>();

	private final Map<Long, CompletableFuture<Boolean>> fires = new HashMap<>();

	/** What joining nodes do not need, by anybody's account: time that has passed. */
	private Position history = Position.NONE;

	private boolean active;

	private boolean frozen;

	/** Whether it has said goodbye, or was to. */
	private boolean parted;

	/** The first record that could not be written. Only a goodbye may follow it. */
	private final AtomicLong torn = new AtomicLong(Long.MAX_VALUE);

	private long requests;

	private long releases;

	private final long openedAt;

	private long lastHeartbeat;

	private long connection;

	private long connectionBarrier = Long.MAX_VALUE;

	private @Nullable Position liveFrom;

	/** Whether what is held was said to be in jeopardy. */
	private boolean jeopardy;

	/** Due before the next tick. */
	private final List<Loop.Timer> timers = new ArrayList<>();

	Session(Shard shard, SessionSettings settings, Loop loop, Journal journal, UUID id, @Nullable Incarnation anchor) {
		this.shard = shard;
		this.settings = settings;
		this.loop = loop;
		this.journal = journal;
		long now = loop.nanoTime();
		this.incarnation = new Incarnation(id, settings.leaseNanos(), settings.graceNanos(), now, anchor);
		this.outsiders = new Outsiders(this.table, id);
		this.dissenters = (anchor == null) ? new Dissenters(settings, this.table, id) : null;
		this.judge = new Judge(this, settings, now);
		this.openedAt = now;
		this.progress = new JoinProgress(settings.leaseNanos(), now);
	}

	void start() {
		this.connection = this.journal.connection();
		this.begin = this.journal.start(this);
		this.reader.begin(this.begin);
		if (this.begin.entryId() >= 0) {
			// Others who join need no more than this node does.
			unneeded(this.begin);
		}
		this.connectionBarrier = heartbeat(true);
	}

	@Override
	public void received(Position position, JournalRecord record) {
		this.loop.execute(() -> read(position, record));
	}

	@Override
	public void skipped(Position position, SkipCause cause) {
		this.loop.execute(() -> {
			if (!this.incarnation.isOver() && !this.frozen) {
				this.shard.skipped(position, cause);
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
		this.shard.leftOut(hole);
		this.journal.readAgain(hole.after(), hole.before()).whenComplete((none, ex) -> this.loop.execute(() -> {
			this.reader.readAgain(ex == null);
			if (this.reader.isLost()) {
				this.reader.giveUp();
			}
			applyNext();
			// What is still missing the next tick asks for again.
		}));
	}

	private void applyOne(Position position, @Nullable JournalRecord record) {
		if (this.incarnation.isOver() || this.frozen) {
			return;
		}
		long now = this.loop.nanoTime();
		this.progress.applied(position, now);
		boolean rolled = this.table.session(id()) != null && position.ledgerId() != this.table.applied().ledgerId();
		boolean startsLate = this.table.applied().equals(Position.NONE)
				&& LedgerGuard.startsLate(this.begin, position, this.shard.known());
		SessionState expelled = (record instanceof Expel expel) ? this.table.session(expel.target()) : null;
		Change change = (record != null) ? this.table.apply(position, record) : this.table.skip(position);
		if (this.dissenters != null && expelled != null && expelled.id().equals(change.ended())) {
			// Before an own record may end the joining.
			this.dissenters.expelled(expelled, this.heardAt.getOrDefault(expelled.id(), now));
		}
		if (startsLate || change.missing()
				|| (record != null && change.disowned() && this.ledgers.isUnheard(record.session()))) {
			if (this.active) {
				this.shard.journalLost(this, position);
				return;
			}
			this.ledgers.missed(position, now + 2 * longestLease());
		}
		if (rolled) {
			rolled(now);
		}
		if (record != null && change.accepted()) {
			this.heardAt.put(record.session(), now);
			if (record instanceof Replicated) {
				// Copies come late: that the nodes of another Pulsar cluster have gone is
				// believed when none has come for two leases, whatever the latest say.
				this.shard.settle(this);
			}
			if (record instanceof Outsider other && this.active) {
				// Nothing after it may be applied, so nothing is confirmed or granted any
				// more. The next session waits for its end.
				this.frozen = true;
				this.shard.failed(Outsiders.refusal(other, position));
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
		for (UUID promoted : change.promoted()) {
			this.inFrontSince.put(promoted, now);
		}
		UUID ended = change.ended();
		if (ended != null) {
			this.heardAt.remove(ended);
			this.inFrontSince.remove(ended);
			if (this.ledgers.ended(ended)) {
				this.shard.evaluateAll();
			}
			if (ended.equals(id())) {
				this.shard.sessionEnded(this, Reason.ENDED_BY_CLUSTER);
				return;
			}
			joinIfSettled(now);
		}
		for (String lock : change.locks()) {
			noteFront(lock, now);
			if (this.active) {
				this.shard.lineChanged(lock);
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
		Set<UUID> others = new HashSet<>();
		this.table.sessions().forEach((session) -> others.add(session.id()));
		others.remove(id());
		others.forEach((other) -> this.heardAt.put(other, now));
		this.ledgers.rolled(others);
		heartbeat(false);
	}

	private void heartbeat(Position position, Heartbeat heartbeat) {
		unneeded(heartbeat.history());
		if (this.ledgers.heard(position, heartbeat)) {
			this.shard.evaluateAll();
		}
	}

	/** Joining nodes need nothing up to there; said in heartbeats. */
	void unneeded(Position upTo) {
		if (upTo.isAfter(this.history)) {
			this.history = upTo;
		}
	}

	private void noteFront(String lock, long now) {
		Ticket ticket = this.table.front(lock);
		if (ticket == null) {
			this.fronts.remove(lock);
		}
		else {
			this.fronts.compute(lock,
					(any, before) -> (before != null && before.ticket() == ticket) ? before : new Front(ticket, now));
		}
		Ticket heir = this.table.heir(lock);
		if (isOwn(ticket) || isOwn(heir)) {
			this.prominent.add(lock);
		}
		else {
			this.prominent.remove(lock);
		}
	}

	private boolean isOwn(@Nullable Ticket ticket) {
		return ticket != null && ticket.session().equals(id());
	}

	/** For how long the present front of a line has been there, as far as is known. */
	Duration frontFor(String lock, long now) {
		Front front = this.fronts.get(lock);
		return (front != null) ? Duration.ofNanos(now - front.since()) : Duration.ZERO;
	}

	private void own(Position position, JournalRecord record, Change change, long now) {
		this.incarnation.confirmed(record.sequence());
		this.progress.accepted(now);
		if (record.sequence() >= this.connectionBarrier) {
			// Sent on this connection: whatever stands behind it was written after the
			// connection was made.
			this.liveFrom = position;
			this.connectionBarrier = Long.MAX_VALUE;
		}
		if (this.jeopardy && this.incarnation.holdsFor(now) > this.settings.jeopardyNanos()) {
			this.jeopardy = false;
			this.shard.recovered();
		}
		this.judge.confirmed(now);
		if (record instanceof Request request) {
			this.shard.placed(request, position);
		}
		else if (record instanceof Release release) {
			this.releasing.remove(release.ticket());
		}
		else if (record instanceof Fire || record instanceof Forget) {
			CompletableFuture<Boolean> claim = this.fires.remove(record.sequence());
			if (claim != null) {
				claim.complete(change.fired());
			}
		}
		if (!this.active) {
			if (!this.ledgers.isSettled(now)) {
				this.shard.failed(this.shard.lostBefore(this.ledgers.gap()));
			}
			joinIfSettled(now);
		}
		else {
			this.shard.confirmed(record.sequence());
		}
	}

	/** Outsiders are waited for, and expelled when they are silent. */
	private void outwaitOutsiders(long now) {
		if (this.active || !hasCaughtUp()) {
			return;
		}
		List<SessionState> others = this.outsiders.present();
		if (!others.isEmpty()) {
			this.shard.failed(this.outsiders.obstacle(others.get(0)));
			others.forEach((other) -> this.judge.judge(other, now));
		}
	}

	/**
	 * Ends the joining, once an own record has shown everything before it. After a long
	 * catch-up the opening record has run out; a later heartbeat opens.
	 */
	private void joinIfSettled(long now) {
		if (!this.active && hasCaughtUp() && this.incarnation.confirmedFor(now) > 0 && now - this.shard.settledAt() >= 0
				&& this.ledgers.isSettled(now) && this.outsiders.present().isEmpty()
				&& (this.dissenters == null || this.dissenters.haveEnded(now))) {
			this.table.seal();
			this.reader.joined();
			this.active = true;
			this.shard.activated();
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
			case ANSWER -> signOfLife();
			case GIVE_WAY -> {
				this.shard.failed(dissenters.refusal(record.session()));
				this.shard.sessionEnded(this, Reason.NODE_STOPPED);
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
			this.shard.waitsFor(dissenters.silence(silent.get(0)));
		}
	}

	/**
	 * Publishes a record of this session. It takes its number when it exists: an error
	 * that comes before has cost nothing. One that comes later ends this session, because
	 * nothing may be written behind a record that may be missing.
	 */
	long publish(LongFunction<JournalRecord> maker) {
		long now = this.loop.nanoTime();
		long sequence = this.incarnation.nextSequence();
		JournalRecord record = maker.apply(sequence);
		if (this.torn.get() != Long.MAX_VALUE && !(record instanceof Bye)) {
			// The others would miss the one before. This session ends in a moment.
			return sequence;
		}
		this.incarnation.sending(now);
		write(record).whenComplete((position, ex) -> {
			if (ex != null) {
				this.torn.accumulateAndGet(sequence, Math::min);
			}
			this.loop.execute(() -> published(record, position, ex));
		});
		return sequence;
	}

	private CompletionStage<Position> write(JournalRecord record) {
		try {
			if (record instanceof Release release) {
				this.releasing.add(release.ticket());
				this.releases++;
			}
			else if (record instanceof Request) {
				this.requests++;
			}
			return this.journal.publish(record);
		}
		catch (RuntimeException | Error ex) {
			// Whether anything was written is not known.
			this.torn.accumulateAndGet(record.sequence(), Math::min);
			return CompletableFuture.failedFuture(ex);
		}
	}

	private void published(JournalRecord record, @Nullable Position position, @Nullable Throwable ex) {
		if (this.incarnation.isOver()) {
			return;
		}
		if (position == null) {
			this.shard.failed((ex instanceof LockException lock) ? lock : new LockUnavailableException(
					"A record could not be written to the journal of shard " + this.shard.index(), ex));
			this.shard.sessionEnded(this, Reason.NO_ANSWER);
		}
		else if (!this.frozen) {
			this.progress.written(position, this.loop.nanoTime());
			this.reader.written(position, record);
			applyNext();
			fillHole();
		}
	}

	/** Says that a job begins, and tells whether it was the first to say so. */
	void fire(String job, long fireTime, CompletableFuture<Boolean> claim) {
		this.fires.put(publish((sequence) -> new Fire(id(), sequence, job, fireTime)), claim);
	}

	/** Forgets what was claimed for a job, and tells whether there was something. */
	void forget(String job, CompletableFuture<Boolean> forgotten) {
		this.fires.put(publish((sequence) -> new Forget(id(), sequence, job)), forgotten);
	}

	/**
	 * Sends a heartbeat now that repeats no tickets: whatever many locks need at this
	 * moment must not cost many times many claims.
	 * @return its number
	 */
	long signOfLife() {
		Position none = this.table.applied();
		return publish((sequence) -> new Heartbeat(id(), sequence, false, info(), this.history, none, none, List.of()));
	}

	private SessionInfo info() {
		return new SessionInfo(this.settings.node(), this.settings.lease().toMillis(),
				this.settings.reconnectGrace().toMillis(), this.settings.shards());
	}

	private long heartbeat(boolean opening) {
		this.lastHeartbeat = this.loop.nanoTime();
		SessionInfo info = info();
		List<Claim> claims = new ArrayList<>();
		Position from = Position.NONE;
		int size = 0;
		SessionState own = this.table.session(id());
		if (own != null) {
			for (Ticket ticket : own.tickets()) {
				if (size >= HEARTBEAT_SIZE) {
					Position start = from;
					Position end = claims.get(claims.size() - 1).position();
					List<Claim> part = List.copyOf(claims);
					publish((sequence) -> new Heartbeat(id(), sequence, false, info, this.history, start, end, part));
					from = end;
					claims.clear();
					size = 0;
				}
				if (!this.releasing.contains(ticket.number())) {
					claims.add(new Claim(ticket.lock(), ticket.number(), ticket.position()));
					size += CLAIM_SIZE + ticket.lock().length();
				}
			}
		}
		Position start = from;
		Position end = opening ? Position.NONE : this.table.applied();
		return publish((sequence) -> new Heartbeat(id(), sequence, opening, info, this.history, start, end, claims));
	}

	/** Looks at connection and deadlines. */
	void tick(long now) {
		if (this.incarnation.isOver()) {
			this.shard.sessionEnded(this, this.incarnation.reason());
			return;
		}
		if (this.active && this.incarnation.confirmedFor(now) <= 0) {
			this.shard.sessionEnded(this, Reason.NO_ANSWER);
			return;
		}
		if (this.torn.get() != Long.MAX_VALUE || (!this.active && this.progress.isStuck(now))) {
			this.shard.sessionEnded(this, Reason.NO_ANSWER);
			return;
		}
		fillHole();
		long connection = this.journal.connection();
		if (connection != this.connection) {
			this.connection = connection;
			this.liveFrom = null;
			this.connectionBarrier = (connection != 0) ? signOfLife() : Long.MAX_VALUE;
		}
		if (now - this.lastHeartbeat >= this.settings.heartbeatNanos()) {
			heartbeat(false);
		}
		else if (!this.prominent.isEmpty()
				&& now - this.incarnation.sentAt() + this.settings.tickNanos() / 2 >= this.settings.pulseNanos()) {
			signOfLife();
		}
		this.timers.forEach(Loop.Timer::cancel);
		this.timers.clear();
		if (this.active) {
			guard(now);
			judge(now);
		}
		else {
			outwaitOutsiders(now);
			outwait(now);
			joinIfSettled(now);
		}
	}

	/** Tells of what is in danger or lost, as soon as it is. */
	private void guard(long now) {
		long left = this.incarnation.holdsFor(now);
		if (left <= this.settings.jeopardyNanos() && !this.jeopardy && !this.prominent.isEmpty()) {
			this.jeopardy = true;
			this.shard.jeopardized();
		}
		if (left <= 0) {
			this.shard.holdsExpired();
		}
		else {
			before(left, this::guard);
		}
	}

	private void judge(long now) {
		before(this.judge.tick(now) - now, this::judge);
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
			throw this.shard.outOfTouch();
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

	/**
	 * Whether this node knows the lines well enough to say that somebody else has a lock:
	 * it is connected, and what it sends is answered. Nothing that is held depends on it.
	 */
	boolean isInTouch(long now) {
		return this.active && this.journal.connection() != 0
				&& this.incarnation.unansweredFor(now) < this.settings.graceNanos() / 4;
	}

	/** Whether a record was written after this unbroken connection was made. */
	boolean isLive(Position position) {
		Position from = this.liveFrom;
		return from != null && position.isAfter(from) && this.journal.connection() == this.connection;
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
		return this.heardAt.getOrDefault(session, otherwise);
	}

	/** Since when a session has been in front of a line, if it is. */
	long inFrontSince(UUID session, long otherwise) {
		return this.inFrontSince.getOrDefault(session, otherwise);
	}

	/**
	 * Ends it: nothing it knew counts any more.
	 * @return completes when the journal is closed
	 */
	CompletionStage<?> end(Reason reason) {
		this.active = false;
		boolean first = !this.parted;
		this.parted = true;
		// Before the goodbye: with this session the locks of other shards may end.
		this.incarnation.end(reason);
		if (reason != Reason.ENDED_BY_CLUSTER && first) {
			publish((sequence) -> new Bye(id(), sequence, Math.min(sequence, this.torn.get())));
		}
		this.fires.values().forEach((claim) -> claim.completeExceptionally(this.shard.unavailable("of a fire time")));
		this.fires.clear();
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
		return this.requests;
	}

	long releases() {
		return this.releases;
	}

	/**
	 * How long a session lives after its latest record; as this one, if it is not known.
	 */
	long lease(SessionState other) {
		SessionInfo info = other.info();
		Long millis = (info != null) ? Long.valueOf(info.leaseMillis()) : Outsiders.leaseMillis(other);
		return (millis != null) ? TimeUnit.MILLISECONDS.toNanos(millis) : this.settings.leaseNanos();
	}

	/** For how long a session holds what it holds, after its latest record. */
	long grace(SessionState other) {
		SessionInfo info = other.info();
		return (info != null) ? Math.min(TimeUnit.MILLISECONDS.toNanos(info.graceMillis()), lease(other))
				: lease(other);
	}

	/** The longest lease of all sessions, this one's included. */
	long longestLease() {
		long longest = this.settings.leaseNanos();
		for (SessionState other : this.table.sessions()) {
			longest = Math.max(longest, lease(other));
		}
		return longest;
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

	Journal journal() {
		return this.journal;
	}

	private record Front(Ticket ticket, long since) {
	}

}

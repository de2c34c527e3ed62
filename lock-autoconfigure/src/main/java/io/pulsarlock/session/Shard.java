package io.pulsarlock.session;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.SkipCause;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * One node in one shard: keeps a session alive, one after the other if need be, and the
 * slots of the locks this node has to do with. Everything runs on the loop unless said
 * otherwise.
 */
final class Shard implements Session.Listener {

	private static final SafeLog logger = SafeLog.of(Shard.class);

	/** So often a session's end is tried before what fails is left as it is. */
	private static final int END_ATTEMPTS = 20;

	private final int index;

	private final SessionSettings settings;

	private final Loop loop;

	private final JournalOpening opening;

	private final Executor callbacks;

	private final Supplier<UUID> ids;

	private final SlotTable slots;

	private volatile @Nullable Session session;

	private volatile @Nullable LockException failure;

	private final SkippedMessages skipped;

	private final HandOver handOver;

	private final ClusterAgreement agreement;

	private final Availability availability;

	private final Joining joining = new Joining();

	/** Whether it is to join as soon as the node agrees with the cluster. */
	private boolean postponed;

	/** The session that decides whether the next one may grant. */
	private @Nullable Incarnation anchor;

	/** A session whose end is not complete. */
	private @Nullable Ending ending;

	/** From when on the journal has shown all live sessions to a node that joins. */
	private long settledAt;

	/** What earlier sessions of this node have applied last. */
	private Position known = Position.NONE;

	/** Up to where it was said that a part of the journal is read again. */
	private Position filled = Position.NONE;

	private final Arrivals arrivals;

	/** Whether the cluster was in touch at the latest tick. */
	private boolean inTouch;

	/** Whether the node stops: nothing is granted any more. */
	private boolean stopping;

	private boolean closed;

	/** Of the sessions before the present one. */
	private long requests;

	private long releases;

	/** When the cluster was last in reach. */
	private volatile long reachedAt;

	Shard(int index, SessionSettings settings, Loop loop, Connector connector, Executor callbacks,
			Consumer<HoldEvent> events, Supplier<UUID> ids, ClusterAgreement agreement, Availability availability) {
		this.index = index;
		this.settings = settings;
		this.loop = new ShardLoop(loop, this::broken);
		this.opening = new JournalOpening(index, this.loop, connector, new Opened());
		this.callbacks = new PatientExecutor(callbacks, loop);
		this.ids = ids;
		this.skipped = new SkippedMessages(index);
		this.handOver = new HandOver(loop, settings.graceNanos());
		this.slots = new SlotTable(settings, this.loop, this.callbacks, events, this.handOver, this::activeSession);
		this.arrivals = new Arrivals(this.loop, this::closedException);
		this.agreement = agreement;
		this.availability = availability;
		this.settledAt = loop.nanoTime();
		this.reachedAt = this.settledAt;
	}

	/** Starts to join. Any thread. */
	void start() {
		if (!this.agreement.isDecidedIn(this.index)) {
			this.agreement.add(new Dependent());
		}
		this.loop.execute(this.opening::tryNow);
		this.loop.every(this.settings.tickNanos(), this::tick);
	}

	/**
	 * Something has thrown what nobody expected, so what it was doing may be half done.
	 * The session ends, which undoes all of it, and the next one begins with what the
	 * journal says.
	 */
	private void broken(Throwable failure) {
		Session session = this.session;
		if (session != null) {
			// At once and whatever fails now: nothing of it counts any more.
			session.incarnation().end(Reason.NO_ANSWER);
		}
		logger.error("A task of the lock session failed: the session ends, and the shard joins again", failure);
		try {
			if (session != null) {
				ended(session, Reason.NO_ANSWER);
			}
			else if (this.ending == null) {
				this.opening.forget();
				this.opening.tryLater();
			}
		}
		catch (Throwable ex) {
			logger.error("The lock session could not be ended; the next tick tries again", ex);
		}
	}

	/**
	 * Nothing it calls may keep the next tick from coming, nor leave an end half done.
	 */
	private void tick() {
		if (this.closed) {
			return;
		}
		complete();
		long now = now();
		Session session = this.session;
		if (session == null) {
			if (this.ending == null && !this.opening.isUnderWay()) {
				this.opening.tryLater();
			}
			return;
		}
		if (session.incarnation().isOver()) {
			ended(session, session.incarnation().reason());
			return;
		}
		if (session.isInTouch(now)) {
			this.reachedAt = now;
		}
		session.tick(now);
		if (session == this.session && session.isActive()) {
			if (session.isInTouch(now) != this.inTouch) {
				this.inTouch = !this.inTouch;
				evaluateAll();
			}
			this.slots.tick(now);
		}
	}

	/** What is held is in jeopardy: no record has been confirmed for some time. */
	@Override
	public void jeopardized() {
		this.slots.jeopardized();
	}

	/** What is held is out of danger. */
	@Override
	public void recovered() {
		this.slots.recovered();
	}

	/** No record has been confirmed for a grace, so nothing is held any more. */
	@Override
	public void holdsExpired() {
		this.slots.holdsExpired();
	}

	/** The session has caught up: locks can be asked for. */
	@Override
	public void activated() {
		logger.debug("Shard " + this.index + " joined");
		this.failure = null;
		this.reachedAt = now();
		this.availability.joined(this.index, this.reachedAt);
		this.opening.joined();
		this.joining.joined();
		Session session = this.session;
		if (session != null && this.agreement.isDecidedIn(this.index)) {
			this.agreement.agreed(session.incarnation());
		}
		evaluateAll();
	}

	/**
	 * Where this node has been before it joined again.
	 * @return {@link Position#NONE} if it has not been anywhere
	 */
	@Override
	public Position known() {
		return this.known;
	}

	/** From when on the journal has shown all live sessions to a node that joins. */
	@Override
	public long settledAt() {
		return this.settledAt;
	}

	@Override
	public void evaluateAll() {
		this.slots.evaluateAll();
	}

	/**
	 * The journal has lost records, so a session that may grant locks knows less than
	 * others do. It ends. The next one begins with what is there now, and waits until
	 * every session that still holds something has repeated it: a lease, and a heartbeat
	 * before.
	 */
	@Override
	public void journalLost(Session session, Position before) {
		failed(lostBefore(before));
		settle(session);
		ended(session, Reason.NO_ANSWER);
	}

	/** Lets the next session wait until all who hold something have repeated it. */
	@Override
	public void settle(Session session) {
		this.settledAt = now() + 2 * session.longestLease();
	}

	@Override
	public void hasLost(Position before) {
		failed(lostBefore(before));
	}

	@Override
	public void notWritten(@Nullable Throwable cause) {
		failed((cause instanceof LockException lock) ? lock : new LockUnavailableException(
				"A record could not be written to the journal of shard " + this.index, cause));
	}

	private LockException lostBefore(Position before) {
		return new LockUnavailableException("The journal of shard " + this.index + " has lost records before " + before
				+ ": its topic was deleted, or messages were taken from it, while nodes use it, or this node was away"
				+ " for longer than they are kept. It grants no locks before it has heard of everybody who holds some,"
				+ " which takes two leases");
	}

	/**
	 * A part of the journal may have been left out, and is read again. Between ledgers
	 * there need not be anything: that a topic goes on in another one is nothing to tell.
	 */
	@Override
	public void leftOut(JournalReader.Hole hole) {
		if (hole.before().isAfter(this.filled) && hole.before().ledgerId() == hole.after().ledgerId()) {
			this.filled = hole.before();
			logger.info("Node '" + this.settings.node() + "' was not sent what is between " + hole.after() + " and "
					+ hole.before() + " in the journal of shard " + this.index
					+ " and reads it again. A command such as"
					+ " clear-backlog or skip moves the positions of the nodes' own subscriptions too");
		}
	}

	/** The session is over; join anew under another id. */
	@Override
	public void ended(Session session, Reason reason) {
		if (this.session != session) {
			return;
		}
		if (session.isActive() && reason != Reason.NODE_STOPPED) {
			logger.debug("Session " + session.id() + " in shard " + this.index + " has ended (" + reason + ")");
			this.availability.sessionLost(this.index, reason, now());
		}
		if (!session.isSettled()) {
			// The next session does not know from whom this one had still to hear.
			settle(session);
		}
		this.ending = new Ending(session, reason);
		this.session = null;
		this.joining.left();
		complete();
	}

	/**
	 * Ends what is to be ended; whatever throws is left for the next tick. Nothing new
	 * begins before that.
	 */
	private void complete() {
		Ending ending = this.ending;
		if (ending == null) {
			return;
		}
		Session session = ending.session;
		Reason reason = ending.reason;
		Throwable failure = this.slots.sessionEnded(reason);
		if (failure != null && ++ending.attempts < END_ATTEMPTS) {
			logger.error("A lock of shard " + this.index + " could not be ended", failure);
			return;
		}
		if (!ending.counted) {
			ending.counted = true;
			this.known = session.table().applied().equals(Position.NONE) ? this.known : session.table().applied();
			this.requests += session.requests();
			this.releases += session.releases();
		}
		session.end(reason);
		this.ending = null;
		this.opening.tryLater();
	}

	/** The journal holds a message that is no record. */
	@Override
	public void skipped(Position position, SkipCause cause) {
		this.skipped.note(position, cause, now());
	}

	/** Something went wrong that callers should hear of. */
	@Override
	public void failed(LockException failure) {
		this.availability.failed(failure, now());
		this.failure = failure;
		if (failure instanceof LockConfigurationException) {
			this.joining.refused(failure);
			this.slots.fail(() -> failure);
		}
		if (this.agreement.isDecidedIn(this.index)) {
			this.agreement.failed(failure);
		}
	}

	/**
	 * Says what joining waits for, unless this node is refused for a reason that is not
	 * known to be over.
	 */
	@Override
	public void waitsFor(LockUnavailableException what) {
		if (!(this.failure instanceof LockConfigurationException)) {
			failed(what);
		}
	}

	/** Takes a place in a lock's line, or the lock if it is kept here. Any thread. */
	void acquire(String key, String name, LockKind kind, Waiter waiter) {
		KeptLock kept = this.slots.offered(key);
		waiter.since = now();
		if (kept != null && kept.take(waiter, waiter.since)) {
			if (kept.isRunningOut()) {
				givenUp(key);
			}
			return;
		}
		this.arrivals.arrive(waiter.granted, () -> {
			LockException failure = failure();
			if (this.closed || this.stopping) {
				waiter.granted.completeExceptionally(closedException());
			}
			else if (failure instanceof LockConfigurationException) {
				waiter.granted.completeExceptionally(failure);
			}
			else {
				this.slots.add(key, name, kind, waiter);
			}
		});
	}

	/** Claims a fire time of a job. Any thread. */
	CompletableFuture<Boolean> fire(String job, long fireTime) {
		CompletableFuture<Boolean> claim = new CompletableFuture<>();
		this.arrivals.arrive(claim, () -> {
			Session session = activeSession();
			if (session == null) {
				claim.completeExceptionally(unavailable(job));
			}
			else {
				session.fire(job, fireTime, claim);
			}
		});
		return claim;
	}

	/**
	 * Forgets what was claimed for a job, in the whole cluster. Any thread.
	 * @return completes with whether there was something, as soon as this node has read
	 * it
	 */
	CompletableFuture<Boolean> forget(String job) {
		CompletableFuture<Boolean> forgotten = new CompletableFuture<>();
		this.arrivals.arrive(forgotten, () -> {
			Session session = activeSession();
			if (session == null || !session.isInTouch(now())) {
				forgotten.completeExceptionally(outOfTouch());
			}
			else {
				session.forget(job, forgotten);
			}
		});
		return forgotten;
	}

	/** A waiter has given up. Any thread. */
	void givenUp(String key) {
		this.loop.execute(() -> this.slots.evaluate(key));
	}

	/**
	 * Takes a lock from its holder on this node.
	 * @return false if nobody wants the lock
	 */
	boolean takeAway(String key, String name) {
		Slot slot = this.slots.find(key);
		if (slot != null && slot.takeAway()) {
			return true;
		}
		Session session = activeSession();
		if (session == null || !session.isInTouch(now())) {
			throw unavailable(name);
		}
		Ticket front = session.table().front(key);
		if (front == null) {
			return false;
		}
		if (front.session().equals(session.id())) {
			throw new LockOperationRefusedException(
					"Lock '" + name + "' is being granted to or given up by this node at this moment: try again");
		}
		throw new LockOperationRefusedException("Lock '" + name + "' is held by node '"
				+ Peers.node(session.table().session(front.session()))
				+ "'. Only the node that holds a lock can release it, because only there its holder can be told: ask it,"
				+ " or stop it");
	}

	/**
	 * Expels a silent session.
	 * @return false if this shard does not know it
	 */
	boolean expel(UUID id) {
		Session session = activeSession();
		if (session == null) {
			throw outOfTouch();
		}
		return session.expel(id);
	}

	/** Why locks cannot be asked for; for an exception's message. Any thread. */
	@Override
	public LockException unavailable(String name) {
		return unavailableSince("Whether lock '" + name + "' is free cannot be said");
	}

	/** Why nothing can be said of the whole shard. Any thread. */
	@Override
	public LockException outOfTouch() {
		return unavailableSince("Node '" + this.settings.node() + "' is out of touch with shard " + this.index);
	}

	private LockException unavailableSince(String what) {
		LockException failure = failure();
		if (failure instanceof LockConfigurationException) {
			return failure;
		}
		String why = (failure != null) ? ": " + failure.getMessage() : ": no answer from the cluster";
		return new LockUnavailableException(what + why, failure);
	}

	/**
	 * Whether this node has known for longer than the reconnect grace that it is out of
	 * touch, so that a caller that does not wait need not wait for an answer either. Any
	 * thread.
	 */
	boolean isOutOfReach() {
		return now() - this.reachedAt > this.settings.graceNanos();
	}

	/** Whether the cluster is in reach. Any thread. */
	boolean isConfirmed() {
		Session session = this.session;
		return session != null && session.isConfirmed() && this.failure == null;
	}

	@Override
	public void lineChanged(String key) {
		this.slots.evaluate(key);
	}

	@Override
	public void placed(Request request, Position position) {
		this.slots.placed(request, position);
	}

	/** A record of this session was confirmed. */
	@Override
	public void confirmed(long sequence) {
		this.slots.confirmed(sequence);
	}

	/**
	 * Refuses every caller from now on and gives up everything that is held, each as soon
	 * as what it guards has ended or has had its time. Any thread.
	 * @return completes when nothing is held any more
	 */
	CompletableFuture<Void> vacate() {
		CompletableFuture<Void> done = new CompletableFuture<>();
		this.loop.execute(() -> {
			this.stopping = true;
			this.slots.fail(this::closedException);
			CompletableFuture.allOf(this.slots.vacate().toArray(CompletableFuture[]::new))
				.thenRun(() -> done.complete(null));
		});
		return done;
	}

	/** Loses everything, says goodbye and ends. Any thread. */
	CompletableFuture<Void> close() {
		CompletableFuture<Void> done = new CompletableFuture<>();
		this.loop.execute(() -> {
			this.closed = true;
			try {
				closed().whenComplete((none, ex) -> done.complete(null));
			}
			catch (Throwable ex) {
				done.completeExceptionally(ex);
				throw ex;
			}
		});
		return done;
	}

	private CompletionStage<?> closed() {
		complete();
		this.slots.fail(this::closedException);
		this.slots.sessionEnded(Reason.NODE_STOPPED);
		this.slots.clear();
		Session session = this.session;
		this.session = null;
		return (session != null) ? session.end(Reason.NODE_STOPPED) : CompletableFuture.completedFuture(null);
	}

	/** The loop has ended: what it was still to do is not done any more. Any thread. */
	void ended() {
		this.arrivals.end();
	}

	private LockUnavailableException closedException() {
		return new LockUnavailableException("The lock registry of node '" + this.settings.node() + "' is closed");
	}

	LockStatistics statistics() {
		Session session = activeSession();
		LockStatistics.Builder statistics = LockStatistics.builder()
			.held(this.slots.held())
			.waiting(this.slots.waiting())
			.skipped(this.skipped.count());
		if (session == null) {
			return statistics.requests(this.requests).releases(this.releases).build();
		}
		return statistics.confirmed(isConfirmed())
			.sessions(1)
			.silence(Duration.ofNanos(session.incarnation().silentFor(now())))
			.unread(session.unread())
			.requests(this.requests + session.requests())
			.releases(this.releases + session.releases())
			.build();
	}

	/**
	 * Completes when this shard has joined, at once if it has, or exceptionally when it
	 * is refused the next time. Any thread.
	 */
	CompletableFuture<Void> joined() {
		return this.joining.future();
	}

	@Nullable Session activeSession() {
		Session session = this.session;
		return (session != null && session.isActive()) ? session : null;
	}

	SlotTable slots() {
		return this.slots;
	}

	long now() {
		return this.loop.nanoTime();
	}

	int index() {
		return this.index;
	}

	HandOver handOver() {
		return this.handOver;
	}

	/** Whether a session of another node is in front of a line, as far as is known. */
	boolean isHeldElsewhere(String key) {
		Session session = activeSession();
		if (session == null || !session.isConfirmed()) {
			return false;
		}
		Ticket front = session.table().front(key);
		return front != null && !front.session().equals(session.id());
	}

	/**
	 * Whether that session has also been heard of since this one came to the cluster, so
	 * that it lives.
	 */
	boolean isLedElsewhere(String key) {
		Session session = activeSession();
		if (session == null || !isHeldElsewhere(key)) {
			return false;
		}
		Ticket front = session.table().front(key);
		SessionState leader = (front != null) ? session.table().session(front.session()) : null;
		return leader != null && session.isLive(leader.latest());
	}

	/** Why a lock is not granted to this node, as far as is known. Any thread. */
	String obstacle() {
		LockException failure = failure();
		if (failure != null) {
			return String.valueOf(failure.getMessage());
		}
		return isConfirmed() ? "this node is next in line and not granted the leadership yet"
				: "no answer from the cluster";
	}

	Loop loop() {
		return this.loop;
	}

	Executor callbacks() {
		return this.callbacks;
	}

	SessionSettings settings() {
		return this.settings;
	}

	/** What is wrong here, or what keeps the whole node from joining. Any thread. */
	@Nullable LockException failure() {
		LockException failure = this.failure;
		return (failure != null || activeSession() != null) ? failure : this.agreement.obstacle();
	}

	/** Goes by what the deciding shard says. */
	private final class Dependent implements ClusterAgreement.Dependent {

		@Override
		public void agreed() {
			Shard.this.loop.execute(() -> {
				if (Shard.this.postponed) {
					Shard.this.opening.tryNow();
				}
			});
		}

		@Override
		public void refused(LockConfigurationException refusal) {
			Shard.this.loop.execute(() -> {
				if (activeSession() == null) {
					Shard.this.slots.fail(() -> refusal);
				}
			});
		}

	}

	/** Makes a session of a journal. */
	private final class Opened implements JournalOpening.Listener {

		@Override
		public boolean isWanted() {
			boolean decides = Shard.this.agreement.isDecidedIn(Shard.this.index);
			Incarnation anchor = decides ? null : Shard.this.agreement.anchor();
			Shard.this.postponed = !decides && anchor == null;
			Shard.this.anchor = anchor;
			return !Shard.this.closed && Shard.this.session == null && !Shard.this.postponed;
		}

		@Override
		public boolean opened(Journal journal) {
			if (Shard.this.closed) {
				return false;
			}
			boolean made = false;
			try {
				Session session = new Session(Shard.this, Shard.this.settings, Shard.this.loop, journal,
						Shard.this.ids.get(), Shard.this.anchor);
				made = true;
				Shard.this.session = session;
				session.start();
				return true;
			}
			finally {
				if (!made) {
					journal.close();
				}
			}
		}

		@Override
		public void notOpened(LockException failure) {
			failed(failure);
		}

	}

	/** A session that is over, and how far its end has come. */
	private static final class Ending {

		private final Session session;

		private final Reason reason;

		private int attempts;

		private boolean counted;

		Ending(Session session, Reason reason) {
			this.session = session;
			this.reason = reason;
		}

	}

}

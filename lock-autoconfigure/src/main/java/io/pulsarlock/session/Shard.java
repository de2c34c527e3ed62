package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SkipCause;
import io.pulsarlock.line.Ticket;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One node in one shard: keeps a session alive, one after the other if need be, and the
 * slots of the locks this node has to do with. Everything runs on the loop unless said
 * otherwise.
 */
final class Shard {

	private static final Log logger = LogFactory.getLog(Shard.class);

	private static final long FIRST_REJOIN = TimeUnit.MILLISECONDS.toNanos(10);

	/** Longer than three requests of the Pulsar client may take. */
	private static final long OPEN_LIMIT = TimeUnit.SECONDS.toNanos(45);

	private static final long LAST_REJOIN = TimeUnit.SECONDS.toNanos(1);

	private final int index;

	private final SessionSettings settings;

	private final Loop loop;

	private final Connector connector;

	private final Executor callbacks;

	private final Consumer<LockEvent> events;

	private final Supplier<UUID> ids;

	private final Map<String, Slot> slots = new HashMap<>();

	private final Set<Slot> dirty = new LinkedHashSet<>();

	private volatile @Nullable Session session;

	private volatile @Nullable LockException failure;

	private final SkippedMessages skipped;

	private final Affinity affinity;

	private final CompletableFuture<Void> joined = new CompletableFuture<>();

	private long rejoin = FIRST_REJOIN;

	/** From when on the journal has shown all live sessions to a node that joins. */
	private long settledAt;

	/** What earlier sessions of this node have applied last. */
	private Position known = Position.NONE;

	/** Up to where it was said that a part of the journal is read again. */
	private Position filled = Position.NONE;

	/** The number of a record that slots wait for, or -1. */
	private long awaited = -1;

	private final List<Slot> restoring = new ArrayList<>();

	/** Waiters on their way to the loop. */
	private final Set<Waiter> arriving = ConcurrentHashMap.newKeySet();

	private boolean closed;

	/** Of the sessions before the present one. */
	private long requests;

	private long releases;

	private volatile boolean ended;

	Shard(int index, SessionSettings settings, Loop loop, Connector connector, Executor callbacks,
			Consumer<LockEvent> events, Supplier<UUID> ids) {
		this.index = index;
		this.settings = settings;
		this.loop = loop;
		this.connector = connector;
		this.callbacks = callbacks;
		this.events = events;
		this.ids = ids;
		this.skipped = new SkippedMessages(index);
		this.affinity = new Affinity(settings);
		this.settledAt = loop.nanoTime();
	}

	/** Starts to join. Any thread. */
	void start() {
		this.loop.execute(() -> {
			join();
			tick();
		});
	}

	private void join() {
		if (this.closed) {
			return;
		}
		AtomicBoolean ended = new AtomicBoolean();
		// A client may forget a connection that ended at the wrong moment.
		this.loop.schedule(OPEN_LIMIT, () -> {
			if (ended.compareAndSet(false, true) && !this.closed) {
				failed(new LockUnavailableException("Shard " + this.index + " could not be opened within "
						+ TimeUnit.NANOSECONDS.toSeconds(OPEN_LIMIT) + " s"));
				this.connector.abandon(this.index);
				joinLater();
			}
		});
		this.connector.open(this.index).whenComplete((ports, ex) -> this.loop.execute(() -> {
			if (!ended.compareAndSet(false, true)) {
				if (ports != null) {
					ports.journal().close();
				}
			}
			else if (ex != null) {
				Throwable cause = (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
				failed((cause instanceof LockException lock) ? lock
						: new LockUnavailableException("Shard " + this.index + " cannot be opened", cause));
				joinLater();
			}
			else if (this.closed) {
				ports.journal().close();
			}
			else {
				Session session = new Session(this, this.settings, this.loop, ports, this.ids.get());
				this.session = session;
				session.start();
			}
		}));
	}

	private void joinLater() {
		this.loop.schedule(this.rejoin, this::join);
		this.rejoin = Math.min(2 * this.rejoin, LAST_REJOIN);
	}

	private void tick() {
		if (this.closed) {
			return;
		}
		long now = now();
		Session session = this.session;
		if (session != null) {
			boolean paused = session.tick(now);
			if (session == this.session) {
				if (session.isActive()) {
					List.copyOf(this.slots.values()).forEach((slot) -> slot.tick(session, paused, now));
					this.affinity.tick(now);
					restoreAll();
				}
				session.ticked(now);
			}
		}
		this.loop.schedule(this.settings.tickNanos(), this::tick);
	}

	private void restoreAll() {
		if (!this.restoring.isEmpty()) {
			long sequence = sendSignOfLife();
			this.restoring.forEach((slot) -> slot.restoring(sequence));
			this.restoring.clear();
		}
	}

	/** The session has caught up: locks can be asked for. */
	void activated() {
		logger.debug("Shard " + this.index + " joined");
		this.failure = null;
		this.rejoin = FIRST_REJOIN;
		this.joined.complete(null);
		evaluateAll();
	}

	/**
	 * Where this node has been before it joined again.
	 * @return {@link Position#NONE} if it has not been anywhere
	 */
	Position known() {
		return this.known;
	}

	/** From when on the journal has shown all live sessions to a node that joins. */
	long settledAt() {
		return this.settledAt;
	}

	void evaluateAll() {
		for (Slot slot : List.copyOf(this.slots.values())) {
			slot.evaluate();
			idle(slot);
		}
	}

	/**
	 * The journal has lost records, so a session that may grant locks knows less than
	 * others do. It ends. The next one begins with what is there now, and waits until
	 * every session that still holds something has repeated it: a lease, and a heartbeat
	 * before.
	 */
	void journalLost(Session session, Position before) {
		failed(lostBefore(before));
		this.settledAt = now() + 2 * session.longestLease();
		sessionEnded(session, Reason.LEASE_EXPIRED);
	}

	LockException lostBefore(Position before) {
		return new LockUnavailableException("The journal of shard " + this.index + " has lost records before " + before
				+ ": its topic was deleted, or messages were taken from it, while nodes use it, or this node was away"
				+ " for longer than they are kept. It grants no locks before it has heard of everybody who holds some,"
				+ " which takes two leases");
	}

	/** The reader has been moved past a part of the journal, which is read again. */
	void leftOut(JournalReader.Hole hole) {
		if (hole.before().isAfter(this.filled)) {
			this.filled = hole.before();
			logger.info("Node '" + this.settings.node() + "' was not sent what is between " + hole.after() + " and "
					+ hole.before() + " in the journal of shard " + this.index
					+ " and reads it again. A command such as"
					+ " clear-backlog or skip moves the positions of the nodes' own subscriptions too");
		}
	}

	/** The session is over; join anew under another id. */
	void sessionEnded(Session session, Reason reason) {
		if (this.session != session) {
			return;
		}
		if (session.isActive()) {
			logger.warn("Session " + session.id() + " of node '" + this.settings.node() + "' in shard " + this.index
					+ " has ended (" + reason + "); all its locks are lost");
		}
		this.session = null;
		this.known = session.table().applied().equals(Position.NONE) ? this.known : session.table().applied();
		this.requests += session.requests();
		this.releases += session.releases();
		this.awaited = -1;
		this.restoring.clear();
		for (Slot slot : List.copyOf(this.slots.values())) {
			slot.sessionEnded(reason);
			idle(slot);
		}
		session.end(reason != Reason.REVOKED_BY_PEERS);
		joinLater();
	}

	/** The journal holds a message that is no record. */
	void skipped(Position position, SkipCause cause) {
		this.skipped.note(position, cause, now());
	}

	/** Something went wrong that callers should hear of. */
	void failed(LockException failure) {
		if (this.failure == null || this.failure.getClass() != failure.getClass()) {
			logger.warn(failure.getMessage(), failure.getCause());
		}
		this.failure = failure;
		if (failure instanceof LockConfigurationException) {
			this.joined.completeExceptionally(failure);
			List.copyOf(this.slots.values()).forEach((slot) -> slot.fail(failure));
		}
	}

	/** Takes a place in a lock's line. Any thread. */
	void acquire(String key, String name, Door.Kind kind, Waiter waiter) {
		// Safety: first added, then looked. Whichever comes first, this or the end, one
		// of the two sees the other, so nobody waits on a loop that runs no more.
		this.arriving.add(waiter);
		if (this.ended) {
			refuseArriving();
			return;
		}
		this.loop.execute(() -> {
			this.arriving.remove(waiter);
			LockException failure = this.failure;
			if (this.closed) {
				waiter.granted.completeExceptionally(closedException());
			}
			else if (failure instanceof LockConfigurationException) {
				waiter.granted.completeExceptionally(failure);
			}
			else {
				this.slots.computeIfAbsent(key, (any) -> new Slot(key, name, kind, this)).add(waiter);
			}
		});
	}

	/** Claims a fire time of a job. Any thread. */
	CompletableFuture<Boolean> fire(String job, long fireTime) {
		CompletableFuture<Boolean> claim = new CompletableFuture<>();
		this.loop.execute(() -> {
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

	/** A waiter has given up. Any thread. */
	void givenUp(String key) {
		this.loop.execute(() -> {
			Slot slot = this.slots.get(key);
			if (slot != null) {
				slot.evaluate();
				idle(slot);
			}
		});
	}

	/**
	 * Takes a lock from its holder on this node.
	 * @return false if nobody wants the lock
	 */
	boolean takeAway(String key, String name) {
		Slot slot = this.slots.get(key);
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
				+ Views.node(session.table().session(front.session()))
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
	LockException unavailable(String name) {
		return unavailableSince("Whether lock '" + name + "' is free cannot be said");
	}

	/** Why nothing can be said of the whole shard. Any thread. */
	LockException outOfTouch() {
		return unavailableSince("Node '" + this.settings.node() + "' is out of touch with shard " + this.index);
	}

	private LockException unavailableSince(String what) {
		LockException failure = this.failure;
		if (failure instanceof LockConfigurationException) {
			return failure;
		}
		String why = (failure != null) ? ": " + failure.getMessage() : ": no answer from the cluster";
		return new LockUnavailableException(what + why, failure);
	}

	/** Whether the cluster is in reach. Any thread. */
	boolean isConfirmed() {
		Session session = this.session;
		return session != null && session.isConfirmed() && this.failure == null;
	}

	void lineChanged(String key) {
		Slot slot = this.slots.get(key);
		if (slot != null) {
			slot.evaluate();
			idle(slot);
		}
	}

	void placed(Request request, Position position) {
		Slot slot = this.slots.get(request.lock());
		if (slot != null) {
			slot.placed(request.sequence(), position);
		}
	}

	void confirmed(long sequence, long sentAt) {
		if (this.awaited >= 0 && sequence >= this.awaited) {
			this.awaited = -1;
			List.copyOf(this.slots.values()).forEach((slot) -> slot.confirmed(sequence, sentAt));
		}
	}

	/**
	 * Sends a sign of life that slots will be told of once it is confirmed, unless one is
	 * under way.
	 */
	void signOfLife() {
		if (this.awaited < 0) {
			sendSignOfLife();
		}
	}

	private long sendSignOfLife() {
		Session session = this.session;
		this.awaited = (session != null) ? session.signOfLife() : -1;
		return this.awaited;
	}

	/** Wants a sign of life that is sent after this moment; one serves all of a tick. */
	void restore(Slot slot) {
		this.restoring.add(slot);
	}

	/** Evaluates the slot once more when the present task is done. */
	void again(Slot slot) {
		if (this.dirty.add(slot)) {
			this.loop.execute(() -> {
				this.dirty.remove(slot);
				slot.evaluate();
				idle(slot);
			});
		}
	}

	/** Forgets a slot nothing depends on, so that idle names cost nothing. */
	void idle(Slot slot) {
		if (slot.isIdle()) {
			this.slots.remove(slot.key(), slot);
		}
	}

	void event(LockEvent.Type type, Slot slot, long token, @Nullable Reason reason, long elapsed) {
		this.events.accept(new LockEvent(type, slot.name(), token, slot.kind() == Door.Kind.FAILOVER, reason,
				Duration.ofNanos(elapsed)));
	}

	/** Loses everything, says goodbye and ends. Any thread. */
	CompletableFuture<Void> close() {
		CompletableFuture<Void> done = new CompletableFuture<>();
		this.loop.execute(() -> {
			this.closed = true;
			for (Slot slot : new ArrayList<>(this.slots.values())) {
				slot.fail(closedException());
				slot.sessionEnded(Reason.CLOSED);
			}
			this.slots.clear();
			Session session = this.session;
			this.session = null;
			if (session == null) {
				done.complete(null);
			}
			else {
				session.end(true).whenComplete((none, ex) -> done.complete(null));
			}
		});
		return done;
	}

	/** The loop has ended: what it was still to do is not done any more. Any thread. */
	void ended() {
		this.ended = true;
		refuseArriving();
	}

	private void refuseArriving() {
		for (Waiter waiter : this.arriving) {
			this.arriving.remove(waiter);
			waiter.granted.completeExceptionally(closedException());
		}
	}

	private LockUnavailableException closedException() {
		return new LockUnavailableException("The lock registry of node '" + this.settings.node() + "' is closed");
	}

	LockStatistics statistics() {
		Session session = activeSession();
		int held = 0;
		int waiting = 0;
		for (Slot slot : this.slots.values()) {
			held += slot.isHeld() ? 1 : 0;
			waiting += slot.waiterCount();
		}
		if (session == null) {
			return new LockStatistics(false, 0, held, waiting, Duration.ZERO, 0, this.requests, this.releases);
		}
		return new LockStatistics(isConfirmed(), 1, held, waiting,
				Duration.ofNanos(session.incarnation().silentFor(now())), session.unread(),
				this.requests + session.requests(), this.releases + session.releases());
	}

	/** Completes when the first session has caught up, or exceptionally when refused. */
	CompletableFuture<Void> joined() {
		return this.joined;
	}

	@Nullable Session activeSession() {
		Session session = this.session;
		return (session != null && session.isActive()) ? session : null;
	}

	Map<String, Slot> slots() {
		return this.slots;
	}

	long now() {
		return this.loop.nanoTime();
	}

	int index() {
		return this.index;
	}

	Affinity affinity() {
		return this.affinity;
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

	@Nullable LockException failure() {
		return this.failure;
	}

}

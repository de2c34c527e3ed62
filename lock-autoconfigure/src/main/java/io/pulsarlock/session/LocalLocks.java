package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.line.Hint;
import io.pulsarlock.line.Hint.Ask;
import io.pulsarlock.line.Hint.Gone;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Share;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * The locks of one shard that this node has to do with. On the loop, unless said
 * otherwise.
 */
final class LocalLocks implements LockHost, SessionKeeper.Locks {

	private static final SafeLog logger = SafeLog.of(LocalLocks.class);

	/** In so many ticks each lock is looked at. */
	private static final int VISITS = 16;

	private static final int MIN_VISITS = 16;

	private final Loop loop;

	private final Executor callbacks;

	private final Consumer<HoldEvent> events;

	private final Supplier<@Nullable Session> sessions;

	private final LockCache cache;

	private final HandOver handOver;

	private final ShardHints hints;

	private final Map<String, LocalLock> locks = new HashMap<>();

	/** What is shared, or is permits. */
	private final LocalShares shares = new LocalShares();

	/** Locks that callers may take without the loop, by their keys. */
	private final Map<String, KeptLock> offers = new ConcurrentHashMap<>();

	private final Revocations revocations = new Revocations();

	private final Set<String> dirty = new LinkedHashSet<>();

	/** The number of a record that locks wait for, or -1. */
	private long awaited = -1;

	/** Wait for a record of this session to be confirmed. */
	private final Set<String> awaiting = new LinkedHashSet<>();

	/** Whether the record that locks waited for has just been confirmed. */
	private boolean answering;

	/** To be looked at one after the other. */
	private List<LocalLock> round = List.of();

	private int visited;

	/**
	 * Creates it.
	 * @param sessions tells the session by which locks can be asked for
	 */
	LocalLocks(SessionSettings settings, Loop loop, Executor callbacks, Consumer<HoldEvent> events, HandOver handOver,
			ShardHints hints, Supplier<@Nullable Session> sessions) {
		this.loop = loop;
		this.callbacks = callbacks;
		this.events = events;
		this.sessions = sessions;
		this.cache = new LockCache(settings);
		this.handOver = handOver;
		this.hints = hints;
	}

	/** The lock that callers may take without the loop, if it is one. Any thread. */
	@Nullable KeptLock offered(String key) {
		return this.offers.get(key);
	}

	/** Lets a caller wait for a lock. */
	void add(String key, String name, LockKind kind, Waiter waiter) {
		LocalLock lock;
		if (waiter.share.isExclusive()) {
			lock = this.locks.computeIfAbsent(key, (any) -> new LocalLock(key, name, kind, this, Share.EXCLUSIVE));
		}
		else {
			LocalLock kept = this.locks.get(key);
			if (kept != null) {
				kept.letGoOfReserve();
			}
			lock = new LocalLock(key, name, kind, this, waiter.share);
			this.shares.add(lock);
		}
		lock.add(waiter);
		idle(lock);
	}

	/** Looks at a lock again, if this node has to do with it. */
	void evaluate(String key) {
		each(key, this::evaluate);
	}

	/** What callers of this node have of one lock, or wait for. */
	private void each(String key, Consumer<LocalLock> action) {
		LocalLock lock = this.locks.get(key);
		if (lock != null) {
			action.accept(lock);
		}
		if (!this.shares.isEmpty()) {
			this.shares.of(key).forEach(action);
		}
	}

	private void evaluate(LocalLock lock) {
		lock.evaluate();
		idle(lock);
	}

	@Override
	public void lineChanged(String key) {
		evaluate(key);
		this.revocations.lineChanged(key, activeSession());
	}

	@Override
	public void revoked(Ticket ticket) {
		each(ticket.lock(), (lock) -> {
			lock.revoked(ticket.position());
			idle(lock);
		});
	}

	/** What operators at this node have asked other nodes for. */
	Revocations revocations() {
		return this.revocations;
	}

	/**
	 * Takes a lock from all its holders on this node.
	 * @return false if it is neither held here nor kept
	 */
	boolean takeAway(String key) {
		LocalLock lock = this.locks.get(key);
		boolean taken = lock != null && lock.takeAway();
		for (LocalLock share : this.shares.of(key)) {
			taken |= share.takeAway();
		}
		return taken;
	}

	/** Another node has told something of a line. */
	void hinted(Hint hint) {
		Session session = activeSession();
		if (session == null || !ShardHints.isCredible(hint, session)) {
			return;
		}
		LocalLock lock = this.locks.get(hint.lock());
		if (lock != null) {
			lock.hinted(session, hint);
			idle(lock);
		}
		else if (hint instanceof Ask ask) {
			this.hints.answer(session, ask);
		}
		if (hint instanceof Gone) {
			for (LocalLock share : this.shares.of(hint.lock())) {
				share.hinted(session, hint);
				idle(share);
			}
		}
	}

	@Override
	public void evaluateAll() {
		all().forEach(this::evaluate);
	}

	@Override
	public void placed(Request request, Position position) {
		each(request.lock(), (lock) -> lock.placed(request.sequence(), position));
	}

	@Override
	public void confirmed(long sequence) {
		if (this.awaited >= 0 && sequence >= this.awaited) {
			this.awaited = -1;
			this.answering = true;
			try {
				evaluateAwaiting();
			}
			finally {
				this.answering = false;
			}
		}
	}

	private void evaluateAwaiting() {
		List<String> keys = List.copyOf(this.awaiting);
		this.awaiting.clear();
		keys.forEach(this::evaluate);
	}

	@Override
	public void awaitSignOfLife(String key) {
		Session session = activeSession();
		if (session != null) {
			this.awaiting.add(key);
			// A record that was not enough is followed by another one at the next tick:
			// it may be the anchor that has to be confirmed.
			if (this.awaited < 0 && !this.answering) {
				this.awaited = session.signOfLife();
			}
		}
	}

	void tick(long now) {
		this.cache.tick(now);
		if (this.awaited < 0 && !this.awaiting.isEmpty()) {
			evaluateAwaiting();
		}
		visitSome();
	}

	/**
	 * Looks after what a thread could not complete that was short of stack or memory. Not
	 * at all locks at once: there may be many, and this is rare.
	 */
	private void visitSome() {
		if (this.visited >= this.round.size()) {
			this.round = all();
			this.visited = 0;
		}
		int end = Math.min(this.round.size(), this.visited + Math.max(MIN_VISITS, this.round.size() / VISITS));
		while (this.visited < end) {
			tick(this.round.get(this.visited++));
		}
	}

	private void tick(LocalLock lock) {
		lock.tick();
		idle(lock);
	}

	@Override
	public void jeopardized() {
		all().forEach(LocalLock::jeopardized);
	}

	@Override
	public void recovered() {
		all().forEach(LocalLock::recovered);
	}

	@Override
	public void holdsExpired() {
		all().forEach(this::tick);
	}

	@Override
	public void fail(Supplier<? extends LockException> failure) {
		all().forEach((lock) -> lock.fail(failure.get()));
	}

	@Override
	public @Nullable Throwable sessionEnded(Reason reason) {
		this.awaited = -1;
		this.awaiting.clear();
		this.hints.clear();
		this.revocations.fail();
		Throwable failure = null;
		for (LocalLock lock : all()) {
			try {
				lock.sessionEnded(reason);
				idle(lock);
			}
			catch (Throwable ex) {
				failure = ex;
			}
		}
		return failure;
	}

	/**
	 * Gives up everything that is held, and keeps nothing of what is released.
	 * @return for each lock what completes when that has been done
	 */
	List<CompletableFuture<Void>> vacate() {
		this.cache.end();
		return all().stream().map(LocalLock::vacate).toList();
	}

	void clear() {
		this.locks.clear();
		this.shares.clear();
	}

	private List<LocalLock> all() {
		List<LocalLock> all = new ArrayList<>(this.locks.values());
		this.shares.addTo(all);
		return all;
	}

	Set<String> keys() {
		Set<String> keys = new LinkedHashSet<>(this.locks.keySet());
		keys.addAll(this.shares.keys());
		return keys;
	}

	int held() {
		return (int) all().stream().filter(LocalLock::isHeld).count();
	}

	int waiting() {
		return all().stream().mapToInt(LocalLock::waiterCount).sum();
	}

	@Override
	public void again(String key) {
		if (this.dirty.add(key)) {
			this.loop.execute(() -> {
				this.dirty.remove(key);
				evaluate(key);
			});
		}
	}

	@Override
	public void idle(String key) {
		each(key, this::idle);
	}

	/** Forgets a lock nothing depends on, so that idle names cost nothing. */
	private void idle(LocalLock lock) {
		if (lock.isIdle()) {
			this.locks.remove(lock.key(), lock);
			this.shares.remove(lock);
		}
	}

	@Override
	public void event(HoldEvent.Type type, String name, LockKind kind, long token, @Nullable Reason reason,
			long elapsed) {
		HoldEvent event = new HoldEvent(type, name, token, kind == LockKind.LEADERSHIP, reason,
				Duration.ofNanos(elapsed));
		try {
			this.events.accept(event);
		}
		catch (Throwable ex) {
			// To hear of a lock must not cost the lock.
			logger.error("A listener of locks failed", ex);
		}
	}

	@Override
	public @Nullable Session activeSession() {
		return this.sessions.get();
	}

	@Override
	public long now() {
		return this.loop.nanoTime();
	}

	@Override
	public Loop loop() {
		return this.loop;
	}

	@Override
	public Executor callbacks() {
		return this.callbacks;
	}

	@Override
	public LockCache cache() {
		return this.cache;
	}

	@Override
	public ShardHints hints() {
		return this.hints;
	}

	@Override
	public HandOver handOver() {
		return this.handOver;
	}

	@Override
	public void offer(String key, KeptLock kept) {
		this.offers.put(key, kept);
	}

	@Override
	public void withdraw(String key, KeptLock kept) {
		this.offers.remove(key, kept);
	}

}

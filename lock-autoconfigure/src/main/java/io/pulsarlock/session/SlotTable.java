package io.pulsarlock.session;

import java.time.Duration;
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
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/**
 * The locks of one shard that this node has to do with. On the loop, unless said
 * otherwise.
 */
final class SlotTable implements SlotHost, SessionKeeper.Locks {

	private static final SafeLog logger = SafeLog.of(SlotTable.class);

	/** In so many ticks each slot is looked at. */
	private static final int VISITS = 16;

	private static final int MIN_VISITS = 16;

	private final Loop loop;

	private final Executor callbacks;

	private final Consumer<HoldEvent> events;

	private final Supplier<@Nullable Session> sessions;

	private final Affinity affinity;

	private final HandOver handOver;

	private final Map<String, Slot> slots = new HashMap<>();

	/** Locks that callers may take without the loop, by their keys. */
	private final Map<String, KeptLock> offers = new ConcurrentHashMap<>();

	private final Set<String> dirty = new LinkedHashSet<>();

	/** The number of a record that slots wait for, or -1. */
	private long awaited = -1;

	/** Wait for a record of this session to be confirmed. */
	private final Set<String> awaiting = new LinkedHashSet<>();

	/** Whether the record that slots waited for has just been confirmed. */
	private boolean answering;

	/** To be looked at one after the other. */
	private List<Slot> round = List.of();

	private int visited;

	/**
	 * Creates it.
	 * @param sessions tells the session by which locks can be asked for
	 */
	SlotTable(SessionSettings settings, Loop loop, Executor callbacks, Consumer<HoldEvent> events, HandOver handOver,
			Supplier<@Nullable Session> sessions) {
		this.loop = loop;
		this.callbacks = callbacks;
		this.events = events;
		this.sessions = sessions;
		this.affinity = new Affinity(settings);
		this.handOver = handOver;
	}

	/** The lock that callers may take without the loop, if it is one. Any thread. */
	@Nullable KeptLock offered(String key) {
		return this.offers.get(key);
	}

	/** Lets a caller wait for a lock. */
	void add(String key, String name, LockKind kind, Waiter waiter) {
		Slot slot = this.slots.computeIfAbsent(key, (any) -> new Slot(key, name, kind, this));
		slot.add(waiter);
		idle(slot);
	}

	@Nullable Slot find(String key) {
		return this.slots.get(key);
	}

	/** Looks at a lock again, if this node has to do with it. */
	void evaluate(String key) {
		Slot slot = this.slots.get(key);
		if (slot != null) {
			evaluate(slot);
		}
	}

	private void evaluate(Slot slot) {
		slot.evaluate();
		idle(slot);
	}

	@Override
	public void lineChanged(String key) {
		evaluate(key);
	}

	@Override
	public void evaluateAll() {
		all().forEach(this::evaluate);
	}

	@Override
	public void placed(Request request, Position position) {
		Slot slot = this.slots.get(request.lock());
		if (slot != null) {
			slot.placed(request.sequence(), position);
		}
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
		this.affinity.tick(now);
		if (this.awaited < 0 && !this.awaiting.isEmpty()) {
			evaluateAwaiting();
		}
		visitSome();
	}

	/**
	 * Looks after what a thread could not complete that was short of stack or memory. Not
	 * at all slots at once: there may be many, and this is rare.
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

	private void tick(Slot slot) {
		slot.tick();
		idle(slot);
	}

	@Override
	public void jeopardized() {
		all().forEach(Slot::jeopardized);
	}

	@Override
	public void recovered() {
		all().forEach(Slot::recovered);
	}

	@Override
	public void holdsExpired() {
		all().forEach(this::tick);
	}

	@Override
	public void fail(Supplier<? extends LockException> failure) {
		all().forEach((slot) -> slot.fail(failure.get()));
	}

	@Override
	public @Nullable Throwable sessionEnded(Reason reason) {
		this.awaited = -1;
		this.awaiting.clear();
		Throwable failure = null;
		for (Slot slot : all()) {
			try {
				slot.sessionEnded(reason);
				idle(slot);
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
		this.affinity.end();
		return all().stream().map(Slot::vacate).toList();
	}

	void clear() {
		this.slots.clear();
	}

	private List<Slot> all() {
		return List.copyOf(this.slots.values());
	}

	Set<String> keys() {
		return this.slots.keySet();
	}

	int held() {
		return (int) this.slots.values().stream().filter(Slot::isHeld).count();
	}

	int waiting() {
		return this.slots.values().stream().mapToInt(Slot::waiterCount).sum();
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
		Slot slot = this.slots.get(key);
		if (slot != null) {
			idle(slot);
		}
	}

	/** Forgets a slot nothing depends on, so that idle names cost nothing. */
	private void idle(Slot slot) {
		if (slot.isIdle()) {
			this.slots.remove(slot.key(), slot);
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
	public Affinity affinity() {
		return this.affinity;
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

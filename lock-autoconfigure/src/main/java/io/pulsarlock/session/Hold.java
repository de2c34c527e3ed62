package io.pulsarlock.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockLostException;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;
import io.pulsarlock.line.Share;
import org.jspecify.annotations.Nullable;

/**
 * One holding of one lock.
 * <p>
 * Safety: the first to see the {@linkplain HoldDeadline deadline} passed makes the loss
 * final, and a final state never changes, so a record that is confirmed too late revives
 * nothing, and neither does a limit that is set too late.
 */
final class Hold implements LockHandle, CountedHandle {

	private final String name;

	private final long token;

	private final Loop loop;

	/** Changed while the listeners are locked. */
	private volatile HoldDeadline deadline;

	private final Owner owner;

	/** Locked when the state changes, so that each is told or comes too late. */
	private final LossListeners listeners;

	private volatile @Nullable LockLoss lost;

	private volatile boolean released;

	/** On the loop: whether its end was told. */
	private boolean finished;

	/**
	 * Set when its holder will not use it any more. To set a field needs no stack, so it
	 * can be done where {@link #release} fails: the loop then releases it within a grace.
	 */
	volatile boolean abandoned;

	private @Nullable HoldTaker taker;

	/** Whether it has been the whole lock, and is shared now. */
	private volatile boolean downgraded;

	/** What the holder may give it back to, without the loop. */
	private @Nullable Source source;

	/** Whether its beginning was told, so that its end may be. */
	private volatile boolean announced = true;

	/** Guarded by the listeners. */
	private @Nullable Uses uses;

	private volatile @Nullable Runnable resignation;

	private final CompletableFuture<Void> left = new CompletableFuture<>();

	Hold(String name, long token, Loop loop, SessionLease lease, @Nullable Duration limit, Executor callbacks,
			Owner owner) {
		this.name = name;
		this.token = token;
		this.loop = loop;
		this.deadline = HoldDeadline.of(lease, loop.nanoTime(), limit);
		this.listeners = new LossListeners(name, callbacks);
		this.owner = owner;
	}

	/** Remembers for whom it was made. */
	Hold of(HoldTaker taker) {
		this.taker = taker;
		return this;
	}

	/** Remembers from where it was taken; its beginning is to be announced. */
	Hold of(Source source) {
		this.source = source;
		this.announced = false;
		return this;
	}

	/** Its beginning was told. Any thread. */
	void announced() {
		this.announced = true;
		if (isOver() || this.abandoned) {
			this.loop.execute(this::tick);
		}
	}

	/** No listener is told of its end, nor was of its beginning. */
	void untold() {
		this.abandoned = true;
		tellEnd();
	}

	/** Whether its end is still to be told; true once. */
	boolean tellEnd() {
		return this.listeners.end();
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public long fencingToken() {
		assertHeld();
		return this.token;
	}

	long token() {
		return this.token;
	}

	Loop loop() {
		return this.loop;
	}

	/** As it is at this moment. Any thread. */
	HoldDeadline deadline() {
		return this.deadline;
	}

	long grantedAt() {
		return this.deadline.grantedAt();
	}

	@Override
	public boolean isHeld() {
		while (!isOver()) {
			HoldDeadline deadline = this.deadline;
			Reason reason = deadline.passed(this.loop.nanoTime());
			if (reason == null) {
				return true;
			}
			lose(reason, deadline);
		}
		return false;
	}

	/** Whether {@link #isHeld} would say so at that time; changes nothing. Any thread. */
	boolean wouldBeHeld(long now) {
		return !isOver() && this.deadline.passed(now) == null;
	}

	/** Whether it has ended for good. Any thread. */
	boolean isOver() {
		return this.released || this.lost != null;
	}

	/** Whether it was released by its holder. Any thread. */
	boolean isReleased() {
		return this.released;
	}

	/** Why it is over by itself, or else the given reason. */
	Reason reasonOr(Reason reason) {
		// Once it is not held its deadline stays as it is.
		Reason own = isHeld() ? null : this.deadline.passed(this.loop.nanoTime());
		return (own != null) ? own : reason;
	}

	@Override
	public void assertHeld() {
		if (isHeld()) {
			return;
		}
		LockLoss lost = this.lost;
		if (lost != null) {
			throw new LockLostException("Lock '" + PrintedNames.lock(this.name) + "' was lost: " + lost.reason());
		}
		throw new IllegalStateException("Lock '" + PrintedNames.lock(this.name) + "' was released");
	}

	@Override
	public Duration remaining() {
		return isHeld() ? this.deadline.remaining(this.loop.nanoTime()) : Duration.ZERO;
	}

	@Override
	public void holdFor(@Nullable Duration holdFor) {
		Duration limit = HoldDeadline.limit(this.name, holdFor);
		synchronized (this.listeners) {
			// Also throws if the former limit has passed and this is the first to see it.
			assertHeld();
			HoldDeadline before = this.deadline;
			this.deadline = before.limited(limit, this.loop.nanoTime());
			if (this.deadline.limitNanos() >= before.limitNanos()) {
				// The loop looks when the former one ends, and sees that it goes on.
				return;
			}
		}
		this.loop.execute(() -> this.owner.limited(this));
	}

	@Override
	public CompletableFuture<Void> restFor(Duration atLeast) {
		return this.owner.restFor(this, atLeast);
	}

	/** How much of the lock it is. Any thread. */
	Share share() {
		HoldTaker taker = this.taker;
		return this.downgraded ? Share.SHARED : (taker != null) ? taker.share() : Share.EXCLUSIVE;
	}

	/**
	 * Shares the lock with others from now on, if it does not. Any thread; returns at
	 * once.
	 */
	void downgrade() {
		if (share().isExclusive() && isHeld()) {
			this.downgraded = true;
			this.loop.execute(() -> this.owner.downgraded(this));
		}
	}

	/**
	 * Ends the holding against its holder's will. Any thread, with whatever stack it has
	 * left; the first end counts.
	 */
	void lose(Reason reason) {
		lose(reason, null);
	}

	/** The same by a deadline that has passed, unless another limit came first. */
	private void lose(Reason reason, @Nullable HoldDeadline passed) {
		LockLoss event = new LockLoss(this.name, this.token, reason);
		synchronized (this.listeners) {
			if (isOver() || (reason == Reason.HELD_TOO_LONG && passed != null && passed != this.deadline)) {
				return;
			}
			this.lost = event;
		}
		this.loop.execute(this::finish);
	}

	/**
	 * Tells of the end, once: the listeners if the lock was lost, and its lock. On the
	 * loop, which looks after ends that their own thread could not announce.
	 */
	void finish() {
		if (!isOver() || this.finished || !this.announced) {
			return;
		}
		LockLoss lost = this.lost;
		if (lost != null) {
			tell(lost);
		}
		this.listeners.clear();
		this.finished = true;
		this.owner.ended(this);
	}

	/** What an operator takes away is left when the listeners have been told. */
	private void tell(LockLoss lost) {
		CompletableFuture<?> told = this.listeners.tell(lost);
		if (lost.reason() == Reason.RELEASED_BY_ADMINISTRATOR && !told.isDone()) {
			Registration telling = use();
			told.whenComplete((none, ex) -> telling.close());
		}
	}

	@Override
	public Registration onLost(Consumer<LockLoss> callback) {
		LossListeners.LossListener listener = this.listeners.of(callback);
		LockLoss event;
		synchronized (this.listeners) {
			event = this.lost;
			if (event == null) {
				if (!this.released) {
					this.listeners.add(listener);
				}
				return listener;
			}
		}
		listener.tell(event);
		return listener;
	}

	@Override
	public void close() {
		release();
	}

	/**
	 * Ends the holding by its holder's will.
	 * @return the loss that came first, or null
	 */
	@Nullable LockLoss release() {
		// First, so that the loop completes what this thread's stack may be too short
		// for.
		this.abandoned = true;
		isHeld();
		synchronized (this.listeners) {
			if (isOver()) {
				return this.lost;
			}
			this.released = true;
		}
		Source source = this.source;
		if (source == null || !this.announced || !source.giveBack(this, this.loop.nanoTime())) {
			this.loop.execute(this::finish);
		}
		return null;
	}

	/**
	 * Notices what has passed, completes an end that its own thread could not announce,
	 * and releases what is not used any more. On the loop, now and then.
	 */
	void tick() {
		isHeld();
		HoldTaker taker = this.taker;
		if (this.abandoned || (taker != null && taker.isGone())) {
			// Its own thread may have failed before it said so.
			this.announced = true;
			release();
		}
		finish();
	}

	@Nullable LockLoss lost() {
		return this.lost;
	}

	@Override
	public Registration use() {
		return uses().begin();
	}

	/** What it guards. Any thread. */
	Uses uses() {
		synchronized (this.listeners) {
			if (this.uses == null) {
				this.uses = new Uses();
			}
			return this.uses;
		}
	}

	/** Completes when its place in line was given up, or was lost. Any thread. */
	CompletableFuture<Void> left() {
		return this.left;
	}

	/** How it is given up if it is a leadership, whose listeners are told in order. */
	void resignBy(Runnable resignation) {
		this.resignation = resignation;
	}

	@Nullable Runnable resignation() {
		return this.resignation;
	}

	/** Whose holding it is. On the loop. */
	@FunctionalInterface
	interface Owner {

		/** A holding has ended, by whatever means; told once for each. */
		void ended(Hold hold);

		/** Its holder shares the lock with others from now on. */
		default void downgraded(Hold hold) {
		}

		/** A holding has got a limit that ends earlier than the one before. */
		default void limited(Hold hold) {
		}

		/** The lock of a holding is to rest from now on. Any thread. */
		default CompletableFuture<Void> restFor(Hold hold, Duration atLeast) {
			throw new UnsupportedOperationException();
		}

	}

	/** From where a holding was taken without the loop. */
	interface Source {

		/**
		 * Takes it back from its holder, who has ended it. Any thread.
		 * @return false if the loop is to end it
		 */
		boolean giveBack(Hold hold, long now);

	}

}

package io.pulsarlock.annotation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.pulsarlock.LockGrant;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLostException;
import io.pulsarlock.Registration;
import io.pulsarlock.session.CountedHandle;
import org.jspecify.annotations.Nullable;

/**
 * What one call of a guarded method holds, from before it begins until after it has
 * ended. Used by one thread at a time, and released by any thread.
 */
final class Grip {

	private final Guard guard;

	private final List<String> keys;

	private final @Nullable LockGrant leadership;

	/** Guarded by itself, like all fields below. */
	private final List<CallLock> locks = new ArrayList<>();

	/** What ends with the call. */
	private final List<Registration> registrations = new ArrayList<>();

	private boolean released;

	/**
	 * Creates a grip that holds only the leadership.
	 * @param keys the keys of the call, by the full names of their locks
	 */
	Grip(Guard guard, Map<String, Object> keys, @Nullable LockGrant leadership) {
		this.guard = guard;
		Guard.Lock lock = guard.lock();
		this.keys = (lock == null || lock.keys().isEmpty()) ? List.of()
				: keys.values().stream().map(Object::toString).toList();
		this.leadership = leadership;
		if (leadership instanceof CountedHandle counted) {
			this.registrations.add(counted.use());
		}
	}

	/**
	 * Adds a lock that this call has acquired or shares. A lock that is added after the
	 * end of the call is released at once.
	 */
	void add(CallLock lock) {
		synchronized (this.locks) {
			if (!this.released) {
				this.locks.add(lock);
				if (lock.grant() instanceof CountedHandle counted) {
					this.registrations.add(counted.use());
				}
				return;
			}
		}
		lock.release();
	}

	/** Keeps something until the call has ended. */
	void add(Registration registration) {
		synchronized (this.locks) {
			if (!this.released) {
				this.registrations.add(registration);
				return;
			}
		}
		registration.close();
	}

	List<String> keys() {
		return this.keys;
	}

	private List<CallLock> locks() {
		synchronized (this.locks) {
			return List.copyOf(this.locks);
		}
	}

	private List<LockGrant> grants() {
		return locks().stream().map(CallLock::grant).toList();
	}

	/** The token of the innermost lock or leadership; zero if it is lost. */
	long token() {
		List<LockGrant> grants = grants();
		LockGrant last = grants.isEmpty() ? this.leadership : grants.get(grants.size() - 1);
		try {
			return (last != null && last.isHeld()) ? last.fencingToken() : 0;
		}
		catch (LockLostException | IllegalStateException ex) {
			// Lost in between.
			return 0;
		}
	}

	/** Whether the call may begin: what was acquired first may be lost by now. */
	boolean isLeading() {
		return this.leadership == null || this.leadership.isHeld();
	}

	/**
	 * The context of the guarded method.
	 * @param outer the context of the guarded method around it, if any
	 */
	LockContext context(@Nullable LockContext outer) {
		LockContext context = outer;
		Guard.Leader leader = this.guard.leader();
		if (leader != null && this.leadership != null) {
			context = new LockContext(leader.group(), true, List.of(), List.of(this.leadership), List.of(), this::add,
					context);
		}
		Guard.Lock lock = this.guard.lock();
		if (lock != null) {
			context = new LockContext(lock.name(), false, this.keys, grants(), locks(), this::add, context);
		}
		if (context == null) {
			throw new IllegalStateException("Nothing guards " + this.guard.label());
		}
		return context;
	}

	/** Makes what is held visible to this thread until the result is closed. */
	Stay enter(LockContext context) {
		List<Registration> bound = new ArrayList<>();
		locks().forEach((lock) -> bound.add(lock.bind()));
		LockContext before = LockContext.enter(context);
		return () -> {
			LockContext.enter(before);
			for (int i = bound.size() - 1; i >= 0; i--) {
				bound.get(i).close();
			}
		};
	}

	/** Keeps the locks until a transaction of the caller has ended. */
	void keepForTransaction() {
		Guard.Lock lock = this.guard.lock();
		if (lock != null && CallerTransaction.isActive()) {
			CallerTransaction.keep(locks(), lock.onLost() == OnLost.INTERRUPT);
		}
	}

	/** Calls back for every loss until the call has ended. */
	void onLoss(Consumer<LockLoss> callback) {
		List<LockGrant> all = new ArrayList<>(grants());
		if (this.leadership != null) {
			all.add(this.leadership);
		}
		all.forEach((each) -> add(each.onLost(callback)));
	}

	/**
	 * Calls back until the call has ended when something is lost whose annotation
	 * interrupts the method.
	 */
	void onInterruptingLoss(Consumer<LockLoss> callback) {
		interrupting().forEach((each) -> add(each.onLost(callback)));
	}

	/** Whether the outcome of the method no longer counts. */
	boolean isForfeited() {
		return interrupting().stream().anyMatch((each) -> !each.isHeld());
	}

	private List<LockGrant> interrupting() {
		List<LockGrant> all = new ArrayList<>();
		Guard.Leader leader = this.guard.leader();
		if (leader != null && this.leadership != null && leader.onLost() == OnLost.INTERRUPT) {
			all.add(this.leadership);
		}
		Guard.Lock lock = this.guard.lock();
		if (lock != null && lock.onLost() == OnLost.INTERRUPT) {
			all.addAll(grants());
		}
		return all;
	}

	LockLostException forfeited(@Nullable Throwable cause) {
		return (cause instanceof LockLostException lost) ? lost
				: new LockLostException(this.guard.label() + " lost the " + this.guard.guardian()
						+ " while it ran: what it did may overlap with the next holder", cause);
	}

	/**
	 * Lets the locks rest.
	 * @return completes when the cluster knows, so that the call may begin
	 */
	CompletableFuture<Void> rest(Duration atLeast) {
		return CompletableFuture
			.allOf(locks().stream().map((each) -> each.restFor(atLeast)).toArray(CompletableFuture[]::new));
	}

	/**
	 * Ends the call: releases the locks.
	 * @return false if the call had already ended
	 */
	boolean release() {
		List<CallLock> locks;
		List<Registration> registrations;
		synchronized (this.locks) {
			if (this.released) {
				return false;
			}
			this.released = true;
			locks = List.copyOf(this.locks);
			registrations = List.copyOf(this.registrations);
			this.registrations.clear();
		}
		try {
			for (int i = locks.size() - 1; i >= 0; i--) {
				locks.get(i).release();
			}
		}
		finally {
			registrations.forEach(Registration::close);
		}
		return true;
	}

	boolean isReleased() {
		synchronized (this.locks) {
			return this.released;
		}
	}

	/** A thread within a guarded method. */
	@FunctionalInterface
	interface Stay extends AutoCloseable {

		@Override
		void close();

	}

}

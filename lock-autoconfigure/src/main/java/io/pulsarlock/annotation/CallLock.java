package io.pulsarlock.annotation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.Registration;
import io.pulsarlock.session.BindableLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock that a guarded call has acquired and that calls within it share. It is released
 * when the last of them has ended, so work that one of them has left running keeps it.
 */
final class CallLock {

	/** The locks of the calls on a thread, the innermost last. */
	private static final ThreadLocal<@Nullable List<CallLock>> held = new ThreadLocal<>();

	private final LockRegistry registry;

	private final FencedLock lock;

	private final Sharing sharing;

	private final LockGrant grant;

	/** Releases the lock; null if {@code unlock()} does that, and not the call. */
	private final @Nullable LockHandle handle;

	private final AtomicInteger users = new AtomicInteger(1);

	private CallLock(LockRegistry registry, FencedLock lock, Sharing sharing, LockGrant grant,
			@Nullable LockHandle handle) {
		this.registry = registry;
		this.lock = lock;
		this.sharing = sharing;
		this.grant = grant;
		this.handle = handle;
	}

	/** A lock that a call has acquired. */
	static CallLock acquired(LockRegistry registry, FencedLock lock, Sharing sharing, LockHandle handle) {
		return new CallLock(registry, lock, sharing, handle, handle);
	}

	/** A lock that the thread holds by {@code lock()}. */
	static CallLock locked(LockRegistry registry, FencedLock lock, LockGrant grant) {
		return new CallLock(registry, lock, Sharing.NONE, grant, null);
	}

	/**
	 * Shares a lock that a call around this one holds on the thread.
	 * @return the lock, to be released; null if there is none
	 */
	static @Nullable CallLock shareOnThread(LockRegistry registry, String name) {
		List<CallLock> mine = held.get();
		return (mine != null) ? share(mine, registry, name) : null;
	}

	/** Shares the last lock of that name. */
	static @Nullable CallLock share(List<CallLock> locks, LockRegistry registry, String name) {
		for (int i = locks.size() - 1; i >= 0; i--) {
			CallLock lock = locks.get(i);
			if (lock.registry == registry && lock.grant.name().equals(name) && lock.share()) {
				return lock;
			}
		}
		return null;
	}

	/** Counts one more user, unless the last one has left. */
	boolean share() {
		return this.users.getAndUpdate((users) -> (users > 0) ? users + 1 : 0) > 0;
	}

	/**
	 * Lets the lock rest.
	 * @return completes when the cluster knows
	 */
	CompletableFuture<Void> restFor(Duration atLeast) {
		return (this.grant instanceof LockHandle handle) ? handle.restFor(atLeast)
				: CompletableFuture.completedFuture(null);
	}

	/** Counts one user less. */
	void release() {
		if (this.users.decrementAndGet() == 0 && this.handle != null) {
			this.handle.close();
		}
	}

	/** Whether a call has acquired it. */
	boolean isOwned() {
		return this.handle != null;
	}

	/** Whether a call on this thread currently holds it. */
	boolean isBound() {
		List<CallLock> mine = held.get();
		return mine != null && mine.contains(this);
	}

	/** How it was acquired. */
	Sharing sharing() {
		return this.sharing;
	}

	/** Whether it is held alone. */
	boolean isExclusive() {
		return !(this.lock instanceof BindableLock bindable) || bindable.isExclusive(this.grant);
	}

	LockGrant grant() {
		return this.grant;
	}

	/**
	 * Makes the lock visible to this thread until the registration is closed on the same
	 * thread.
	 */
	Registration bind() {
		List<CallLock> mine = held.get();
		if (mine == null) {
			mine = new ArrayList<>();
			held.set(mine);
		}
		mine.add(this);
		Registration thread = (this.lock instanceof BindableLock bindable) ? bindable.bind(this.grant) : () -> {
		};
		return () -> {
			thread.close();
			List<CallLock> rest = held.get();
			if (rest != null) {
				int last = rest.lastIndexOf(this);
				if (last >= 0) {
					rest.remove(last);
				}
				// Locks of transactions that have ended on another thread.
				rest.removeIf((each) -> each.users.get() <= 0);
				if (rest.isEmpty()) {
					held.remove();
				}
			}
		};
	}

}

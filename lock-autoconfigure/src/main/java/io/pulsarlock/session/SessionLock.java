package io.pulsarlock.session;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockHandle;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;
import io.pulsarlock.line.Share;
import org.jspecify.annotations.Nullable;

/**
 * A lock of a {@link SessionLockNode}: turns what callers want into waiters.
 */
final class SessionLock implements FencedLock, BindableLock {

	private final String name;

	private final String key;

	private final Share share;

	/** Throws while the registry does not run. */
	private final Supplier<Shard> shards;

	private final ThreadHolds threads;

	SessionLock(String name, String key, Share share, Supplier<Shard> shards, ThreadHolds threads) {
		this.name = name;
		this.key = key;
		this.share = share;
		this.shards = shards;
		this.threads = threads;
	}

	/** What lines, shards and threads know the lock of that name by. */
	static String key(String name) {
		return "l:" + name;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public LockHandle acquire(Duration waitFor, @Nullable Duration holdFor) throws InterruptedException {
		Waiter waiter = waiter(waitFor, holdFor);
		if (Thread.interrupted()) {
			throw new InterruptedException();
		}
		Shard shard = this.shards.get();
		if (waiter.immediate && shard.isOutOfReach()) {
			throw shard.unavailable(this.name);
		}
		boolean taken = false;
		try {
			shard.acquire(this.key, this.name, LockKind.LOCK, waiter);
			Hold hold = await(shard, waiter, limit(shard, waitFor));
			taken = true;
			return hold;
		}
		finally {
			if (!taken) {
				// However this thread fails, with no stack left for example: the lock
				// must not be granted to a caller that does not wait any more.
				waiter.abandoned = true;
			}
		}
	}

	private Waiter waiter(Duration waitFor, @Nullable Duration holdFor) {
		if (waitFor.isNegative()) {
			throw new IllegalArgumentException(
					"The wait for lock '" + PrintedNames.lock(this.name) + "' must not be negative");
		}
		return new Waiter(waitFor.isZero(), HoldDeadline.limit(this.name, holdFor), this.share);
	}

	/** Not to wait means: no longer than an answer of the cluster may take. */
	private static Duration limit(Shard shard, Duration waitFor) {
		return waitFor.isZero() ? shard.settings().reconnectGrace() : Durations.countable(waitFor);
	}

	private Hold await(Shard shard, Waiter waiter, Duration limit) throws InterruptedException {
		try {
			return waiter.granted.get(limit.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException ex) {
			throw CallerExceptions.of(this.name, ex.getCause());
		}
		catch (TimeoutException ex) {
			if (!waiter.granted.cancel(false)) {
				return granted(waiter);
			}
			shard.givenUp(this.key);
			throw CallerExceptions.givenUp(this.name, shard, waiter, limit);
		}
		catch (InterruptedException ex) {
			if (!waiter.granted.cancel(false) && !waiter.granted.isCompletedExceptionally()) {
				waiter.granted.join().close();
			}
			shard.givenUp(this.key);
			throw ex;
		}
	}

	private Hold granted(Waiter waiter) throws InterruptedException {
		try {
			return waiter.granted.get();
		}
		catch (ExecutionException ex) {
			throw CallerExceptions.of(this.name, ex.getCause());
		}
	}

	@Override
	public Optional<LockHandle> tryAcquire() {
		boolean interrupted = Thread.interrupted();
		try {
			while (true) {
				try {
					return optional(acquire(Duration.ZERO, null));
				}
				catch (LockBusyException ex) {
					return Optional.empty();
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Nothing that was taken may get lost on its way to the caller. */
	private static Optional<LockHandle> optional(LockHandle handle) {
		Hold hold = (Hold) handle;
		boolean made = false;
		try {
			Optional<LockHandle> optional = Optional.of(hold);
			made = true;
			return optional;
		}
		finally {
			if (!made) {
				hold.abandoned = true;
			}
		}
	}

	@Override
	public CompletableFuture<LockHandle> acquireAsync(Duration waitFor, @Nullable Duration holdFor) {
		Waiter waiter = waiter(waitFor, holdFor);
		Shard shard;
		try {
			shard = this.shards.get();
		}
		catch (LockException ex) {
			return CompletableFuture.failedFuture(ex);
		}
		if (waiter.immediate && shard.isOutOfReach()) {
			return CompletableFuture.failedFuture(shard.unavailable(this.name));
		}
		Duration limit = limit(shard, waitFor);
		CompletableFuture<LockHandle> result = new CompletableFuture<>();
		Loop.Timer deadline = shard.loop().schedule(limit.toNanos(), () -> {
			if (waiter.isWaiting() && waiter.granted
				.completeExceptionally(CallerExceptions.givenUp(this.name, shard, waiter, limit))) {
				shard.givenUp(this.key);
			}
		});
		waiter.granted.whenComplete((hold, ex) -> {
			deadline.cancel();
			shard.callbacks().execute(() -> deliver(result, hold, ex));
		});
		result.whenComplete((hold, ex) -> {
			if (result.isCancelled() && waiter.granted.cancel(false)) {
				shard.givenUp(this.key);
			}
		});
		boolean asked = false;
		try {
			shard.acquire(this.key, this.name, LockKind.LOCK, waiter);
			asked = true;
		}
		finally {
			if (!asked) {
				waiter.abandoned = true;
			}
		}
		return result;
	}

	private void deliver(CompletableFuture<LockHandle> result, @Nullable Hold hold, @Nullable Throwable ex) {
		if (hold == null) {
			result
				.completeExceptionally((ex instanceof CancellationException) ? ex : CallerExceptions.of(this.name, ex));
		}
		else if (!result.complete(hold)) {
			hold.close();
		}
	}

	@Override
	public boolean isHeldByCurrentThread() {
		Hold hold = this.threads.get(this.key, this.share);
		return hold != null && hold.isHeld();
	}

	@Override
	public long fencingToken() {
		Hold hold = this.threads.get(this.key, this.share);
		if (hold == null) {
			throw new IllegalMonitorStateException(
					"Lock '" + PrintedNames.lock(this.name) + "' is not held by this thread");
		}
		return hold.fencingToken();
	}

	@Override
	public void lock() {
		boolean interrupted = false;
		try {
			while (true) {
				try {
					lockInterruptibly();
					return;
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@Override
	public void lockInterruptibly() throws InterruptedException {
		if (Thread.interrupted()) {
			throw new InterruptedException();
		}
		if (!this.threads.reenter(this.key, this.name, this.share)) {
			enter(acquire(Durations.FOREVER, null));
		}
	}

	private void enter(LockHandle handle) {
		Hold hold = (Hold) handle;
		boolean entered = false;
		try {
			this.threads.enter(this.key, hold);
			entered = true;
		}
		finally {
			if (!entered) {
				hold.abandoned = true;
			}
		}
	}

	@Override
	public boolean tryLock() {
		if (this.threads.reenter(this.key, this.name, this.share)) {
			return true;
		}
		Optional<LockHandle> held = tryAcquire();
		if (held.isEmpty()) {
			return false;
		}
		// Not by a lambda: the first use of one needs much more stack than the rest.
		enter(held.get());
		return true;
	}

	@Override
	public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
		if (Thread.interrupted()) {
			throw new InterruptedException();
		}
		if (this.threads.reenter(this.key, this.name, this.share)) {
			return true;
		}
		try {
			Duration waitFor = Duration.ofNanos(Math.max(unit.toNanos(time), 0));
			enter(acquire(waitFor, null));
			return true;
		}
		catch (LockBusyException ex) {
			return false;
		}
	}

	@Override
	public void unlock() {
		this.threads.leave(this.key, this.name, this.share);
	}

	@Override
	public Registration bind(LockGrant grant) {
		return (grant instanceof Hold hold) ? this.threads.bind(this.key, hold) : () -> {
		};
	}

	@Override
	public boolean isExclusive(LockGrant grant) {
		return !(grant instanceof Hold hold) || hold.share().isExclusive();
	}

	@Override
	public String toString() {
		return "lock '" + PrintedNames.lock(this.name) + "'";
	}

}

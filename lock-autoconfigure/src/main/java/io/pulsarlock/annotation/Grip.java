package io.pulsarlock.annotation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLostException;
import org.jspecify.annotations.Nullable;

/**
 * What one call of a guarded method holds, from before it begins until after it has
 * ended. Used by one thread after the other.
 */
final class Grip {

	private final Guard guard;

	private final List<LockHandle> held = new ArrayList<>();

	private final List<LockHandle> owned = new ArrayList<>();

	private final List<String> keys;

	private final @Nullable LockHandle leadership;

	private final long begin = System.nanoTime();

	private final List<LockContext> contexts = new ArrayList<>();

	private boolean released;

	Grip(Guard guard, List<String> keys, @Nullable LockHandle leadership) {
		this.guard = guard;
		this.keys = keys;
		this.leadership = leadership;
	}

	/** Adds a lock this call has taken. */
	void own(LockHandle lock) {
		this.owned.add(lock);
		this.held.add(lock);
	}

	/** Adds a lock that a call around this one has taken. */
	void share(LockHandle lock) {
		lock.assertHeld();
		this.held.add(lock);
	}

	/** Everything the call holds; the leadership first. */
	List<LockHandle> all() {
		List<LockHandle> all = new ArrayList<>();
		if (this.leadership != null) {
			all.add(this.leadership);
		}
		all.addAll(this.held);
		return all;
	}

	List<String> keys() {
		return this.keys;
	}

	/** Makes what is held visible to the thread. */
	void enter() {
		Guard.Leader leader = this.guard.leader();
		if (leader != null && this.leadership != null) {
			this.contexts.add(new LockContext(leader.group(), true, List.of(), List.of(this.leadership)));
		}
		Guard.Lock lock = this.guard.lock();
		if (lock != null) {
			this.contexts.add(new LockContext(lock.name(), false, this.keys, this.held));
		}
		this.contexts.forEach(LockContext::enter);
	}

	void exit() {
		for (int i = this.contexts.size() - 1; i >= 0; i--) {
			this.contexts.get(i).exit();
		}
	}

	/** The innermost context, after {@link #enter}. */
	LockContext context() {
		return this.contexts.get(this.contexts.size() - 1);
	}

	/**
	 * Calls back when something is lost whose annotation wants the method interrupted.
	 */
	void onInterruptingLoss(Consumer<LockLoss> callback) {
		interrupting().forEach((each) -> each.onLost(callback));
	}

	/** Whether the method's outcome does not count any more. */
	boolean isForfeited() {
		return interrupting().stream().anyMatch((each) -> !each.isHeld());
	}

	private List<LockHandle> interrupting() {
		List<LockHandle> all = new ArrayList<>();
		Guard.Leader leader = this.guard.leader();
		if (leader != null && this.leadership != null && leader.onLost() == OnLost.INTERRUPT) {
			all.add(this.leadership);
		}
		Guard.Lock lock = this.guard.lock();
		if (lock != null && lock.onLost() == OnLost.INTERRUPT) {
			all.addAll(this.held);
		}
		return all;
	}

	LockLostException forfeited(@Nullable Throwable cause) {
		return (cause instanceof LockLostException lost) ? lost : new LockLostException("What guards "
				+ this.guard.method() + " was lost while it ran: what it did may overlap with the next holder", cause);
	}

	/**
	 * Gives the locks back, at once or when their shortest time is over.
	 * @return false if that was done before
	 */
	boolean release() {
		synchronized (this.owned) {
			if (this.released) {
				return false;
			}
			this.released = true;
		}
		Guard.Lock lock = this.guard.lock();
		Duration rest = (lock != null) ? lock.atLeastFor().minusNanos(System.nanoTime() - this.begin) : Duration.ZERO;
		if (this.owned.isEmpty() || rest.isNegative() || rest.isZero()) {
			close();
		}
		else {
			CompletableFuture.delayedExecutor(rest.toNanos(), TimeUnit.NANOSECONDS).execute(this::close);
		}
		return true;
	}

	boolean isReleased() {
		synchronized (this.owned) {
			return this.released;
		}
	}

	/** Gives back what was taken so far for a call that does not take place. */
	void abandon() {
		synchronized (this.owned) {
			this.released = true;
		}
		close();
	}

	private void close() {
		for (int i = this.owned.size() - 1; i >= 0; i--) {
			this.owned.get(i).close();
		}
	}

}

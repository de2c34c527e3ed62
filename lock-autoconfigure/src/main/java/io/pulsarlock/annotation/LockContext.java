package io.pulsarlock.annotation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.Registration;
import org.jspecify.annotations.Nullable;

/**
 * What the guarded method that runs on this thread holds. It belongs to the thread: a
 * method that hands work to others takes what it needs from here first.
 */
public final class LockContext {

	private static final ThreadLocal<@Nullable LockContext> CURRENT = new ThreadLocal<>();

	private final String name;

	private final boolean leadership;

	private final List<String> keys;

	private final List<LockHandle> held;

	private @Nullable LockContext outer;

	LockContext(String name, boolean leadership, List<String> keys, List<LockHandle> held) {
		this.name = name;
		this.leadership = leadership;
		this.keys = List.copyOf(keys);
		this.held = List.copyOf(held);
	}

	/**
	 * The innermost guarded method on this thread.
	 * @return its context
	 * @throws IllegalStateException if no guarded method runs on this thread, for example
	 * because it was called on {@code this}
	 */
	public static LockContext current() {
		LockContext current = CURRENT.get();
		if (current == null) {
			throw new IllegalStateException("No method guarded by @DistributedLock or @LeaderOnly runs on this thread. "
					+ "Was it called on 'this', and so not through the bean, or on another thread?");
		}
		return current;
	}

	/**
	 * The innermost guarded method on this thread, if there is one.
	 * @return empty if there is none
	 */
	public static Optional<LockContext> find() {
		return Optional.ofNullable(CURRENT.get());
	}

	static @Nullable LockContext peek() {
		return CURRENT.get();
	}

	void enter() {
		this.outer = CURRENT.get();
		CURRENT.set(this);
	}

	void exit() {
		if (this.outer != null) {
			CURRENT.set(this.outer);
		}
		else {
			CURRENT.remove();
		}
	}

	/** The guarded method around this one. */
	@Nullable LockContext outer() {
		return this.outer;
	}

	/** The holding of the lock with that full name, here or further out. */
	static @Nullable LockHandle heldByThread(String lock) {
		for (LockContext context = CURRENT.get(); context != null; context = context.outer) {
			if (!context.leadership) {
				for (LockHandle held : context.held) {
					if (held.name().equals(lock)) {
						return held;
					}
				}
			}
		}
		return null;
	}

	boolean isLeadership() {
		return this.leadership;
	}

	/**
	 * The annotation's name, or the leader group.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * The values of the annotation's keys, in the order in which the locks were taken.
	 * @return empty if the lock has no key
	 */
	public List<String> keys() {
		return this.keys;
	}

	/**
	 * The token of the lock, or the term of the leadership.
	 * @return the token, positive
	 * @throws io.pulsarlock.LockLostException if the lock was lost
	 * @throws IllegalStateException if there are several locks
	 */
	public long fencingToken() {
		if (this.held.size() != 1) {
			throw new IllegalStateException(
					"The method holds " + this.held.size() + " locks: ask held() for each token");
		}
		return this.held.get(0).fencingToken();
	}

	/**
	 * The single holdings; more than one if there are several keys.
	 * @return the holdings in the order in which they were taken
	 */
	public List<LockHandle> held() {
		return this.held;
	}

	/**
	 * Whether everything is held at this moment.
	 * @return false as soon as anything was lost
	 */
	public boolean isHeld() {
		return this.held.stream().allMatch(LockHandle::isHeld);
	}

	/**
	 * Like {@link #isHeld()}, as an exception.
	 * @throws io.pulsarlock.LockLostException if anything was lost
	 */
	public void assertHeld() {
		this.held.forEach(LockHandle::assertHeld);
	}

	/**
	 * For how long everything is certain to be held if nothing is heard from the cluster
	 * from now on.
	 * @return zero if anything was lost
	 */
	public Duration remaining() {
		return this.held.stream().map(LockHandle::remaining).min(Duration::compareTo).orElse(Duration.ZERO);
	}

	/**
	 * Calls back for each loss, on a thread of the registry. What guards the method may
	 * outlive the method: a leadership does, and so does a lock that a method further out
	 * has taken. A callback that is of no use after the method must be removed.
	 * @param callback what to do; an exception is logged
	 * @return removes the callback
	 */
	public Registration onLost(Consumer<LockLoss> callback) {
		List<Registration> registrations = this.held.stream().map((each) -> each.onLost(callback)).toList();
		return () -> registrations.forEach(Registration::close);
	}

	@Override
	public String toString() {
		return (this.leadership ? "leader group '" : "lock '") + this.name + "'"
				+ (this.keys.isEmpty() ? "" : this.keys);
	}

}

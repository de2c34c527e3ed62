package io.pulsarlock.annotation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.pulsarlock.LockGrant;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.PrintedNames;
import io.pulsarlock.Registration;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * What the guarded method that runs on this thread holds. The context is bound to the
 * thread: a method that hands work to other threads must take what it needs from here
 * first.
 * <p>
 * A guarded publisher has its context in the Reactor context, where operators find it
 * with {@link #from(ContextView)}.
 *
 * @since 0.1.0
 */
public final class LockContext {

	private static final ThreadLocal<@Nullable LockContext> CURRENT = new ThreadLocal<>();

	private final String name;

	private final boolean leadership;

	private final List<String> keys;

	private final List<LockGrant> held;

	/** What calls within the method share. */
	private final List<CallLock> locks;

	/** Receives what ends with the method. */
	private final Consumer<Registration> scope;

	private final @Nullable LockContext outer;

	LockContext(String name, boolean leadership, List<String> keys, List<LockGrant> held, List<CallLock> locks,
			Consumer<Registration> scope, @Nullable LockContext outer) {
		this.name = name;
		this.leadership = leadership;
		this.keys = List.copyOf(keys);
		this.held = List.copyOf(held);
		this.locks = List.copyOf(locks);
		this.scope = scope;
		this.outer = outer;
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
					+ "Was it called on 'this', bypassing the proxy of its bean, or on another thread?");
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

	/**
	 * Binds a context to this thread.
	 * @param context the context, or null for none
	 * @return the context that was bound before
	 */
	static @Nullable LockContext enter(@Nullable LockContext context) {
		LockContext before = CURRENT.get();
		if (context != null) {
			CURRENT.set(context);
		}
		else {
			CURRENT.remove();
		}
		return before;
	}

	/**
	 * The innermost guarded publisher around a subscriber.
	 * @param view the subscriber's context, as provided by {@code deferContextual} and
	 * similar operators
	 * @return its context
	 * @throws IllegalStateException if there is none
	 * @since 0.2.0
	 */
	public static LockContext from(ContextView view) {
		LockContext context = view.getOrDefault(LockContext.class, null);
		if (context == null) {
			throw new IllegalStateException("This subscription is not within a publisher guarded by @DistributedLock"
					+ " or @LeaderOnly. Was its method called on 'this', bypassing the proxy of its bean?");
		}
		return context;
	}

	/** The guarded method around this one. */
	@Nullable LockContext outer() {
		return this.outer;
	}

	/**
	 * Shares the lock with that full name, which this method or one around it holds.
	 * @return the lock, to be released; null if there is none
	 */
	@Nullable CallLock share(LockRegistry registry, String lock) {
		for (LockContext context = this; context != null; context = context.outer) {
			CallLock shared = CallLock.share(context.locks, registry, lock);
			if (shared != null) {
				return shared;
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
	 * The values of the annotation's keys, in the order in which the locks were acquired.
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
					"The method holds " + this.held.size() + " locks: call held() for the token of each");
		}
		return this.held.get(0).fencingToken();
	}

	/**
	 * The locks that are held, or the leadership; several locks if there are several
	 * keys.
	 * @return the locks in the order in which they were acquired, or the leadership; none
	 * of them can be closed
	 */
	public List<LockGrant> held() {
		return this.held;
	}

	/**
	 * Whether everything is held at this moment.
	 * @return false as soon as anything was lost
	 */
	public boolean isHeld() {
		return this.held.stream().allMatch(LockGrant::isHeld);
	}

	/**
	 * Like {@link #isHeld()}, but throws an exception.
	 * @throws io.pulsarlock.LockLostException if anything was lost
	 */
	public void assertHeld() {
		this.held.forEach(LockGrant::assertHeld);
	}

	/**
	 * How long everything is guaranteed to be held if nothing more is heard from the
	 * cluster.
	 * @return zero if anything was lost
	 */
	public Duration remaining() {
		return this.held.stream().map(LockGrant::remaining).min(Duration::compareTo).orElse(Duration.ZERO);
	}

	/**
	 * Registers a callback for each loss, which runs on a thread of the registry. It is
	 * registered until the guarded method, or the future or publisher that it has
	 * returned, has ended.
	 * @param callback what to do; an exception is logged
	 * @return the registration, which removes the callback earlier
	 */
	public Registration onLost(Consumer<LockLoss> callback) {
		List<Registration> registrations = this.held.stream().map((each) -> each.onLost(callback)).toList();
		Registration all = () -> registrations.forEach(Registration::close);
		this.scope.accept(all);
		return all;
	}

	@Override
	public String toString() {
		return (this.leadership ? "leader group '" : "lock '") + PrintedNames.text(this.name) + "'"
				+ (this.keys.isEmpty() ? "" : this.keys.stream().map(PrintedNames::key).toList());
	}

}

package io.pulsarlock.annotation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.micrometer.observation.Observation;
import io.pulsarlock.FencedLock;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockRegistry;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;

/**
 * Guards methods that return publishers: each subscription acquires the lock, calls the
 * method, and releases the lock when the returned publisher has ended or was cancelled. A
 * method that is called once and subscribed to many times, such as a scheduled one, is
 * therefore guarded each time, and nothing in its body runs before the lock is held.
 * <p>
 * The only class that uses Reactor.
 */
final class PublisherGuard {

	private final GuardedCall call;

	private final GuardInterceptor owner;

	private final Guard guard;

	private final ReactiveAdapter adapter;

	/** The declared type of the elements. */
	private final Class<?> declared;

	private PublisherGuard(GuardedCall call, ReactiveAdapter adapter) {
		this.call = call;
		this.owner = call.interceptor();
		this.guard = call.guard();
		this.adapter = adapter;
		this.declared = declared(call, adapter);
	}

	static Object guard(GuardedCall call) {
		Class<?> type = KotlinDetector.isSuspendingFunction(call.method()) ? Mono.class : call.returnType().toClass();
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
		if (adapter == null) {
			throw new IllegalStateException("No adapter for " + type);
		}
		PublisherGuard each = new PublisherGuard(call, adapter);
		Flux<Object> guarded = Flux.deferContextual(each::subscription);
		return adapter.fromPublisher(adapter.isMultiValue() ? guarded : guarded.next());
	}

	private Flux<Object> subscription(ContextView view) {
		LockContext around = view.getOrDefault(LockContext.class, null);
		LockContext outer = (around != null) ? around : LockContext.peek();
		Guard.Leader leader = this.guard.leader();
		if (leader == null) {
			return guarded(null, outer);
		}
		LeaderGroup group = this.owner.group(leader);
		LockGrant leadership = (group != null) ? group.held().orElse(null) : null;
		if (group == null || leadership != null || leader.waitFor().isZero()) {
			return led(leadership, outer);
		}
		return Mono.fromFuture(() -> group.awaitLeaderAsync(leader.waitFor())).flatMapMany((known) -> {
			this.owner.awaited(this.guard, leader, known);
			return led(group.held().orElse(null), outer);
		});
	}

	private Flux<Object> led(@Nullable LockGrant leadership, @Nullable LockContext outer) {
		if (leadership == null) {
			this.owner.notLeading(this.guard);
			return Flux.empty();
		}
		return guarded(leadership, outer);
	}

	private Flux<Object> guarded(@Nullable LockGrant leadership, @Nullable LockContext outer) {
		Guard.Lock lock = this.guard.lock();
		Map<String, Object> keys = (lock != null)
				? this.owner.keys(this.guard, lock, this.call.target(), this.call.arguments()) : Map.of();
		Grip grip = new Grip(this.guard, keys, leadership);
		AtomicReference<@Nullable LockBusyException> busy = new AtomicReference<>();
		Mono<Grip> taken = (lock != null) ? take(lock, keys.keySet(), grip, outer) : Mono.just(grip);
		return Flux.usingWhen(taken.onErrorResume(LockBusyException.class, (ex) -> {
			busy.set(ex);
			return Mono.empty();
		}), (each) -> run(each, outer), (each) -> Mono.fromRunnable(each::release))
			.concatWith(Flux.defer(() -> busy(busy.get())))
			// Whatever was cancelled when.
			.doFinally((signal) -> grip.release());
	}

	private Mono<Grip> take(Guard.Lock lock, Collection<String> names, Grip grip, @Nullable LockContext outer) {
		long begin = System.nanoTime();
		GuardObservations.Attempt attempt = this.owner.observations().attempt(lock, grip.keys());
		List<String> missing = new ArrayList<>(names);
		// On this thread, because it may be the one that holds them.
		missing.removeIf((name) -> shares(lock, name, grip, outer));
		return Flux.fromIterable(missing)
			.concatMap((name) -> acquire(lock, name, grip, begin), 1)
			.then(Mono.defer(() -> rest(grip, lock.atLeastFor())))
			.doOnSuccess((taken) -> attempt.ended(null))
			.doOnError((ex) -> {
				attempt.ended(ex);
				grip.release();
			})
			.doOnCancel(() -> {
				attempt.ended(new CancellationException());
				grip.release();
			});
	}

	/**
	 * Shares a lock of a guarded publisher around this one, or of a guarded method that
	 * waits on its thread for this one.
	 */
	private boolean shares(Guard.Lock lock, String name, Grip grip, @Nullable LockContext outer) {
		LockRegistry registry = this.owner.registry();
		CallLock shared = (outer != null) ? outer.share(registry, name) : null;
		if (shared == null) {
			shared = CallLock.shareOnThread(registry, name);
		}
		shared = lock.sharing().within(shared);
		if (shared != null) {
			grip.add(shared);
		}
		return shared != null;
	}

	/**
	 * Acquires a lock. It is added to the grip when it is granted, so no operator can
	 * drop it on the way.
	 */
	private Mono<String> acquire(Guard.Lock lock, String name, Grip grip, long begin) {
		return Mono.create((sink) -> {
			LockRegistry registry = this.owner.registry();
			FencedLock fenced = registry.obtain(name);
			Sharing sharing = lock.sharing();
			CompletableFuture<LockHandle> granted = sharing.acquireAsync(registry, fenced,
					GuardInterceptor.rest(lock, begin), lock.holdFor());
			AtomicBoolean cancelled = new AtomicBoolean();
			granted.whenComplete((handle, ex) -> {
				if (handle != null) {
					grip.add(CallLock.acquired(registry, fenced, sharing, handle));
					sink.success(name);
				}
				else if (!cancelled.get()) {
					sink.error((ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex);
				}
			});
			sink.onCancel(() -> {
				cancelled.set(true);
				granted.cancel(false);
			});
		});
	}

	/** Waits until the cluster knows for how long the locks rest, if they do. */
	private static Mono<Grip> rest(Grip grip, Duration atLeast) {
		return (atLeast.isZero() || !grip.isLeading()) ? Mono.just(grip)
				: Mono.fromFuture(() -> grip.rest(atLeast)).thenReturn(grip);
	}

	private Flux<Object> run(Grip grip, @Nullable LockContext outer) {
		if (!grip.isLeading()) {
			// Lost while the locks were waited for.
			this.owner.notLeading(this.guard);
			return Flux.empty();
		}
		Observation observation = this.owner.observations().hold(this.guard, grip);
		LockContext context = grip.context(outer);
		// Completes, because an error would end the result and leave the work running.
		Mono<Void> lost = Mono.create((sink) -> grip.onInterruptingLoss((event) -> sink.success()));
		return ErrorBarrier.around(proceed(grip, context))
			.doOnNext((value) -> DeferredTypes.check(value, this.declared, this.guard.method()))
			.takeUntilOther(lost)
			.concatWith(Flux.defer(() -> grip.isForfeited() ? Flux.error(grip.forfeited(null)) : Flux.empty()))
			.doOnError(observation::error)
			.doFinally((signal) -> observation.stop())
			.contextWrite((each) -> each.put(LockContext.class, context));
	}

	private static Class<?> declared(GuardedCall call, ReactiveAdapter adapter) {
		ResolvableType type = call.returnType();
		if (KotlinDetector.isSuspendingFunction(call.method())
				&& !adapter.getReactiveType().isAssignableFrom(type.toClass())) {
			return type.toClass();
		}
		return type.getGeneric().resolve(Object.class);
	}

	/** Calls the method, with the context visible to its thread while it runs. */
	private Publisher<Object> proceed(Grip grip, LockContext context) {
		try (Grip.Stay stay = grip.enter(context)) {
			return this.adapter.toPublisher(this.call.proceed());
		}
		catch (Throwable ex) {
			return Flux.error(ErrorBarrier.deliverable(ex));
		}
	}

	private Publisher<Object> busy(@Nullable LockBusyException busy) {
		Guard.Lock lock = this.guard.lock();
		if (busy == null || lock == null || lock.onBusy() == OnBusy.SKIP) {
			return Flux.empty();
		}
		if (lock.onBusy() == OnBusy.FALLBACK && lock.fallback() != null) {
			try {
				Object result = lock.fallback().invoke(this.call.target(), this.call.arguments(), busy);
				return (result instanceof Publisher || !KotlinDetector.isSuspendingFunction(this.guard.method()))
						? this.adapter.toPublisher(result) : Mono.justOrEmpty(result);
			}
			catch (Throwable ex) {
				return Flux.error(ex);
			}
		}
		return Flux.error(busy);
	}

}

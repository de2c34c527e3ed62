package io.pulsarlock.annotation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import io.micrometer.observation.Observation;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockHandle;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/**
 * Guards methods that return publishers: each subscription takes the lock, calls the
 * method and gives the lock back when what it returned has ended or was cancelled. So a
 * method that is called once and subscribed to many times, as scheduled ones are, is
 * guarded each time, and nothing in its body runs before the lock is held.
 * <p>
 * The only class that needs Reactor.
 */
final class PublisherGuard {

	private final GuardedCall call;

	private final GuardInterceptor owner;

	private final Guard guard;

	private final ReactiveAdapter adapter;

	private PublisherGuard(GuardedCall call, ReactiveAdapter adapter) {
		this.call = call;
		this.owner = call.interceptor();
		this.guard = call.guard();
		this.adapter = adapter;
	}

	static Object guard(GuardedCall call) {
		Class<?> type = KotlinDetector.isSuspendingFunction(call.method()) ? Mono.class : call.returnType().toClass();
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
		if (adapter == null) {
			throw new IllegalStateException("No adapter for " + type);
		}
		PublisherGuard each = new PublisherGuard(call, adapter);
		Flux<Object> guarded = Flux.defer(each::subscription);
		return adapter.fromPublisher(adapter.isMultiValue() ? guarded : guarded.next());
	}

	private Flux<Object> subscription() {
		LockHandle leadership = this.owner.leadership(this.guard);
		if (this.guard.leader() != null && leadership == null) {
			return Flux.empty();
		}
		AtomicReference<@Nullable LockBusyException> busy = new AtomicReference<>();
		Mono<Grip> take = take(leadership).onErrorResume(LockBusyException.class, (ex) -> {
			busy.set(ex);
			return Mono.empty();
		});
		return Flux.usingWhen(take, this::run, (grip) -> Mono.fromRunnable(grip::release))
			.concatWith(Flux.defer(() -> busy(busy.get())));
	}

	private Mono<Grip> take(@Nullable LockHandle leadership) {
		Guard.Lock lock = this.guard.lock();
		if (lock == null) {
			return Mono.just(new Grip(this.guard, List.of(), leadership));
		}
		Map<String, Object> keys = this.owner.keys(this.guard, lock, this.call.target(), this.call.arguments());
		Grip grip = new Grip(this.guard,
				lock.keys().isEmpty() ? List.of() : keys.values().stream().map(Object::toString).toList(), leadership);
		long begin = System.nanoTime();
		GuardObservations.Attempt attempt = this.owner.observations().attempt(lock, grip.keys());
		return Flux.fromIterable(new ArrayList<>(keys.keySet()))
			.concatMap((name) -> Mono.fromFuture(
					() -> this.owner.obtain(name).acquireAsync(GuardInterceptor.rest(lock, begin), lock.holdFor())), 1)
			.doOnNext(grip::own)
			.then(Mono.just(grip))
			.doOnSuccess((taken) -> attempt.ended(null))
			.doOnError((ex) -> {
				attempt.ended(ex);
				grip.abandon();
			})
			.doOnCancel(() -> {
				attempt.ended(new java.util.concurrent.CancellationException());
				grip.abandon();
			});
	}

	private Flux<Object> run(Grip grip) {
		Observation observation = this.owner.observations().hold(this.guard, grip);
		Mono<Void> lost = Mono.create((sink) -> grip.onInterruptingLoss((event) -> sink.error(grip.forfeited(null))));
		return Flux.from(proceed(grip))
			.concatWith(Flux.defer(() -> grip.isForfeited() ? Flux.error(grip.forfeited(null)) : Flux.empty()))
			.takeUntilOther(lost)
			.doOnError(observation::error)
			.doFinally((signal) -> observation.stop())
			.contextWrite((context) -> context.put(LockContext.class, grip.context()));
	}

	/** Calls the method anew, with the context visible to its thread while it runs. */
	private Publisher<Object> proceed(Grip grip) {
		grip.enter();
		try {
			Object result = this.call.proceed();
			return this.adapter.toPublisher(result);
		}
		catch (Throwable ex) {
			return Flux.error(ex);
		}
		finally {
			grip.exit();
		}
	}

	private Publisher<Object> busy(@Nullable LockBusyException busy) {
		Guard.Lock lock = this.guard.lock();
		if (busy == null || lock == null || lock.onBusy() == OnBusy.SKIP) {
			return Flux.empty();
		}
		if (lock.onBusy() == OnBusy.FALLBACK && lock.fallback() != null) {
			try {
				return this.adapter.toPublisher(
						GuardInterceptor.fallback(lock.fallback(), this.call.target(), this.call.arguments(), busy));
			}
			catch (Throwable ex) {
				return Flux.error(ex);
			}
		}
		return Flux.error(busy);
	}

}

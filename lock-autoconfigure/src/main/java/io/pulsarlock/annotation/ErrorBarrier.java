package io.pulsarlock.annotation;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Turns an error that Reactor considers fatal, and therefore throws instead of delivering
 * it, into the end of a guarded publisher. Otherwise nothing would end the publisher, and
 * its lock would be kept forever.
 */
final class ErrorBarrier implements CoreSubscriber<Object>, Subscription {

	private final CoreSubscriber<? super Object> subscriber;

	private final AtomicBoolean done = new AtomicBoolean();

	private @Nullable Subscription upstream;

	private ErrorBarrier(CoreSubscriber<? super Object> subscriber) {
		this.subscriber = subscriber;
	}

	static Flux<Object> around(Publisher<Object> publisher) {
		return Flux
			.from((subscriber) -> new ErrorBarrier(Operators.toCoreSubscriber(subscriber)).subscribeTo(publisher));
	}

	/** An error in a form that Reactor delivers. */
	static Throwable deliverable(Throwable ex) {
		return Exceptions.isFatal(ex) ? new IllegalStateException("A guarded publisher ended with " + ex, ex) : ex;
	}

	private void subscribeTo(Publisher<Object> publisher) {
		try {
			publisher.subscribe(this);
		}
		catch (Throwable ex) {
			if (this.upstream == null) {
				this.done.set(true);
				Operators.error(this.subscriber, deliverable(ex));
			}
			else {
				onError(ex);
			}
		}
	}

	@Override
	public Context currentContext() {
		return this.subscriber.currentContext();
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.upstream = subscription;
		this.subscriber.onSubscribe(this);
	}

	@Override
	public void onNext(Object value) {
		this.subscriber.onNext(value);
	}

	@Override
	public void onError(Throwable ex) {
		if (this.done.compareAndSet(false, true)) {
			this.subscriber.onError(deliverable(ex));
		}
	}

	@Override
	public void onComplete() {
		if (this.done.compareAndSet(false, true)) {
			this.subscriber.onComplete();
		}
	}

	@Override
	public void request(long n) {
		Subscription upstream = this.upstream;
		if (upstream != null) {
			try {
				upstream.request(n);
			}
			catch (Throwable ex) {
				upstream.cancel();
				onError(ex);
			}
		}
	}

	@Override
	public void cancel() {
		Subscription upstream = this.upstream;
		if (upstream != null) {
			try {
				upstream.cancel();
			}
			catch (Throwable ex) {
				// The cancellation then releases the locks.
				Operators.onErrorDropped(deliverable(ex), currentContext());
			}
		}
	}

}

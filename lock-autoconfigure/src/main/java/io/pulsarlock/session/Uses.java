package io.pulsarlock.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.pulsarlock.Registration;

/**
 * What a holding guards at this moment, and when it is free of that.
 */
final class Uses {

	private final CompletableFuture<Void> over = new CompletableFuture<>();

	private int count;

	private boolean leaving;

	/** Any thread. */
	Registration begin() {
		synchronized (this) {
			this.count++;
		}
		AtomicBoolean ended = new AtomicBoolean();
		return () -> {
			if (ended.compareAndSet(false, true)) {
				end();
			}
		};
	}

	private void end() {
		synchronized (this) {
			this.count--;
			if (!this.leaving || this.count > 0) {
				return;
			}
		}
		this.over.complete(null);
	}

	/**
	 * Says that all are to end.
	 * @return completes with the last of them
	 */
	CompletableFuture<Void> leave() {
		synchronized (this) {
			this.leaving = true;
			if (this.count > 0) {
				return this.over;
			}
		}
		this.over.complete(null);
		return this.over;
	}

	synchronized int count() {
		return this.count;
	}

}

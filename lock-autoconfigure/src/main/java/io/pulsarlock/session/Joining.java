package io.pulsarlock.session;

import java.util.concurrent.CompletableFuture;

import io.pulsarlock.LockException;

/**
 * Whether a shard has joined, for those who wait for it. The future is renewed whenever
 * the answer may be another one: no caller is told of a refusal that came before it
 * asked, nor that a shard has joined which has lost its session since. Changed on the
 * loop, read anywhere.
 */
final class Joining {

	private volatile CompletableFuture<Void> future = new CompletableFuture<>();

	void joined() {
		this.future.complete(null);
	}

	/** The session has ended; another one is to join. */
	void left() {
		if (this.future.isDone()) {
			this.future = new CompletableFuture<>();
		}
	}

	/** The cluster refuses this node; it will be asked again. */
	void refused(LockException refusal) {
		CompletableFuture<Void> refused = this.future;
		if (!refused.isDone()) {
			this.future = new CompletableFuture<>();
			refused.completeExceptionally(refusal);
		}
	}

	CompletableFuture<Void> future() {
		return this.future;
	}

}

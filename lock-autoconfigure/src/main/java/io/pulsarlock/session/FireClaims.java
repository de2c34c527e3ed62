package io.pulsarlock.session;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.pulsarlock.LockException;

/**
 * Who waits to hear whether a record about a job was the first to say so. On the loop.
 */
final class FireClaims {

	private final Map<Long, CompletableFuture<Boolean>> claims = new HashMap<>();

	void add(long sequence, CompletableFuture<Boolean> claim) {
		this.claims.put(sequence, claim);
	}

	/** The record was read back. */
	void confirmed(long sequence, boolean first) {
		CompletableFuture<Boolean> claim = this.claims.remove(sequence);
		if (claim != null) {
			claim.complete(first);
		}
	}

	/** What has become of the records will never be known. */
	void fail(Supplier<LockException> failure) {
		this.claims.values().forEach((claim) -> claim.completeExceptionally(failure.get()));
		this.claims.clear();
	}

}

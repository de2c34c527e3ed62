package io.pulsarlock.session;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.pulsarlock.LockException;
import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Forget;

/**
 * What one session writes about jobs, and who waits to hear whether a record was the
 * first to say so. On the loop.
 */
final class FireClaims {

	private final UUID session;

	private final RecordWriter writer;

	private final Map<Long, CompletableFuture<Boolean>> claims = new HashMap<>();

	FireClaims(UUID session, RecordWriter writer) {
		this.session = session;
		this.writer = writer;
	}

	/** Says that a job begins, and tells whether it was the first to say so. */
	void fire(String job, long fireTime, CompletableFuture<Boolean> claim) {
		this.claims.put(this.writer.publish((sequence) -> new Fire(this.session, sequence, job, fireTime)), claim);
	}

	/** Forgets what was claimed for a job, and tells whether there was something. */
	void forget(String job, CompletableFuture<Boolean> forgotten) {
		this.claims.put(this.writer.publish((sequence) -> new Forget(this.session, sequence, job)), forgotten);
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

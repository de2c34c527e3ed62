package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.pulsarlock.LockException;
import io.pulsarlock.line.JournalRecord.Remaining;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.Resting;
import io.pulsarlock.line.RecordBounds;

/**
 * What one session writes about rests, and who waits to hear that it was read. The oldest
 * session repeats every rest, for nodes that join. On the loop.
 */
final class RestWriter {

	/** Letters of locks' names and a guess at the rest, in one record. */
	private static final int RECORD_SIZE = 100_000;

	private static final int REST_SIZE = 16;

	/** So many leases after its end a rest is forgotten. */
	private static final int REMEMBERED_LEASES = 3;

	private final SessionSettings settings;

	private final Rests rests;

	private final Peers peers;

	private final UUID session;

	private final RecordWriter writer;

	private final Map<Long, UnderWay> underWay = new HashMap<>();

	/** Whether this session was the oldest when it looked last. */
	private boolean oldest;

	private long repeatedAt;

	RestWriter(SessionSettings settings, Rests rests, Peers peers, UUID session, RecordWriter writer) {
		this.settings = settings;
		this.rests = rests;
		this.peers = peers;
		this.session = session;
		this.writer = writer;
	}

	/**
	 * Says that a lock rests from now on.
	 * @param millis for how long at least; zero ends the rest
	 * @param done completes when it was read
	 */
	void rest(String lock, long millis, long now, CompletableFuture<?> done) {
		// The latest rest counts, so it must not be shorter than what was promised
		// before.
		long covering = (millis > 0)
				? Math.min(Math.max(millis, Rests.millis(remaining(lock, now))), RecordBounds.MAX_REST_MILLIS) : 0;
		long end = now + TimeUnit.MILLISECONDS.toNanos(covering);
		this.underWay.put(this.writer.publish((sequence) -> new Rest(this.session, sequence, lock, covering)),
				new UnderWay(lock, covering, end, done));
	}

	/**
	 * For how long a lock rests; zero if it does not. What is still to be read counts
	 * already, so that no caller of this node gets the lock before.
	 */
	long remaining(String lock, long now) {
		long remaining = this.rests.remaining(lock, now);
		if (!this.underWay.isEmpty()) {
			for (UnderWay each : this.underWay.values()) {
				remaining = each.lock().equals(lock) ? Math.max(remaining, each.end() - now) : remaining;
			}
		}
		return remaining;
	}

	/** The rests that go on, as far as they were read. */
	void forEach(long now, Rests.Action action) {
		this.rests.forEach(now, action);
	}

	/** The record was read back. */
	void confirmed(long sequence, long now) {
		UnderWay read = this.underWay.remove(sequence);
		if (read == null) {
			return;
		}
		if (read.millis() > 0 && Rests.millis(this.rests.remaining(read.lock(), now)) > read.millis()) {
			// Another one that shares the lock has said so at the same time. A node that
			// joins may read this one alone.
			rest(read.lock(), read.millis(), now, read.done());
		}
		else {
			read.done().complete(null);
		}
	}

	/** What has become of the records will never be known. */
	void fail(Supplier<LockException> failure) {
		this.underWay.values().forEach((each) -> each.done().completeExceptionally(failure.get()));
		this.underWay.clear();
	}

	/** Repeats what is due. */
	void tick(long now) {
		if (this.rests.isEmpty()) {
			return;
		}
		this.rests.forget(REMEMBERED_LEASES * this.settings.leaseNanos(), now);
		boolean before = this.oldest;
		this.oldest = this.peers.rank(now) == 0;
		if (this.oldest && (!before || now - this.repeatedAt >= this.settings.heartbeatNanos())) {
			repeat(now);
		}
	}

	/** Repeats for how long locks rest, as far as this node knows. */
	void repeat(long now) {
		this.repeatedAt = now;
		List<Remaining> part = new ArrayList<>();
		int[] size = new int[1];
		this.rests.forEach(now, (lock, place, nanos) -> {
			part.add(new Remaining(lock, place, Rests.millis(nanos)));
			size[0] += REST_SIZE + lock.length();
			if (size[0] >= RECORD_SIZE) {
				publish(part);
				size[0] = 0;
			}
		});
		if (!part.isEmpty()) {
			publish(part);
		}
	}

	private void publish(List<Remaining> part) {
		List<Remaining> rests = List.copyOf(part);
		part.clear();
		this.writer.publish((sequence) -> new Resting(this.session, sequence, rests));
	}

	/**
	 * A rest that is still to be read.
	 *
	 * @param lock the lock
	 * @param millis for how long it rests, zero if it ends
	 * @param end when it ends, if it is read at once
	 * @param done completes when it was read
	 */
	private record UnderWay(String lock, long millis, long end, CompletableFuture<?> done) {
	}

}

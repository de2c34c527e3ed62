package io.pulsarlock.session;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Downgrade;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Share;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of one session, numbered without a gap: a record takes its number
 * when it exists, so an error that comes before has cost nothing; and nothing but a
 * goodbye is written behind one that may be missing. On the loop.
 */
final class RecordWriter {

	private final Loop loop;

	private final Journal journal;

	private final SessionLease lease;

	private final Listener listener;

	/** The first record that could not be written. */
	private final AtomicLong torn = new AtomicLong(Long.MAX_VALUE);

	/**
	 * What was written and has not counted yet, by number. In the journal, another record
	 * may have taken the number.
	 */
	private final Map<Long, JournalRecord> uncounted = new HashMap<>();

	/** Tickets whose release has not been read back. */
	private final Set<Long> releasing = new HashSet<>();

	/** Tickets whose downgrade has been written. */
	private final Set<Long> downgraded = new HashSet<>();

	private boolean parted;

	private long requests;

	private long releases;

	RecordWriter(Loop loop, Journal journal, SessionLease lease, Listener listener) {
		this.loop = loop;
		this.journal = journal;
		this.lease = lease;
		this.listener = listener;
	}

	/**
	 * Publishes a record.
	 * @param maker makes it of its number
	 * @return its number
	 */
	long publish(LongFunction<JournalRecord> maker) {
		long now = this.loop.nanoTime();
		long sequence = this.lease.nextSequence();
		JournalRecord record = maker.apply(sequence);
		if (isTorn() && !(record instanceof Bye)) {
			// The others would miss the one before. This session ends in a moment.
			return sequence;
		}
		this.lease.sending(now);
		this.uncounted.put(sequence, record);
		write(record).whenComplete((position, ex) -> {
			if (ex != null) {
				this.torn.accumulateAndGet(sequence, Math::min);
			}
			this.loop.execute(() -> answered(record, position, ex));
		});
		return sequence;
	}

	private CompletionStage<Position> write(JournalRecord record) {
		try {
			if (record instanceof Release release) {
				this.releasing.add(release.ticket());
				this.releases++;
			}
			else if (record instanceof Downgrade downgrade) {
				this.downgraded.add(downgrade.ticket());
			}
			else if (record instanceof Request) {
				this.requests++;
			}
			return this.journal.publish(record);
		}
		catch (RuntimeException | Error ex) {
			// Whether anything was written is not known.
			this.torn.accumulateAndGet(record.sequence(), Math::min);
			return CompletableFuture.failedFuture(ex);
		}
	}

	private void answered(JournalRecord record, @Nullable Position position, @Nullable Throwable ex) {
		if (position != null) {
			this.listener.written(record, position);
		}
		else {
			this.listener.notWritten(ex);
		}
	}

	/** Says goodbye, once. */
	void part() {
		if (!this.parted) {
			this.parted = true;
			publish((sequence) -> new Bye(this.lease.id(), sequence, Math.min(sequence, this.torn.get())));
		}
	}

	/** No goodbye is to be said any more: the others have ended the session. */
	void partSilently() {
		this.parted = true;
	}

	/** Whether a record may be missing. */
	boolean isTorn() {
		return this.torn.get() != Long.MAX_VALUE;
	}

	/** A record in the name of this session was applied, and counts. */
	void counted(JournalRecord record) {
		this.uncounted.remove(record.sequence(), record);
	}

	/**
	 * Whether a record that does not count was written by this session and has never
	 * counted: its number was taken by a record of another writer. A record that was sent
	 * twice, or copied, has counted before.
	 */
	boolean isDisplaced(JournalRecord record) {
		return record.equals(this.uncounted.get(record.sequence()));
	}

	/**
	 * Whether something is on its way whose place in the journal decides what it is
	 * worth: not what only repeats or gives up something.
	 */
	boolean isAsking() {
		return this.uncounted.values()
			.stream()
			.anyMatch((record) -> !(record instanceof Heartbeat || record instanceof Release));
	}

	/** A release was read back. */
	void released(Release release) {
		this.releasing.remove(release.ticket());
		this.downgraded.remove(release.ticket());
	}

	/** Whether a ticket is given up by a record that is on its way. */
	boolean isReleasing(long ticket) {
		return this.releasing.contains(ticket);
	}

	/** What a ticket takes when all is read that is on its way. */
	Share share(Ticket ticket) {
		return this.downgraded.contains(ticket.number()) ? Share.SHARED : ticket.share();
	}

	long requests() {
		return this.requests;
	}

	long releases() {
		return this.releases;
	}

	/** Hears of what becomes of records. On the loop. */
	interface Listener {

		/** A record is persistent. */
		void written(JournalRecord record, Position position);

		/** A record may be missing. */
		void notWritten(@Nullable Throwable ex);

	}

}

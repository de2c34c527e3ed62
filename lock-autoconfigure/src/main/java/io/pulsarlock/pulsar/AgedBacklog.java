package io.pulsarlock.pulsar;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.pulsarlock.LockException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.Position;
import org.apache.pulsar.client.api.Consumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the library's own durable subscription from locking its nodes out of a topic. A
 * backlog quota of age keeps producers out while that subscription keeps what is older,
 * only nodes that have joined move it on, and none can join without a producer: after a
 * stop of all nodes for longer than the quota that would never end.
 * <p>
 * Safety: the subscription keeps what joining nodes have to read of sessions that may be
 * alive. A session is over when a lease has passed since its latest record was sent. So
 * when nothing was written for twice the longest lease that the journal tells of, by this
 * node's clock, none of it is needed.
 */
final class AgedBacklog {

	private static final Log logger = LogFactory.getLog(AgedBacklog.class);

	/** Again within that time: the quota is too short for locks that are in use. */
	private static final long SHORT = TimeUnit.HOURS.toNanos(1);

	private final String topic;

	private Position last = Position.NONE;

	/** Since when that is known to be the last. */
	private long since;

	private CompletableFuture<Long> leaseMillis = new CompletableFuture<>();

	private @Nullable Long releasedAt;

	AgedBacklog(String topic) {
		this.topic = topic;
	}

	/**
	 * A producer was refused for the backlog.
	 * @param keeper the durable subscription
	 * @param longestLease reads the journal, up to a position, for the longest lease
	 * @param refusal what to say if the quota is too short for locks
	 * @return completes with why there is no producer yet
	 */
	CompletionStage<LockException> refused(Consumer<byte[]> keeper, LeaseSearch longestLease,
			Supplier<LockException> refusal) {
		return keeper.getLastMessageIdsAsync()
			.thenCompose((ids) -> look(PulsarJournal.position(ids.get(0)), keeper, longestLease, refusal));
	}

	private synchronized CompletionStage<LockException> look(Position position, Consumer<byte[]> keeper,
			LeaseSearch longestLease, Supplier<LockException> refusal) {
		long now = System.nanoTime();
		if (!position.equals(this.last) || this.leaseMillis.isCompletedExceptionally()) {
			this.last = position;
			this.since = now;
			this.leaseMillis = longestLease.upTo(position).toCompletableFuture();
		}
		LockException reason = (this.releasedAt != null && now - this.releasedAt < SHORT) ? refusal.get() : null;
		Long lease = this.leaseMillis.isDone() ? this.leaseMillis.join() : null;
		long left = (lease != null) ? this.since + TimeUnit.MILLISECONDS.toNanos(2 * lease) - now : Long.MAX_VALUE;
		if (left > 0 || position.entryId() < 0) {
			return CompletableFuture
				.completedFuture((reason != null) ? reason : waiting((lease != null) ? 2 * lease : null));
		}
		this.releasedAt = now;
		logger.info("Subscription '" + keeper.getSubscription() + "' of topic '" + this.topic
				+ "' keeps entries that are older than a backlog quota allows and that no node needs: it moves to "
				+ position);
		return keeper.acknowledgeCumulativeAsync(PulsarJournal.id(position))
			.thenApply((none) -> (reason != null) ? reason : waiting(0L));
	}

	private LockUnavailableException waiting(@Nullable Long millis) {
		return new LockUnavailableException("Pulsar rejects producers of topic '" + this.topic
				+ "', because its durable subscription keeps entries that are older than a backlog quota allows: no"
				+ " node was there to move it on. This node moves it when nothing has been written for "
				+ ((millis != null) ? millis + " ms" : "two leases") + ", and then joins");
	}

	/** Reads the journal. */
	interface LeaseSearch {

		/**
		 * Finds the longest lease of all sessions that may be alive.
		 * @param last the last position
		 * @return completes with milliseconds
		 */
		CompletionStage<Long> upTo(Position last);

	}

}

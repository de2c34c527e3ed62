package io.pulsarlock.pulsar;

import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Outsider;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordBounds;
import io.pulsarlock.line.RecordSigner;
import io.pulsarlock.line.UnreadableRecordException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerCryptoFailureAction;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a joining node begins to read. A broker gives journal up by whole ledgers,
 * ten minutes' worth or fifty thousand records at least, and reads what it has not in
 * memory at some ten thousand records a second: on a busy shard a node that reads from
 * the earliest record needs minutes to join. The last heartbeats say how much of it is
 * not needed. Wherever they are found, what they say is true; so only the time it takes
 * depends on the search.
 */
final class JournalStart {

	private static final Log logger = LogFactory.getLog(JournalStart.class);

	/** So few records are read from the beginning, which costs no more. */
	private static final long SHORT = 2_000;

	/** So many of the latest records are searched for a heartbeat. */
	private static final List<Integer> WINDOWS = List.of(500, 10_000);

	/** So often a ledger is searched that has only just begun. */
	private static final int ATTEMPTS = 4;

	private static final long PAUSE_MILLIS = 150;

	private static final long SEARCH_MILLIS = 5000;

	/** For all there is. */
	private static final long SCAN_MILLIS = 300_000;

	private final PulsarClient client;

	private final String topic;

	private final String subscriptionPrefix;

	private final @Nullable RecordSigner signer;

	private final RecordEncryption encryption;

	private volatile Position last = Position.NONE;

	private volatile boolean empty;

	JournalStart(PulsarClient client, String topic, String subscriptionPrefix, @Nullable RecordSigner signer,
			RecordEncryption encryption) {
		this.client = client;
		this.topic = topic;
		this.subscriptionPrefix = subscriptionPrefix;
		this.signer = signer;
		this.encryption = encryption;
	}

	/**
	 * Finds after which position to read.
	 * @param consumer any consumer of the topic
	 * @param known the earliest ledger when this node read the journal before, without an
	 * entry, or {@link Position#NONE}; to look for it costs the client a reader, and the
	 * log three lines
	 * @return completes with the history that a heartbeat names; or, without an entry,
	 * with the earliest ledger; or with {@link Position#NONE} if nothing is known
	 */
	CompletionStage<Position> find(Consumer<byte[]> consumer, Position known) {
		return find(consumer, known, ATTEMPTS).exceptionally((ex) -> {
			logger.debug("The end of the journal '" + this.topic + "' could not be searched", ex);
			return Position.NONE;
		});
	}

	/** The last position there was, as far as is known. */
	Position last() {
		return this.last;
	}

	/** Whether there was no record. */
	boolean wasEmpty() {
		return this.empty;
	}

	private CompletableFuture<Position> find(Consumer<byte[]> consumer, Position known, int attempts) {
		return consumer.getLastMessageIdsAsync().thenCompose((ids) -> {
			Position last = PulsarJournal.position(ids.get(0));
			this.last = last;
			this.empty = last.entryId() < 0;
			if (this.empty) {
				return CompletableFuture.completedFuture(Position.NONE);
			}
			// What was the earliest is the latest, so it is the earliest still.
			CompletableFuture<Position> earliest = (last.ledgerId() == known.ledgerId())
					? CompletableFuture.completedFuture(known) : earliest();
			return earliest.thenCompose((first) -> find(consumer, attempts, first, last));
		});
	}

	private CompletableFuture<Position> find(Consumer<byte[]> consumer, int attempts, Position earliest,
			Position last) {
		boolean begun = last.entryId() < SHORT;
		if (begun && earliest.ledgerId() == last.ledgerId()) {
			return CompletableFuture.completedFuture(earliest);
		}
		return search(last, WINDOWS.iterator()).thenCompose((found) -> {
			if (found.spoken() || !begun || attempts == 1) {
				return CompletableFuture
					.completedFuture(found.history().isAfter(earliest) ? found.history() : earliest);
			}
			// Those who are there are about to repeat what they have in the new ledger,
			// and to read all there is would take longer.
			return ClientTimer.pause(PAUSE_MILLIS).thenCompose((none) -> find(consumer, earliest, attempts - 1));
		});
	}

	/** The earliest ledger that has a record. */
	private CompletableFuture<Position> earliest() {
		Position[] earliest = { Position.NONE };
		return read(MessageId.earliest, 1, SEARCH_MILLIS, (message) -> {
			earliest[0] = new Position(PulsarJournal.position(message.getMessageId()).ledgerId(), -1);
			return true;
		}).thenApply((none) -> earliest[0]);
	}

	private CompletableFuture<Found> search(Position last, Iterator<Integer> windows) {
		Position from = new Position(last.ledgerId(), Math.max(last.entryId() - windows.next(), 0));
		Found[] found = { new Found(Position.NONE, false) };
		return read(PulsarJournal.id(from), 1000, SEARCH_MILLIS, (message) -> {
			found[0] = found[0].and(message, this.signer);
			return !last.isAfter(PulsarJournal.position(message.getMessageId()));
		}).thenCompose((none) -> {
			boolean enough = !found[0].history().equals(Position.NONE) || from.entryId() == 0 || !windows.hasNext();
			return enough ? CompletableFuture.completedFuture(found[0]) : search(last, windows);
		});
	}

	/**
	 * Finds the longest lease of the sessions that a part of the journal tells of.
	 * @param begin after which position, or with which ledger if it has no entry; as
	 * found by {@link #find}, there is a heartbeat of every live session behind it
	 * @param end the last position
	 * @return completes with milliseconds, the shortest lease if there is no session
	 */
	CompletionStage<Long> longestLease(Position begin, Position end) {
		long[] longest = { RecordBounds.MIN_LEASE_MILLIS };
		return read((begin.entryId() < 0) ? MessageId.earliest : PulsarJournal.id(begin), 1000, SCAN_MILLIS,
				(message) -> {
					longest[0] = Math.max(longest[0], leaseMillis(message));
					return !end.isAfter(PulsarJournal.position(message.getMessageId()));
				})
			.thenApply((none) -> longest[0]);
	}

	private long leaseMillis(Message<byte[]> message) {
		try {
			JournalRecord record = MessageContent.read(message, this.signer);
			return (record instanceof Heartbeat heartbeat) ? heartbeat.info().leaseMillis()
					: (record instanceof Outsider other) ? other.leaseMillis() : 0;
		}
		catch (UnreadableRecordException ex) {
			return 0;
		}
	}

	private CompletableFuture<Void> read(MessageId from, int queue, long limitMillis, Predicate<Message<byte[]>> last) {
		return this.encryption.apply(this.client.newReader(Schema.BYTES))
			.topic(this.topic)
			.subscriptionName(this.subscriptionPrefix + PulsarConnector.READER + UUID.randomUUID())
			.startMessageId(from)
			.startMessageIdInclusive()
			.receiverQueueSize(queue)
			.cryptoFailureAction(ConsumerCryptoFailureAction.CONSUME)
			.createAsync()
			.thenCompose((reader) -> Closing.after(
					ClientTimer.limit(MessageLoop.until(reader::readNextAsync, last), limitMillis), reader::isConnected,
					reader::closeAsync));
	}

	/**
	 * What a part of the journal says.
	 *
	 * @param history up to where joining nodes need not read
	 * @param spoken whether a node that has joined has said something
	 */
	private record Found(Position history, boolean spoken) {

		Found and(Message<byte[]> message, @Nullable RecordSigner signer) {
			try {
				if (MessageContent.read(message, signer) instanceof Heartbeat heartbeat) {
					boolean later = heartbeat.history().isAfter(this.history);
					return new Found(later ? heartbeat.history() : this.history,
							this.spoken || later || heartbeat.upTo().isAfter(Position.NONE));
				}
			}
			catch (UnreadableRecordException ex) {
				// The reader says so.
			}
			return this;
		}

	}

}

package io.pulsarlock.pulsar;

import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.UnreadableRecordException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerCryptoFailureAction;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.Schema;

/**
 * Finds where a joining node begins to read. A broker gives journal up by whole ledgers,
 * ten minutes' worth or fifty thousand records at least, and reads what it has not in
 * memory at some ten thousand records a second: on a busy shard a node that reads from
 * the earliest record needs minutes to join. The last heartbeats say how much of it is
 * not needed.
 */
final class JournalStart {

	private static final Log logger = LogFactory.getLog(JournalStart.class);

	/** A ledger with fewer records is read from its beginning, which costs no more. */
	private static final long SHORT = 10_000;

	/** So many of the latest records are searched for a heartbeat. */
	private static final List<Integer> WINDOWS = List.of(500, 10_000);

	private static final long SEARCH_SECONDS = 5;

	private final PulsarClient client;

	private final String topic;

	private final String subscriptionPrefix;

	JournalStart(PulsarClient client, String topic, String subscriptionPrefix) {
		this.client = client;
		this.topic = topic;
		this.subscriptionPrefix = subscriptionPrefix;
	}

	/**
	 * Moves a reader forward from the earliest record, if that is worth it.
	 * @param reader the reader, paused: nothing it has fetched before may be read
	 * @return completes when it may be resumed
	 */
	CompletionStage<Void> seek(Consumer<byte[]> reader) {
		return reader.getLastMessageIdsAsync().thenCompose((ids) -> {
			Position last = PulsarJournal.position(ids.get(0));
			return (last.entryId() < SHORT) ? CompletableFuture.completedFuture(Position.NONE)
					: search(last, WINDOWS.iterator());
		})
			.thenCompose((start) -> start.equals(Position.NONE) ? CompletableFuture.completedFuture(null)
					: reader.seekAsync(PulsarJournal.id(start)));
	}

	private CompletableFuture<Position> search(Position last, Iterator<Integer> windows) {
		if (!windows.hasNext()) {
			return CompletableFuture.completedFuture(Position.NONE);
		}
		Position from = new Position(last.ledgerId(), Math.max(last.entryId() - windows.next(), 0));
		return this.client.newReader(Schema.BYTES)
			.topic(this.topic)
			.subscriptionName(this.subscriptionPrefix + PulsarConnector.READER + UUID.randomUUID())
			.startMessageId(PulsarJournal.id(from))
			.startMessageIdInclusive()
			.cryptoFailureAction(ConsumerCryptoFailureAction.CONSUME)
			.createAsync()
			.thenCompose((reader) -> latestHistory(reader, last).orTimeout(SEARCH_SECONDS, TimeUnit.SECONDS)
				.exceptionally((ex) -> {
					logger.debug("The end of the journal '" + this.topic + "' could not be searched", ex);
					return Position.NONE;
				})
				.thenCompose(
						(found) -> Closing.gently(reader::isConnected, reader::closeAsync).thenApply((none) -> found)))
			.thenCompose((found) -> found.equals(Position.NONE) ? search(last, windows)
					: CompletableFuture.completedFuture(found));
	}

	private static CompletableFuture<Position> latestHistory(Reader<byte[]> reader, Position last) {
		CompletableFuture<Position> latest = new CompletableFuture<>();
		readOn(reader, last, Position.NONE, latest);
		return latest;
	}

	/** Asynchronously each time: thousands may be there already. */
	private static void readOn(Reader<byte[]> reader, Position last, Position found,
			CompletableFuture<Position> latest) {
		reader.readNextAsync().whenCompleteAsync((message, ex) -> {
			if (ex != null) {
				latest.completeExceptionally(ex);
				return;
			}
			Position next = later(found, history(message));
			if (last.isAfter(PulsarJournal.position(message.getMessageId()))) {
				readOn(reader, last, next, latest);
			}
			else {
				latest.complete(next);
			}
		});
	}

	private static Position history(Message<byte[]> message) {
		try {
			return (MessageContent.read(message) instanceof Heartbeat heartbeat) ? heartbeat.history() : Position.NONE;
		}
		catch (UnreadableRecordException ex) {
			// Whoever reads it in earnest says so.
			return Position.NONE;
		}
	}

	private static Position later(Position one, Position other) {
		return other.isAfter(one) ? other : one;
	}

}

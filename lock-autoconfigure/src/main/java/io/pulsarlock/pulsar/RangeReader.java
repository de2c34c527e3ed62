package io.pulsarlock.pulsar;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.pulsarlock.line.Position;
import org.apache.pulsar.client.api.Message;

/**
 * Reads a part of a journal once more, by a consumer of its own, so that the connection
 * of the journal's own reader stays what it is.
 */
final class RangeReader {

	/** What a reader that it is given should ask for at once. */
	static final int QUEUE_SIZE = 1000;

	private static final long LIMIT_MILLIS = 5000;

	/** So few records are read from the beginning, which costs less than to seek. */
	private static final long NEAR = 500;

	private final Supplier<CompletableFuture<org.apache.pulsar.client.api.Consumer<byte[]>>> readers;

	private final Position begin;

	/**
	 * Creates it.
	 * @param readers opens a paused reader at the earliest record
	 * @param begin where the journal begins, as far as is known; with an entry if that is
	 * not where its earliest record is
	 */
	RangeReader(Supplier<CompletableFuture<org.apache.pulsar.client.api.Consumer<byte[]>>> readers, Position begin) {
		this.readers = readers;
		this.begin = begin;
	}

	/**
	 * Reads what lies between two positions.
	 * @param after the last position before it; without an entry, from the earliest
	 * @param before the first position behind it, which is there
	 * @param delivery gets what is still there, in order
	 * @return completes when all of it was delivered, or exceptionally if some may not
	 * have been
	 */
	CompletableFuture<Void> read(Position after, Position before, Consumer<Message<byte[]>> delivery) {
		return this.readers.get().thenCompose((reader) -> Closing.after(seek(reader, after).thenCompose((none) -> {
			reader.resume();
			return ClientTimer.limit(MessageLoop.until(reader::receiveAsync, (message) -> {
				Position position = PulsarJournal.position(message.getMessageId());
				boolean behind = !before.isAfter(position);
				if (!behind && position.isAfter(after)) {
					delivery.accept(message);
				}
				return behind;
			}), LIMIT_MILLIS);
		}), reader::isConnected, reader::closeAsync));
	}

	/** To seek is to subscribe once more, and ten lines of the client's log. */
	private CompletableFuture<Void> seek(org.apache.pulsar.client.api.Consumer<byte[]> reader, Position after) {
		boolean near = this.begin.entryId() < 0 && this.begin.ledgerId() == after.ledgerId() && after.entryId() < NEAR;
		return (near || after.entryId() < 0) ? CompletableFuture.completedFuture(null)
				: reader.seekAsync(PulsarJournal.id(after));
	}

}

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

	private static final long LIMIT_MILLIS = 5000;

	private final Supplier<CompletableFuture<org.apache.pulsar.client.api.Consumer<byte[]>>> readers;

	/**
	 * Creates it.
	 * @param readers opens a paused reader at the earliest record
	 */
	RangeReader(Supplier<CompletableFuture<org.apache.pulsar.client.api.Consumer<byte[]>>> readers) {
		this.readers = readers;
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
				boolean behind = !before.isAfter(PulsarJournal.position(message.getMessageId()));
				if (!behind) {
					delivery.accept(message);
				}
				return behind;
			}), LIMIT_MILLIS);
		}), reader::isConnected, reader::closeAsync));
	}

	private static CompletableFuture<Void> seek(org.apache.pulsar.client.api.Consumer<byte[]> reader, Position after) {
		return (after.entryId() < 0) ? CompletableFuture.completedFuture(null)
				: reader.seekAsync(PulsarJournal.id(after));
	}

}

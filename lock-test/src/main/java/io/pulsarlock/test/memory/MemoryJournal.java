package io.pulsarlock.test.memory;

import java.util.ArrayDeque;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.Position;
import io.pulsarlock.session.Journal;
import org.jspecify.annotations.Nullable;

/**
 * A shard's log as one session of one node sees it. State is the broker's thread's own.
 */
final class MemoryJournal implements Journal {

	private final MemoryConnector connector;

	private final MemoryBroker broker;

	private final MemoryShard shard;

	private final ArrayDeque<Unsent> unsent = new ArrayDeque<>();

	private final CompletableFuture<Void> ended = new CompletableFuture<>();

	private @Nullable Listener listener;

	private @Nullable UUID session;

	private long offset;

	private boolean closed;

	MemoryJournal(MemoryConnector connector, MemoryBroker broker, MemoryShard shard) {
		this.connector = connector;
		this.broker = broker;
		this.shard = shard;
		this.offset = shard.begin();
	}

	@Override
	public Position start(Listener listener) {
		this.broker.execute(() -> {
			this.listener = listener;
			read();
		});
		return Position.NONE;
	}

	@Override
	public CompletionStage<?> readAgain(Position after, Position before) {
		CompletableFuture<Void> read = new CompletableFuture<>();
		this.broker.execute(() -> {
			Listener listener = this.listener;
			if (this.closed || listener == null) {
				read.completeExceptionally(new LockUnavailableException("The journal is closed"));
				return;
			}
			for (long i = this.shard.begin(); i < this.shard.end(); i++) {
				MemoryShard.Placed placed = this.shard.get(i);
				if (placed.position().isAfter(after) && before.isAfter(placed.position())) {
					listener.received(placed.position(), placed.record());
				}
			}
			read.complete(null);
		});
		return read;
	}

	@Override
	public CompletionStage<Position> publish(JournalRecord record) {
		CompletableFuture<Position> answer = new CompletableFuture<>();
		this.broker.execute(() -> {
			this.session = record.session();
			if (this.closed) {
				answer.completeExceptionally(new LockUnavailableException("The journal is closed"));
				return;
			}
			this.unsent.add(new Unsent(record, answer));
			send();
		});
		return answer;
	}

	/** Sends what waits for the connection and reads what has come meanwhile. */
	void connected() {
		send();
		read();
	}

	private void send() {
		while (this.connector.isConnected() && !this.unsent.isEmpty()) {
			Unsent next = this.unsent.poll();
			// The answer may overtake the record itself, as it does on Pulsar.
			next.answer().complete(this.shard.append(next.record()));
			this.shard.deliver();
		}
	}

	void read() {
		Listener listener = this.listener;
		while (listener != null && !this.closed && this.connector.isConnected() && this.offset < this.shard.end()) {
			MemoryShard.Placed next = this.shard.get(this.offset++);
			listener.received(next.position(), next.record());
		}
	}

	@Override
	public long connection() {
		return this.connector.connection();
	}

	@Override
	public void trim(Position upTo) {
		this.broker.execute(() -> this.shard.trim(upTo));
	}

	@Override
	public CompletionStage<?> close() {
		this.broker.execute(this::end);
		return this.ended;
	}

	void end() {
		this.closed = true;
		this.shard.remove(this);
		this.connector.remove(this);
		this.unsent.forEach((each) -> each.answer()
			.completeExceptionally(new LockUnavailableException("The journal was closed before the record was sent")));
		this.unsent.clear();
		this.ended.complete(null);
	}

	long offset() {
		return this.offset;
	}

	MemoryShard shard() {
		return this.shard;
	}

	/** Who writes here; null before the first record. */
	@Nullable UUID session() {
		return this.session;
	}

	CompletableFuture<Void> ended() {
		return this.ended;
	}

	private record Unsent(JournalRecord record, CompletableFuture<Position> answer) {
	}

}

package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/** Journal and connector that throw on request. */
final class ThrowingPorts implements Journal {

	final List<JournalRecord> records = new ArrayList<>();

	int delivered;

	int open;

	long connection = 1;

	boolean publishSilent;

	@Nullable Throwable connectionThrows;

	@Nullable Throwable publishThrows;

	@Nullable Throwable openThrows;

	int closeThrows;

	private @Nullable Listener listener;

	static void raise(@Nullable Throwable failure) {
		if (failure instanceof RuntimeException ex) {
			throw ex;
		}
		if (failure instanceof Error ex) {
			throw ex;
		}
	}

	private static @Nullable Throwable once(@Nullable Throwable failure, Runnable cleared) {
		cleared.run();
		return failure;
	}

	Connector connector() {
		return new Connector() {

			@Override
			public CompletionStage<Journal> open(int shard) {
				raise(once(ThrowingPorts.this.openThrows, () -> ThrowingPorts.this.openThrows = null));
				ThrowingPorts.this.open++;
				return CompletableFuture.completedFuture(ThrowingPorts.this);
			}

			@Override
			public void close() {
			}

		};
	}

	@Override
	public CompletionStage<?> close() {
		if (this.closeThrows > 0) {
			this.closeThrows--;
			throw new OutOfMemoryError("on purpose");
		}
		this.open--;
		return CompletableFuture.completedFuture(null);
	}

	@Override
	public Position start(Listener listener) {
		this.listener = listener;
		this.delivered = 0;
		deliver();
		return Position.NONE;
	}

	@Override
	public CompletionStage<?> readAgain(Position after, Position before) {
		return CompletableFuture.failedFuture(new IllegalStateException("nothing is ever left out"));
	}

	@Override
	public CompletionStage<Position> publish(JournalRecord record) {
		raise(once(this.publishThrows, () -> this.publishThrows = null));
		if (!this.publishSilent) {
			append(record);
		}
		return new CompletableFuture<>();
	}

	void append(JournalRecord record) {
		this.records.add(record);
		deliver();
	}

	private void deliver() {
		Listener listener = this.listener;
		while (listener != null && this.delivered < this.records.size()) {
			listener.received(new Position(1, this.delivered), this.records.get(this.delivered++));
		}
	}

	List<UUID> sessions() {
		return this.records.stream().map(JournalRecord::session).distinct().toList();
	}

	@Override
	public long connection() {
		raise(once(this.connectionThrows, () -> this.connectionThrows = null));
		return this.connection;
	}

	@Override
	public void trim(Position upTo) {
	}

}

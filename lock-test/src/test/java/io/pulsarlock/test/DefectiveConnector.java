package io.pulsarlock.test;

import java.util.concurrent.CompletionStage;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SkipCause;
import io.pulsarlock.session.Connector;
import io.pulsarlock.session.Journal;

/**
 * Simulates a defect: the node fails to apply every request for one lock, whenever it
 * reads it.
 */
final class DefectiveConnector implements Connector {

	private final Connector connector;

	private final String key;

	DefectiveConnector(Connector connector, String lock) {
		this.connector = connector;
		this.key = "l:" + lock;
	}

	@Override
	public CompletionStage<Journal> open(int shard) {
		return this.connector.open(shard).thenApply(DefectiveJournal::new);
	}

	@Override
	public void abandon(int shard) {
		this.connector.abandon(shard);
	}

	@Override
	public void close() {
		this.connector.close();
	}

	private final class DefectiveJournal implements Journal {

		private final Journal journal;

		DefectiveJournal(Journal journal) {
			this.journal = journal;
		}

		@Override
		public Position start(Listener listener) {
			return this.journal.start(new Listener() {

				@Override
				public void received(Position position, JournalRecord record) {
					boolean fails = record instanceof Request request
							&& request.lock().equals(DefectiveConnector.this.key);
					listener.received(position,
							fails ? new Request(record.session(), record.sequence(), null) : record);
				}

				@Override
				public void skipped(Position position, SkipCause cause) {
					listener.skipped(position, cause);
				}

			});
		}

		@Override
		public CompletionStage<?> readAgain(Position after, Position before) {
			return this.journal.readAgain(after, before);
		}

		@Override
		public CompletionStage<Position> publish(JournalRecord record) {
			return this.journal.publish(record);
		}

		@Override
		public long connection() {
			return this.journal.connection();
		}

		@Override
		public void trim(Position upTo) {
			this.journal.trim(upTo);
		}

		@Override
		public CompletionStage<?> close() {
			return this.journal.close();
		}

	}

}

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

	private final class DefectiveJournal extends ForwardingJournal {

		DefectiveJournal(Journal journal) {
			super(journal);
		}

		@Override
		public Position start(Listener listener) {
			return super.start(new Listener() {

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

	}

}

package io.pulsarlock.test;

import java.util.concurrent.CompletionStage;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.Position;
import io.pulsarlock.session.Journal;

/**
 * A journal that does what another one does, for those that differ in one thing.
 */
abstract class ForwardingJournal implements Journal {

	private final Journal journal;

	ForwardingJournal(Journal journal) {
		this.journal = journal;
	}

	@Override
	public Position start(Listener listener) {
		return this.journal.start(listener);
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

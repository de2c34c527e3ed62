package io.pulsarlock.session;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SkipCause;
import org.jspecify.annotations.Nullable;

/**
 * Follows the journal of one session: takes what is delivered to the loop, hands it on in
 * order, and has read again what was left out (rule 6 of the protocol). On the loop,
 * unless said otherwise.
 */
final class JournalFollower implements Journal.Listener {

	private final Loop loop;

	private final Journal journal;

	private final Listener listener;

	private final JournalReader reader = new JournalReader();

	JournalFollower(Loop loop, Journal journal, Listener listener) {
		this.loop = loop;
		this.journal = journal;
		this.listener = listener;
	}

	/**
	 * Begins to read.
	 * @return after which position
	 */
	Position start() {
		Position begin = this.journal.start(this);
		this.reader.begin(begin);
		return begin;
	}

	/** Any thread. */
	@Override
	public void received(Position position, JournalRecord record) {
		this.loop.execute(() -> read(position, record));
	}

	/** Any thread. */
	@Override
	public void skipped(Position position, SkipCause cause) {
		this.loop.execute(() -> {
			if (this.listener.isReading()) {
				this.listener.skipped(position, cause);
				read(position, null);
			}
		});
	}

	/** Without a record it is a place in the journal that holds none. */
	private void read(Position position, @Nullable JournalRecord record) {
		if (this.listener.isReading()) {
			this.reader.read(position, record);
			handOn();
			fillHole();
		}
	}

	/** An own record is persistent. */
	void written(Position position, JournalRecord record) {
		this.reader.written(position, record);
		handOn();
		fillHole();
	}

	/** Hands on what is known without a hole. */
	private void handOn() {
		JournalReader.Entry next = this.reader.next();
		while (next != null) {
			this.listener.read(next.position(), next.record());
			next = this.reader.next();
		}
	}

	/** What a reader was moved past is still there, as a rule. */
	void fillHole() {
		JournalReader.Hole hole = this.reader.hole();
		if (hole == null || !this.listener.isReading()) {
			return;
		}
		this.reader.reading();
		this.listener.leftOut(hole);
		this.journal.readAgain(hole.after(), hole.before()).whenComplete((none, ex) -> this.loop.execute(() -> {
			this.reader.readAgain(ex == null);
			if (this.reader.isLost()) {
				this.reader.giveUp();
			}
			handOn();
			// What is still missing the next tick asks for again.
		}));
	}

	/** The session has joined. */
	void joined() {
		this.reader.joined();
	}

	/** Records that stand behind some that are still to be read. */
	int waiting() {
		return this.reader.waiting();
	}

	/** Hears of what is in the journal. On the loop. */
	interface Listener {

		/** Whether it still wants to. */
		boolean isReading();

		/** The next position of the journal; without a record if it holds none. */
		void read(Position position, @Nullable JournalRecord record);

		/** A message is no record. */
		void skipped(Position position, SkipCause cause);

		/** A part of the journal may have been left out, and is read again. */
		void leftOut(JournalReader.Hole hole);

	}

}

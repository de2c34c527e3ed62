package io.pulsarlock.session;

import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SkipCause;
import io.pulsarlock.session.PoisonRecords.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Follows the journal of one session: takes what is delivered to the loop, hands it on in
 * order, and has read again what was left out (rule 6 of the protocol). It stops before a
 * record that cannot be applied (rule 11). On the loop, unless said otherwise.
 */
final class JournalFollower implements Journal.Listener {

	/** So many are taken at a time. */
	private static final int BATCH = 64;

	private final Loop loop;

	private final Journal journal;

	private final PoisonRecords poison;

	private final UUID session;

	private final Listener listener;

	private final JournalReader reader;

	private final Queue<Delivery> deliveries = new ConcurrentLinkedQueue<>();

	/** Whether a task is on its way to the loop that takes deliveries. */
	private final AtomicBoolean taking = new AtomicBoolean();

	/** Whether everything has been read that was there before this session. */
	private boolean readAll;

	/** Before which record it stands, as it cannot be applied. */
	private @Nullable Position standing;

	/**
	 * Creates it.
	 * @param asking whether the session has asked for something that has no place yet
	 */
	JournalFollower(Loop loop, Journal journal, PoisonRecords poison, UUID session, BooleanSupplier asking,
			Listener listener) {
		this.loop = loop;
		this.journal = journal;
		this.poison = poison;
		this.session = session;
		this.reader = new JournalReader(asking);
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
		deliver(new Delivery(position, record, null));
	}

	/** Any thread. */
	@Override
	public void skipped(Position position, SkipCause cause) {
		deliver(new Delivery(position, null, cause));
	}

	/** Any thread. What comes while the loop is busy is taken by one task. */
	private void deliver(Delivery delivery) {
		this.deliveries.add(delivery);
		takeLater();
	}

	private void takeLater() {
		if (this.taking.compareAndSet(false, true)) {
			try {
				this.loop.execute(this::take);
			}
			catch (Throwable ex) {
				this.taking.set(false);
				throw ex;
			}
		}
	}

	private void take() {
		// Safety: first said, then looked. What is added later is taken by another task.
		this.taking.set(false);
		if (takeAtMost(BATCH)) {
			// The loop has other things to do as well.
			takeLater();
		}
	}

	/**
	 * Takes what was delivered.
	 * @return whether there may be more
	 */
	private boolean takeAtMost(int most) {
		for (int count = 0; count < most; count++) {
			Delivery next = this.deliveries.poll();
			if (next == null) {
				return false;
			}
			if (next.cause() != null && this.listener.isReading()) {
				this.listener.skipped(next.position(), next.cause());
			}
			read(next.position(), next.record());
		}
		return true;
	}

	/** Without a record it is a place in the journal that holds none. */
	private void read(Position position, @Nullable JournalRecord record) {
		if (this.listener.isReading()) {
			if (record != null) {
				this.poison.ahead(position, record);
				this.readAll |= record.session().equals(this.session);
			}
			if (!isStanding()) {
				this.reader.read(position, record);
				handOn();
				fillHole();
			}
		}
	}

	/** An own record is persistent. */
	void written(Position position, JournalRecord record) {
		this.poison.ahead(position, record);
		if (!isStanding()) {
			this.reader.written(position, record);
			handOn();
			fillHole();
		}
	}

	/**
	 * Whether it stands before a record that cannot be applied. What is read meanwhile is
	 * looked at and not kept, however long that takes; so the session ends when the
	 * record is skipped, and the next one reads all of it again.
	 */
	private boolean isStanding() {
		Position standing = this.standing;
		if (standing != null && this.poison.at(standing, true) != Verdict.WAIT) {
			this.listener.passable();
		}
		return standing != null;
	}

	/** Hands on what is known without a hole, up to what cannot be applied. */
	private void handOn() {
		JournalReader.Entry next = this.reader.peek();
		while (next != null) {
			Verdict verdict = this.poison.at(next.position(), this.readAll);
			if (verdict == Verdict.WAIT) {
				if (this.readAll) {
					this.standing = next.position();
					this.reader.clear();
				}
				return;
			}
			this.reader.next();
			handOn(next, verdict == Verdict.SKIP);
			next = this.reader.peek();
		}
	}

	private void handOn(JournalReader.Entry entry, boolean leftOut) {
		if (this.reader.isBehindLoss(entry.position())) {
			this.listener.lost(entry.position());
		}
		try {
			this.listener.read(entry.position(), entry.record(), leftOut);
		}
		catch (Throwable ex) {
			if (entry.record() != null) {
				this.poison.failed(entry.position(), entry.record(), ex);
			}
			throw ex;
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
			// Everything that was found, before saying that it was.
			takeAtMost(Integer.MAX_VALUE);
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

	/** Why it stands before a record; null if it does not. */
	@Nullable LockUnavailableException obstacle() {
		return this.poison.obstacle(this.standing);
	}

	/** Whether it stands before a record that cannot be applied. */
	boolean isStopped() {
		return this.standing != null;
	}

	/** Whether something stands behind a part of the journal that is still to be read. */
	boolean isBehind() {
		return this.standing == null && this.reader.isStopped();
	}

	/** The furthest position that was delivered. */
	Position furthest() {
		return this.reader.furthest();
	}

	/** Records that stand behind some that are still to be read. */
	int waiting() {
		return this.reader.waiting();
	}

	/**
	 * What the journal has delivered.
	 *
	 * @param record null if it is none
	 * @param cause why it is none; null if it is one
	 */
	private record Delivery(Position position, @Nullable JournalRecord record, @Nullable SkipCause cause) {
	}

	/** Hears of what is in the journal. On the loop. */
	interface Listener {

		/** Whether it still wants to. */
		boolean isReading();

		/** Records that were there are gone; the one at that position is read next. */
		void lost(Position before);

		/**
		 * The next position of the journal.
		 * @param record null if it holds none
		 * @param leftOut whether to go on without the record, as if it were lost
		 */
		void read(Position position, @Nullable JournalRecord record, boolean leftOut);

		/** The record before which this session stands need not be applied any more. */
		void passable();

		/** A message is no record. */
		void skipped(Position position, SkipCause cause);

		/** A part of the journal may have been left out, and is read again. */
		void leftOut(JournalReader.Hole hole);

	}

}

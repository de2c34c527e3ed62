package io.pulsarlock.session;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/**
 * Rule 6: puts what the journal delivers, and what it acknowledges, in order. Hands out
 * each position once and leaves none out.
 * <p>
 * Within a ledger positions have no holes, because each record is an entry of its own. So
 * an entry that does not directly follow the last one was delivered by a reader that has
 * left some out, and a ledger that does not begin with its first entry too. Nothing
 * behind such a hole is handed out until it is filled: the journal is asked to read that
 * part again. Meanwhile the session only lags, as it does while a reader is slow.
 * <p>
 * The end of a ledger that was left has no entry that follows it. What others have
 * written there and is missing shows by rule 8 to a session that has joined. One that
 * joins does not know who it should hear of; and what a session has asked for itself, and
 * sends again, may have its place there. Such a session reads again what may lie between
 * two ledgers, and the position before it too: if even that is not there any more, the
 * new ledger is that of another topic of the same name, and what was written last into
 * the old one is lost.
 */
final class JournalReader {

	/** One attempt may meet with the same accident as the first reading. */
	private static final int ATTEMPTS = 3;

	/** Whether this session has asked for something that has no place yet. */
	private final BooleanSupplier asking;

	/** What directly follows the last position, as a rule the only one there is. */
	private @Nullable Entry following;

	/** What is further ahead, or may be. */
	private final TreeMap<Position, Entry> ahead = new TreeMap<>();

	/** The last position that was handed out. */
	private Position passed = Position.NONE;

	/** The position before that one. */
	private Position previous = Position.NONE;

	/** The furthest position that was delivered. */
	private Position read = Position.NONE;

	private boolean again;

	private boolean joining = true;

	/** Up to where is being read again. */
	private Position asked = Position.NONE;

	/** Up to where nothing is left out. */
	private Position sure = Position.NONE;

	/** What shows that the topic is still the same, if it can be read again. */
	private Position witness = Position.NONE;

	private boolean witnessed;

	/** Before which position records are lost. */
	private Position lost = Position.NONE;

	private int attempts;

	/** Where the present attempts began. */
	private Position attempted = Position.NONE;

	JournalReader(BooleanSupplier asking) {
		this.asking = asking;
	}

	/** Reading begins after that position. */
	void begin(Position after) {
		this.passed = after;
		this.previous = (after.entryId() > 0) ? new Position(after.ledgerId(), after.entryId() - 1) : after;
	}

	/**
	 * The journal has delivered a position.
	 * @param record null if no record is there
	 */
	void read(Position position, @Nullable JournalRecord record) {
		if (position.isAfter(this.read)) {
			this.read = position;
		}
		this.witnessed |= this.again && position.equals(this.witness);
		if (position.isAfter(this.passed)) {
			add(new Entry(position, record, true));
		}
	}

	/** An own record is persistent at that position. */
	void written(Position position, JournalRecord record) {
		if (position.isAfter(this.passed)) {
			add(new Entry(position, record, false));
		}
	}

	private void add(Entry entry) {
		Position position = entry.position();
		if (this.ahead.isEmpty() && this.following == null && position.directlyFollows(this.passed)) {
			this.following = entry;
		}
		else if (this.following == null || position.isAfter(this.following.position())) {
			this.ahead.merge(position, entry, (before, now) -> before.read() ? before : now);
		}
	}

	/**
	 * Hands out what comes next.
	 * @return null if it is not known yet
	 */
	@Nullable Entry next() {
		Entry next = peek();
		if (next != null) {
			if (next == this.following) {
				this.following = null;
			}
			else {
				this.ahead.pollFirstEntry();
			}
			this.previous = this.passed;
			this.passed = next.position();
		}
		return next;
	}

	/** What {@link #next} would hand out. */
	@Nullable Entry peek() {
		if (this.following != null || this.ahead.isEmpty()) {
			return this.following;
		}
		Map.Entry<Position, Entry> first = this.ahead.firstEntry();
		return (first != null && follows(first.getValue())) ? first.getValue() : null;
	}

	private boolean follows(Entry entry) {
		Position position = entry.position();
		if (position.directlyFollows(this.passed)) {
			return true;
		}
		// Whether anything lies between two ledgers only their reader knows.
		return entry.read() && !this.again && position.mayFollow(this.passed)
				&& (!isToBeSure() || !position.isAfter(this.sure));
	}

	/** Whether to make sure that nothing lies between two ledgers. */
	private boolean isToBeSure() {
		return !this.passed.equals(Position.NONE) && (this.joining || this.asking.getAsBoolean());
	}

	/** The session has joined. */
	void joined() {
		this.joining = false;
	}

	/**
	 * What was left out, when nothing more can be handed out although the journal has
	 * delivered something that is further on.
	 * @return null if there is no hole, or it is being read again
	 */
	@Nullable Hole hole() {
		if (this.again || !isStopped()) {
			return null;
		}
		for (Entry entry : this.ahead.values()) {
			if (entry.read()) {
				this.asked = entry.position();
				return new Hole(isToBeWitnessed() ? this.previous : this.passed, this.asked);
			}
		}
		return null;
	}

	/** The hole is being read again. */
	void reading() {
		this.again = true;
		this.witness = this.passed;
		this.witnessed = !isToBeWitnessed();
	}

	/** Whether what is asked for is to show that the topic is still the same. */
	private boolean isToBeWitnessed() {
		return isToBeSure() && this.passed.ledgerId() != this.asked.ledgerId();
	}

	/**
	 * The hole has been read again.
	 * @param complete false if there was no answer, so that nothing is known of it
	 */
	void readAgain(boolean complete) {
		this.again = false;
		if (!this.passed.equals(this.attempted)) {
			this.attempted = this.passed;
			this.attempts = 0;
		}
		if (complete) {
			this.attempts++;
			this.sure = this.witnessed ? this.asked : this.sure;
		}
	}

	/** Whether what is in the hole is gone, or cannot be read by anyone. */
	boolean isLost() {
		return this.attempts >= ATTEMPTS && this.passed.equals(this.attempted);
	}

	/** Gives the hole up: what comes behind it is handed out next. */
	void giveUp() {
		this.attempts = 0;
		this.lost = this.ahead.firstKey();
		this.passed = new Position(this.lost.ledgerId(), this.lost.entryId() - 1);
	}

	/** Whether records before a position were lost. */
	boolean isBehindLoss(Position position) {
		return position.equals(this.lost);
	}

	/** Whether something was delivered that cannot be handed out yet. */
	boolean isStopped() {
		return this.read.isAfter(this.passed) && peek() == null;
	}

	/** Forgets what was not handed out and is not asked for any more. */
	void clear() {
		this.following = null;
		this.ahead.clear();
	}

	/** The furthest position that was delivered. */
	Position furthest() {
		return this.read;
	}

	/** How many wait for what is before them. */
	int waiting() {
		return this.ahead.size() + ((this.following != null) ? 1 : 0);
	}

	/**
	 * A position of the journal.
	 *
	 * @param position the position
	 * @param record null if no record is there
	 * @param read whether it was delivered, not only acknowledged
	 */
	record Entry(Position position, @Nullable JournalRecord record, boolean read) {
	}

	/**
	 * Positions that were left out.
	 *
	 * @param after the last one before them
	 * @param before the first one behind them
	 */
	record Hole(Position after, Position before) {
	}

}

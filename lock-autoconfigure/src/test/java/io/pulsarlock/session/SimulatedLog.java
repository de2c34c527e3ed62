package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Revoke;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SessionState;
import io.pulsarlock.line.TableChange;
import io.pulsarlock.line.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * The actual log of a shard, and the state of a table that has seen all of it at each
 * position.
 */
final class SimulatedLog {

	private final SimulatedTime time;

	private final SimulationCoverage coverage;

	/** Like brokers, which delete the journal by whole ledgers. */
	private final boolean keepsAll;

	private final List<Entry> entries = new ArrayList<>();

	private final Map<Position, Long> digests = new HashMap<>();

	private final LineTable table = new LineTable();

	private final List<UnaryOperator<JournalRecord>> twists = new ArrayList<>();

	private long ledger;

	private long nextEntry;

	private int first;

	private boolean deleted;

	private Position deletedUpTo = Position.NONE;

	/** Notified of the next request, which some nodes cannot apply. */
	private @Nullable Consumer<Position> poisoned;

	private final Set<Position> poison = new HashSet<>();

	/** The tickets that operators have asked for. */
	private final Set<String> revoked = new HashSet<>();

	/** The tickets that their sessions have given up. */
	private final Set<String> released = new HashSet<>();

	SimulatedLog(SimulatedTime time, SimulationCoverage coverage, boolean keepsAll) {
		this.time = time;
		this.coverage = coverage;
		this.keepsAll = keepsAll;
		this.ledger = time.between(0, 1000);
		this.table.seal();
	}

	void twist(UnaryOperator<JournalRecord> twist) {
		this.twists.add(twist);
	}

	void newLedger() {
		this.ledger += 1 + this.time.index(5);
		this.nextEntry = 0;
	}

	Position append(JournalRecord given) {
		JournalRecord record = given;
		for (UnaryOperator<JournalRecord> twist : this.twists) {
			record = twist.apply(record);
		}
		if (this.time.chance(0.002)) {
			newLedger();
		}
		Position position = new Position(this.ledger, this.nextEntry++);
		Map<String, Ticket> fronts = new HashMap<>();
		this.table.locks().forEach((lock) -> fronts.put(lock, this.table.front(lock)));
		boolean late = isLate(record);
		note(record);
		TableChange change = this.table.apply(position, record);
		this.entries.add(new Entry(position, record));
		this.digests.put(position, digest(this.table));
		Consumer<Position> poisoned = this.poisoned;
		if (poisoned != null && record instanceof Request && change.accepted()) {
			this.poisoned = null;
			this.poison.add(position);
			this.coverage.count("records that some nodes cannot apply");
			poisoned.accept(position);
		}
		count(record, change, fronts, late);
		JournalRecord written = record;
		this.time.trace(() -> "log      " + position + " " + SimulationTrace.of(written)
				+ (change.accepted() ? "" : " (ignored)") + ((change.ended() != null) ? " ends it" : ""));
		return position;
	}

	private void note(JournalRecord record) {
		if (record instanceof Revoke revoke) {
			this.revoked.add(revoke.lock() + revoke.place());
		}
		SessionState session = this.table.session(record.session());
		if (session != null && record instanceof Release release) {
			session.tickets()
				.stream()
				.filter((ticket) -> ticket.number() == release.ticket())
				.forEach((ticket) -> this.released.add(ticket.lock() + ticket.position()));
		}
	}

	/** Whether an operator has asked for the ticket at a place. */
	boolean isRevoked(String lock, Position place) {
		return this.revoked.contains(lock + place);
	}

	/**
	 * Whether a session has given up the ticket at a place, and has not ended with it.
	 */
	boolean isReleased(String lock, Position place) {
		return this.released.contains(lock + place);
	}

	/** Whether its target has already been ended by another record. */
	private boolean isLate(JournalRecord record) {
		return record instanceof Expel expel && this.table.session(expel.target()) == null;
	}

	private void count(JournalRecord record, TableChange change, Map<String, Ticket> fronts, boolean late) {
		if (!change.accepted()) {
			this.coverage.count("records that count for nothing (duplicates, expelled writers)");
		}
		if (record instanceof Expel expel && !expel.session().equals(change.ended())) {
			this.coverage.count((change.ended() != null) ? "expulsions"
					: late ? "late expulsions" : "void expulsions (heard again)");
		}
		for (String lock : change.locks()) {
			Ticket before = fronts.get(lock);
			Ticket after = this.table.front(lock);
			if (before != null && after != null && before != after) {
				if (record instanceof Release) {
					this.coverage.count("hand-overs by release");
				}
				else if (record instanceof Expel) {
					this.coverage.count("hand-overs by expulsion");
				}
				else if (record instanceof Bye) {
					this.coverage.count("hand-overs by goodbye");
				}
			}
		}
	}

	/** A number that is equal for equal lines. */
	static long digest(LineTable table) {
		long sum = 0;
		for (String lock : table.locks()) {
			for (Ticket ticket : table.line(lock)) {
				sum += mix(ticket.position().hashCode() * 31L + ticket.session().hashCode() + ticket.number()
						+ 7L * ticket.share().units());
			}
		}
		return sum;
	}

	private static long mix(long value) {
		long mixed = (value ^ (value >>> 32)) * 0x9E3779B97F4A7C15L;
		return mixed ^ (mixed >>> 29);
	}

	long digestAt(Position position) {
		return this.digests.get(position);
	}

	LineTable table() {
		return this.table;
	}

	/** A table rebuilt from the whole log up to a position. */
	LineTable tableAt(Position position) {
		LineTable made = new LineTable();
		made.seal();
		for (Entry entry : this.entries) {
			if (!entry.position().isAfter(position)) {
				made.apply(entry.position(), entry.record());
			}
		}
		return made;
	}

	int size() {
		return this.entries.size();
	}

	int first() {
		return this.first;
	}

	/**
	 * Where a reader begins.
	 * @param late at the latest place it may begin at, not the earliest there is
	 * @param view how it reads records
	 */
	int start(boolean late, UnaryOperator<JournalRecord> view) {
		int start = this.first;
		if (late) {
			Position history = Position.NONE;
			for (Entry entry : this.entries) {
				if (view.apply(entry.record()) instanceof Heartbeat heartbeat && heartbeat.history().isAfter(history)) {
					history = heartbeat.history();
				}
			}
			while (start < this.entries.size() && !this.entries.get(start).position().isAfter(history)) {
				start++;
			}
			if (start > this.first) {
				this.coverage.count("joins without all the journal there is");
			}
		}
		return start;
	}

	/** The remaining records between two positions. */
	List<Entry> between(Position after, Position before) {
		List<Entry> found = new ArrayList<>();
		for (int i = this.entries.size() - 1; i >= this.first; i--) {
			Entry entry = this.entries.get(i);
			if (!entry.position().isAfter(after)) {
				break;
			}
			if (before.isAfter(entry.position())) {
				found.add(0, entry);
			}
		}
		return found;
	}

	/** After which position a reader begins that begins at that entry. */
	Position before(int index) {
		if (index > this.first) {
			return this.entries.get(index - 1).position();
		}
		if (index < this.entries.size()) {
			Position next = this.entries.get(index).position();
			return new Position(next.ledgerId(), next.entryId() - 1);
		}
		return new Position(this.ledger, this.deleted ? -1 : this.nextEntry - 1);
	}

	Entry entry(int index) {
		return this.entries.get(index);
	}

	void delete() {
		this.first = this.entries.size();
		this.deleted = true;
		this.deletedUpTo = (this.first > 0) ? this.entries.get(this.first - 1).position() : Position.NONE;
	}

	/** Whether a position was one of a topic that was deleted. */
	boolean isDeleted(Position position) {
		return position.entryId() >= 0 && !position.isAfter(this.deletedUpTo);
	}

	/**
	 * Whether records were lost, so that tables may be wrong until their nodes notice.
	 */
	boolean isDeleted() {
		return this.deleted || !this.poison.isEmpty();
	}

	/** The next request is one that some nodes cannot apply. */
	void poisonNext(Consumer<Position> poisoned) {
		this.poisoned = poisoned;
	}

	boolean isPoison(Position position) {
		return this.poison.contains(position);
	}

	void trim(Position upTo) {
		if (this.keepsAll) {
			return;
		}
		int before = this.first;
		while (this.first < this.entries.size() && !this.entries.get(this.first).position().isAfter(upTo)) {
			this.first++;
		}
		if (this.first > before) {
			this.coverage.count("trims");
		}
	}

	record Entry(Position position, JournalRecord record) {
	}

}

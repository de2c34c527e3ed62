package io.pulsarlock.test.memory;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.UnreadableRecordException;
import org.jspecify.annotations.Nullable;

/**
 * One shard: its log, and what the log says. On the broker's thread.
 */
final class MemoryShard {

	private final int index;

	private final MemoryBroker broker;

	private final List<Placed> log = new ArrayList<>();

	private final LineTable table = new LineTable();

	private final Set<MemoryJournal> journals = new LinkedHashSet<>();

	/** Who reads before the others; null if all read at once. */
	private @Nullable MemoryJournal first;

	/** How many records were let go from the beginning. */
	private long trimmed;

	private long ledger;

	private long entries;

	MemoryShard(int index, MemoryBroker broker) {
		this.index = index;
		this.broker = broker;
		// It sees the whole log, so nothing is ever rebuilt.
		this.table.seal();
		rollOver();
	}

	long ledger() {
		return this.ledger;
	}

	/** Goes on in a new ledger, as a topic does when it is loaded again. */
	void rollOver() {
		this.ledger = this.broker.nextLedger();
		this.entries = 0;
	}

	Position append(JournalRecord record) {
		Position position = new Position(this.ledger, this.entries++);
		JournalRecord copy = copy(record);
		this.log.add(new Placed(position, copy));
		this.table.apply(position, copy);
		return position;
	}

	/** Through bytes and back, as a real journal would. */
	private static JournalRecord copy(JournalRecord record) {
		try {
			return RecordCodec.decode(RecordCodec.encode(record));
		}
		catch (UnreadableRecordException ex) {
			throw new IllegalStateException("A record cannot be read back: " + record, ex);
		}
	}

	/** Lets every node that is connected read what it has not read yet. */
	void deliver() {
		MemoryJournal first = this.first;
		if (first != null) {
			first.read();
		}
		else {
			this.journals.forEach(MemoryJournal::read);
		}
	}

	/**
	 * Lets one node read before the others do: what is taken from a node by a switch and
	 * not by the rules of the cluster must not be given to another one before it knows.
	 */
	void deliverFirst(MemoryJournal journal, CompletableFuture<?> reaction) {
		this.first = journal;
		deliver();
		reaction.whenComplete((none, ex) -> this.broker.execute(() -> deliverToAll(journal)));
	}

	private void deliverToAll(MemoryJournal after) {
		if (this.first == after) {
			this.first = null;
			deliver();
		}
	}

	long begin() {
		return this.trimmed;
	}

	long end() {
		return this.trimmed + this.log.size();
	}

	Placed get(long offset) {
		return this.log.get((int) (offset - this.trimmed));
	}

	/** Drops records, except those that some node has not read yet. */
	void trim(Position upTo) {
		long read = this.journals.stream().mapToLong(MemoryJournal::offset).min().orElse(end());
		int count = 0;
		while (count < this.log.size() && this.trimmed + count < read
				&& !this.log.get(count).position().isAfter(upTo)) {
			count++;
		}
		this.log.subList(0, count).clear();
		this.trimmed += count;
	}

	void add(MemoryJournal journal) {
		this.journals.add(journal);
	}

	void remove(MemoryJournal journal) {
		this.journals.remove(journal);
		deliverToAll(journal);
	}

	LineTable table() {
		return this.table;
	}

	int index() {
		return this.index;
	}

	/** A record and its place. */
	record Placed(Position position, JournalRecord record) {
	}

}

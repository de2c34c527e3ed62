package io.pulsarlock.session;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/**
 * One broker: appends and readers of the shard's topic.
 */
final class SimulatedBroker {

	private final String name;

	private final SimulatedCluster cluster;

	private final SimulatedTime time;

	private final ArrayDeque<Append> appends = new ArrayDeque<>();

	private final Map<SimulatedJournal, Cursor> cursors = new LinkedHashMap<>();

	private final LinkedHashMap<SimulatedLink, Boolean> links = new LinkedHashMap<>();

	private long lastAppend;

	private int frozen = -1;

	SimulatedBroker(String name, SimulatedCluster cluster) {
		this.name = name;
		this.cluster = cluster;
		this.time = cluster.time();
	}

	void connected(SimulatedLink link) {
		this.links.put(link, true);
	}

	void closed(SimulatedLink link) {
		this.links.remove(link);
		this.cursors.values().removeIf((cursor) -> cursor.link == link);
	}

	void closeAll() {
		this.frozen = -1;
		List.copyOf(this.links.keySet()).forEach(SimulatedLink::closeByBroker);
		this.appends.clear();
	}

	/** Appends a record some time later, if this broker is still the owner then. */
	void append(SimulatedLink link, SimulatedJournal journal, long number, JournalRecord record) {
		if (this.cluster.isStale(this)) {
			if (this.cluster.plan().twin(SimulationTwin.STALE_BROKER_ACKNOWLEDGES)) {
				link.toClient(() -> journal.acknowledgedByMistake(number));
			}
			return;
		}
		this.appends.add(new Append(link, journal, number, record));
		long delay = this.time.chance(0.05) ? this.time.skewed(0, 50 * SimulatedTime.MILLI)
				: this.time.between(300 * SimulatedTime.MICRO, 3 * SimulatedTime.MILLI);
		this.lastAppend = Math.max(Math.max(this.lastAppend + 1, this.cluster.slowUntil()), this.time.now() + delay);
		this.time.at(this.lastAppend, () -> {
			Append next = this.appends.peek();
			if (next != null && next.number() == number && next.journal() == journal && next.link() == link) {
				this.appends.poll();
				write(next);
			}
		});
	}

	private void write(Append append) {
		Position position = write(append.record());
		append.link().toClient(() -> append.journal().acknowledged(append.number(), position));
	}

	/** Writes a record, whoever made it. */
	Position write(JournalRecord record) {
		Position position = this.cluster.log().append(record);
		this.cursors.forEach((journal, cursor) -> dispatchLater(journal, cursor));
		return position;
	}

	/** Some records in flight arrive before this broker loses the topic. */
	void flush() {
		for (int count = this.time.index(this.appends.size() + 1); count > 0; count--) {
			write(this.appends.poll());
		}
		this.appends.clear();
	}

	/** Sees nothing new from now on. */
	void freeze() {
		this.frozen = this.cluster.log().size();
	}

	void read(SimulatedLink link, SimulatedJournal journal, int from) {
		Cursor present = this.cursors.get(journal);
		if (present != null && present.link.number() > link.number()) {
			// It has arrived late by an earlier link: its reader is refused.
			return;
		}
		Cursor cursor = new Cursor(link, from);
		this.cursors.put(journal, cursor);
		dispatchLater(journal, cursor);
	}

	/** Another reader of the same client reads a part. */
	void readAgain(SimulatedLink link, SimulatedJournal journal, Position after, Position before,
			CompletableFuture<Void> done) {
		long delay = this.time.between(SimulatedTime.MILLI, 30 * SimulatedTime.MILLI);
		this.time.at(Math.max(this.time.now() + delay, link.client().lagsUntil()), () -> {
			SimulatedLog log = this.cluster.log();
			if (log.isDeleted(after) && this.cluster.plan().seed() % 2 == 0) {
				// As if a broker could not find a position of another topic.
				link.toClient(
						() -> done.completeExceptionally(new LockUnavailableException("simulated: no such place")));
			}
			else {
				link.toClient(() -> journal.deliveredAgain(log.between(after, before), done));
			}
		});
	}

	/**
	 * An administrator moves the cursors of one client or of all: records that were not
	 * sent are not read.
	 */
	void moveCursors(@Nullable SimulatedClient of) {
		int end = (this.frozen >= 0) ? this.frozen : this.cluster.log().size();
		this.cursors.forEach((journal, cursor) -> {
			if ((of == null || cursor.link.client() == of) && cursor.next < end) {
				this.cluster.coverage().count("cursors moved past records");
				if (this.cluster.plan().twin(SimulationTwin.HOLE_UNNOTICED)) {
					journal.blind(cursor.next, end);
				}
				else {
					cursor.next = end;
				}
			}
		});
	}

	Stream<SimulatedJournal> readers() {
		return this.cursors.keySet().stream();
	}

	void endReading(SimulatedJournal journal) {
		this.cursors.remove(journal);
	}

	private void dispatchLater(SimulatedJournal journal, Cursor cursor) {
		if (cursor.scheduled) {
			return;
		}
		cursor.scheduled = true;
		long delay = this.time.chance(0.2) ? this.time.between(0, 10 * SimulatedTime.MILLI)
				: this.time.between(20 * SimulatedTime.MICRO, SimulatedTime.MILLI);
		long at = Math.max(this.time.now() + delay, cursor.link.client().lagsUntil());
		this.time.at(at, () -> {
			cursor.scheduled = false;
			if (this.cursors.get(journal) == cursor) {
				dispatch(journal, cursor);
			}
		});
	}

	private void dispatch(SimulatedJournal journal, Cursor cursor) {
		SimulatedLog log = this.cluster.log();
		int end = (this.frozen >= 0) ? this.frozen : log.size();
		int from = Math.max(cursor.next, log.first());
		if (from < end) {
			cursor.next = end;
			cursor.link.toClient(() -> journal.delivered(from, end));
		}
	}

	@Override
	public String toString() {
		return this.name;
	}

	private record Append(SimulatedLink link, SimulatedJournal journal, long number, JournalRecord record) {
	}

	private static final class Cursor {

		private final SimulatedLink link;

		private int next;

		private boolean scheduled;

		Cursor(SimulatedLink link, int next) {
			this.link = link;
			this.next = next;
		}

	}

}

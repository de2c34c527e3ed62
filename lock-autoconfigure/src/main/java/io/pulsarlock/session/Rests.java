package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Remaining;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.Resting;
import io.pulsarlock.line.Position;

/**
 * Which locks of one shard rest, and until when on this node's clock (rule 12 of the
 * protocol). Outlives the sessions of the node. On the loop.
 * <p>
 * Safety: a rest is counted from the moment its record was applied here, which is later
 * than it was sent. A repetition says what was left when it was sent, on a clock that has
 * counted in the same way, so counting from its receipt is never too short either. Of
 * several such ends of the same rest the earliest counts, so nodes that repeat to each
 * other what they know do not make it longer. Of several rests of a lock the latest
 * counts, for its writer makes it cover those before.
 */
final class Rests {

	private final Map<String, Entry> entries = new HashMap<>();

	/** For how long a lock still rests; zero if it does not. */
	long remaining(String lock, long now) {
		if (this.entries.isEmpty()) {
			return 0;
		}
		Entry entry = this.entries.get(lock);
		return (entry != null) ? Math.max(entry.end - now, 0) : 0;
	}

	/** Whether nothing is known of any rest, over or not. */
	boolean isEmpty() {
		return this.entries.isEmpty();
	}

	/**
	 * Applies what a record that counts says of rests.
	 * @return the locks for which it has changed something
	 */
	List<String> apply(Position position, JournalRecord record, long now) {
		if (record instanceof Rest rest) {
			return rest(position, rest, now) ? List.of(rest.lock()) : List.of();
		}
		List<String> changed = new ArrayList<>();
		if (record instanceof Resting resting) {
			for (Remaining each : resting.rests()) {
				if (repeated(position, each, now)) {
					changed.add(each.lock());
				}
			}
		}
		return changed;
	}

	private boolean rest(Position position, Rest rest, long now) {
		Entry known = this.entries.get(rest.lock());
		if (known != null && !position.isAfter(known.place)) {
			// An earlier session of this node has read it, or a later one.
			return false;
		}
		long end = now + TimeUnit.MILLISECONDS.toNanos(rest.millis());
		if (known != null && rest.millis() > 0) {
			end = later(end, known.end);
		}
		this.entries.put(rest.lock(), new Entry(position, end, now, position));
		return true;
	}

	private boolean repeated(Position position, Remaining repeated, long now) {
		Entry known = this.entries.get(repeated.lock());
		long end = now + TimeUnit.MILLISECONDS.toNanos(repeated.millis());
		if (known == null || repeated.place().isAfter(known.place)) {
			this.entries.put(repeated.lock(),
					new Entry(repeated.place(), (known != null) ? later(end, known.end) : end, now, position));
			return true;
		}
		if (!repeated.place().equals(known.place)) {
			return false;
		}
		if (position.isAfter(known.repeated)) {
			known.repeated = position;
		}
		boolean earlier = end - known.end < 0;
		known.end = earlier ? end : known.end;
		return earlier;
	}

	private static long later(long one, long other) {
		return (one - other > 0) ? one : other;
	}

	/**
	 * Whether a node that joins and reads nothing up to there still learns of every rest.
	 * @param fresh a rest that was said no longer ago is behind that place, and so is a
	 * heartbeat of its writer
	 */
	boolean areRepeatedAfter(Position upTo, long fresh, long now) {
		for (Entry entry : this.entries.values()) {
			if (entry.end - now > 0 && now - entry.since > fresh && !entry.repeated.isAfter(upTo)) {
				return false;
			}
		}
		return true;
	}

	/** The rests that go on, with what is left of them in nanoseconds. */
	void forEach(long now, Action action) {
		this.entries.forEach((lock, entry) -> {
			if (entry.end - now > 0) {
				action.rests(lock, entry.place, entry.end - now);
			}
		});
	}

	/** In milliseconds, and not less. */
	static long millis(long nanos) {
		return (nanos + 999_999) / 1_000_000;
	}

	/**
	 * Forgets rests that have been over for some time, in which late repetitions may have
	 * come.
	 */
	void forget(long after, long now) {
		this.entries.values().removeIf((entry) -> now - entry.end > after);
	}

	/** A rest, perhaps one that is over. */
	private static final class Entry {

		/** Where it was said. */
		private final Position place;

		private long end;

		/** When it became known here. */
		private final long since;

		/** Where it was said or repeated last. */
		private Position repeated;

		Entry(Position place, long end, long since, Position repeated) {
			this.place = place;
			this.end = end;
			this.since = since;
			this.repeated = repeated;
		}

	}

	/** What is done for each rest. */
	@FunctionalInterface
	interface Action {

		/**
		 * Does it.
		 * @param lock the lock's key
		 * @param place where the rest was said
		 * @param nanos for how long it goes on
		 */
		void rests(String lock, Position place, long nanos);

	}

}

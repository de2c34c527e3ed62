package io.pulsarlock.console;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * What has happened, the latest of it. What is routine, locks that go from one node to
 * another, is kept apart, so that there is never so much of it that a loss is forgotten.
 */
final class Timeline {

	/** How many are kept of what is routine, and of what is not. */
	static final int CAPACITY = 200;

	private final String epoch = UUID.randomUUID().toString();

	private final LongSupplier nanoTime;

	private final Deque<Entry> notable = new ArrayDeque<>();

	private final Deque<Entry> routine = new ArrayDeque<>();

	private long count;

	Timeline(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	void notable(String type, Map<String, Object> facts) {
		add(this.notable, type, facts);
	}

	void routine(String type, Map<String, Object> facts) {
		add(this.routine, type, facts);
	}

	private synchronized void add(Deque<Entry> entries, String type, Map<String, Object> facts) {
		entries.addLast(new Entry(++this.count, this.nanoTime.getAsLong(), type, entries == this.routine, facts));
		if (entries.size() > CAPACITY) {
			entries.removeFirst();
		}
	}

	/**
	 * The entries after a given one, the oldest first.
	 * @param epoch whose entries are known: those of another process are not these
	 * @param after the number of the latest one
	 * @return an epoch, and entries with their age, because the clocks of node and
	 * browser may differ
	 */
	Map<String, Object> after(String epoch, long after) {
		long known = this.epoch.equals(epoch) ? after : 0;
		List<Entry> entries = new ArrayList<>();
		long now;
		synchronized (this) {
			now = this.nanoTime.getAsLong();
			this.notable.stream().filter((entry) -> entry.number() > known).forEach(entries::add);
			this.routine.stream().filter((entry) -> entry.number() > known).forEach(entries::add);
		}
		entries.sort(Comparator.comparingLong(Entry::number));
		Map<String, Object> result = new LinkedHashMap<>();
		result.put("epoch", this.epoch);
		result.put("entries", entries.stream().map((entry) -> entry.write(now)).toList());
		return result;
	}

	private record Entry(long number, long nanos, String type, boolean routine, Map<String, Object> facts) {

		Map<String, Object> write(long now) {
			Map<String, Object> entry = new LinkedHashMap<>(this.facts);
			entry.put("number", this.number);
			entry.put("agoMillis", Duration.ofNanos(now - this.nanos).toMillis());
			entry.put("type", this.type);
			entry.put("routine", this.routine);
			return entry;
		}

	}

}

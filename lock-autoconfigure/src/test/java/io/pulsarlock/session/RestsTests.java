package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Remaining;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.Resting;
import io.pulsarlock.line.Position;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for how long a lock rests on nodes that read the same log at different times,
 * with clocks that show different times.
 */
class RestsTests {

	private static final UUID WRITER = new UUID(0, 1);

	private static final String LOCK = "l:a";

	private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	private final Rests rests = new Rests();

	private static Position at(int entry) {
		return new Position(1, entry);
	}

	private static Rest rest(long millis) {
		return new Rest(WRITER, 1, LOCK, millis);
	}

	private static Resting repeated(int place, long millis) {
		return new Resting(WRITER, 2, List.of(new Remaining(LOCK, at(place), millis)));
	}

	/** In milliseconds, from any time of the clock. */
	private long remaining(long now) {
		return this.rests.remaining(LOCK, Long.MAX_VALUE - 50 * MILLI + now * MILLI) / MILLI;
	}

	private List<String> apply(int entry, JournalRecord record, long now) {
		return this.rests.apply(at(entry), record, Long.MAX_VALUE - 50 * MILLI + now * MILLI);
	}

	@Test
	void restCountsFromItsReceipt() {
		assertThat(remaining(0)).isZero();
		assertThat(apply(1, rest(100), 10)).containsExactly(LOCK);
		assertThat(remaining(10)).isEqualTo(100);
		assertThat(remaining(109)).isEqualTo(1);
		assertThat(remaining(110)).isZero();
		assertThat(this.rests.remaining("l:b", 0)).isZero();
	}

	@Test
	void recordThatIsReadAgainOrRepeatedDoesNotMakeItLonger() {
		apply(1, rest(100), 10);
		assertThat(apply(1, rest(100), 60)).isEmpty();
		assertThat(apply(5, repeated(1, 90), 60)).isEmpty();
		assertThat(remaining(60)).isEqualTo(50);
		assertThat(apply(6, repeated(1, 20), 60)).containsExactly(LOCK);
		assertThat(remaining(60)).isEqualTo(20);
	}

	@Test
	void restThatIsOverDoesNotComeBack() {
		apply(1, rest(10), 0);
		apply(5, repeated(1, 90), 20);
		assertThat(remaining(20)).isZero();
		apply(6, rest(100), 20);
		assertThat(apply(7, rest(0), 30)).containsExactly(LOCK);
		apply(8, repeated(6, 90), 30);
		apply(9, repeated(1, 90), 30);
		assertThat(remaining(30)).isZero();
		apply(10, rest(40), 30);
		assertThat(remaining(30)).isEqualTo(40);
	}

	@Test
	void laterRestDoesNotEndAnEarlierOne() {
		apply(1, rest(100), 0);
		apply(2, rest(10), 1);
		assertThat(remaining(1)).isEqualTo(99);
		apply(9, repeated(3, 5), 1);
		assertThat(remaining(1)).isEqualTo(99);
	}

	@Test
	void historyEndsBeforeARestIsRepeated() {
		long now = Long.MAX_VALUE - 50 * MILLI;
		long fresh = 10 * MILLI;
		apply(1, rest(100), 0);
		assertThat(this.rests.areRepeatedAfter(at(2), fresh, now + 10 * MILLI)).isTrue();
		assertThat(this.rests.areRepeatedAfter(at(2), fresh, now + 11 * MILLI)).isFalse();
		apply(3, repeated(1, 80), 20);
		assertThat(this.rests.areRepeatedAfter(at(2), fresh, now + 30 * MILLI)).isTrue();
		assertThat(this.rests.areRepeatedAfter(at(3), fresh, now + 30 * MILLI)).isFalse();
		assertThat(this.rests.areRepeatedAfter(at(3), fresh, now + 100 * MILLI)).isTrue();
	}

	@Test
	void whatIsOverIsForgottenAfterAWhile() {
		long now = Long.MAX_VALUE - 50 * MILLI;
		apply(1, rest(100), 0);
		this.rests.forget(30 * MILLI, now + 130 * MILLI);
		assertThat(this.rests.isEmpty()).isFalse();
		this.rests.forget(30 * MILLI, now + 131 * MILLI);
		assertThat(this.rests.isEmpty()).isTrue();
	}

	/**
	 * Nodes read late, join, and repeat what they know. On no node a rest ends before it
	 * is over in true time; and no repetition makes it longer than what its node has read
	 * first allows.
	 */
	@Property(tries = 2000)
	void restEndsOnNoNodeTooEarlyOrByARepetitionTooLate(@ForAll long seed) {
		SplittableRandom random = new SplittableRandom(seed);
		List<Entry> log = new ArrayList<>();
		List<Node> nodes = new ArrayList<>(List.of(new Node(random, 0, false), new Node(random, 0, false)));
		long until = 0;
		for (long time = 1; time < 400; time++) {
			int what = random.nextInt(30);
			Node node = nodes.get(random.nextInt(nodes.size()));
			if (what == 0 && node.hasRead(log)) {
				// By a holder, which makes it cover what it knows.
				long millis = Math.max(random.nextLong(1, 150), Rests.millis(node.remaining(time)));
				until = Math.max(until, time + millis);
				log.add(new Entry(time, rest(millis)));
			}
			else if (what < 6) {
				List<Remaining> known = new ArrayList<>();
				node.rests.forEach(node.clock(time),
						(lock, place, nanos) -> known.add(new Remaining(lock, place, Rests.millis(nanos))));
				log.add(new Entry(time, new Resting(WRITER, 0, known)));
			}
			else if (what == 6 && nodes.size() < 6) {
				nodes.add(new Node(random, begin(log), true));
			}
			else if (what == 7 && nodes.size() > 1) {
				nodes.remove(node);
			}
			for (Node each : nodes) {
				each.read(log, time);
				if (each.hasRead(log)) {
					assertThat(each.remaining(time)).as("seed %d at %d", seed, time)
						.isGreaterThanOrEqualTo(Math.max(until - time, 0) * MILLI)
						.isLessThanOrEqualTo(Math.max(each.atMost - time, 0) * MILLI);
				}
			}
		}
	}

	/** A place behind which all is repeated that a node needs to know. */
	private static int begin(List<Entry> log) {
		for (int i = log.size() - 1; i >= 0; i--) {
			if (log.get(i).record instanceof Rest) {
				return i;
			}
		}
		return 0;
	}

	private record Entry(long time, JournalRecord record) {
	}

	private static final class Node {

		private final Rests rests = new Rests();

		private final SplittableRandom random;

		private final long offset;

		private int next;

		/** When its rest is over at the latest, by what it has read first. */
		private long atMost;

		private final boolean joins;

		Node(SplittableRandom random, int begin, boolean joins) {
			this.random = random;
			this.offset = random.nextLong();
			this.next = begin;
			this.joins = joins;
		}

		/** Some of what is there, or all. */
		void read(List<Entry> log, long time) {
			int end = this.random.nextInt(3) == 0 ? log.size() : this.next + this.random.nextInt(2);
			while (this.next < Math.min(end, log.size())) {
				JournalRecord record = log.get(this.next).record;
				if (record instanceof Rest rest) {
					this.atMost = Math.max(this.atMost, time + rest.millis());
				}
				else if (this.joins && record instanceof Resting resting && this.atMost == 0) {
					this.atMost = time + resting.rests().stream().mapToLong(Remaining::millis).max().orElse(0);
				}
				this.rests.apply(new Position(1, this.next++), record, clock(time));
			}
		}

		boolean hasRead(List<Entry> log) {
			return this.next >= log.size();
		}

		long remaining(long time) {
			return this.rests.remaining(LOCK, clock(time));
		}

		long clock(long time) {
			return this.offset + time * MILLI;
		}

	}

}

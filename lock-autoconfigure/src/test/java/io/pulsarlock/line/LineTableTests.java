package io.pulsarlock.line;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Downgrade;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Forget;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Remaining;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.Resting;
import io.pulsarlock.line.JournalRecord.Revoke;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.TableChange;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests with a log of a few sessions and locks that is generated from a seed. The
 * sessions act by a table that knows the whole log, but some records are duplicated, late
 * or out of date.
 */
class LineTableTests {

	/** Or the next record of the same session would be taken for noise, and missed. */
	@Test
	void recordThatCannotBeDecryptedIsNotTakenForNoiseWhereOthersOfItsSessionCould() throws Exception {
		UUID session = new UUID(7, 7);
		Heartbeat opening = new Heartbeat(session, 0, true, new SessionInfo("n", 10_000, 4_000, 1), Position.NONE,
				Position.NONE, Position.NONE, List.of());
		JournalRecord unread = RecordCodec.decode(RecordCodec.outline(new Request(session, 1, "l:a"), null));
		LineTable table = new LineTable();
		table.apply(new Position(1, 0), opening);
		assertThatIllegalStateException().isThrownBy(() -> table.apply(new Position(1, 1), unread))
			.withMessageContaining("could be decrypted");
		LineTable other = new LineTable();
		other.apply(new Position(1, 0), RecordCodec.decode(RecordCodec.outline(opening, null)));
		assertThatIllegalStateException()
			.isThrownBy(() -> other.apply(new Position(1, 1), new Request(session, 1, "l:a")));
		// A copy says nothing new.
		LineTable again = new LineTable();
		again.apply(new Position(1, 0), opening);
		again.apply(new Position(1, 1), new Request(session, 1, "l:a"));
		assertThat(again.apply(new Position(1, 2), unread).accepted()).isFalse();
	}

	private static final List<String> LOCKS = List.of("l:a", "l:b", "g:c", "l:readers", "l:permits");

	private static final SessionInfo INFO = new SessionInfo("n", 10_000, 4_000, 1);

	/** The same node with the longest lease. */
	private static final SessionInfo FORGED_INFO = new SessionInfo(INFO.node(), RecordBounds.MAX_LEASE_MILLIS,
			INFO.graceMillis(), INFO.shards());

	private static final UUID ONE = new UUID(0, 1);

	private static final UUID OTHER = new UUID(0, 2);

	/**
	 * The cost of a record must not grow with what its session holds: the session's other
	 * tickets are replaced by one that cannot be accessed.
	 */
	@Test
	void recordThatNamesATicketLooksAtNoOther() {
		LineTable table = sealed();
		long entry = 1;
		table.apply(new Position(1, entry++), opening(ONE));
		table.apply(new Position(1, entry++), opening(OTHER));
		for (int i = 1; i <= 3; i++) {
			table.apply(new Position(1, entry++), new Request(ONE, i, "l:" + i));
		}
		SessionState session = table.session(ONE);
		session.tickets.put(new Position(0, 0), null);
		assertThat(table.apply(new Position(1, entry++), new Idle(ONE, 4, "l:1", 1, true)).locks())
			.containsExactly("l:1");
		assertThat(table.apply(new Position(1, entry++), new Release(ONE, 5, "l:2", 2)).locks()).containsExactly("l:2");
		assertThat(table.locks()).containsExactlyInAnyOrder("l:1", "l:3");
	}

	@Test
	void ticketIsFoundByItsNumberForItsOwnLockOnly() {
		LineTable table = sealed();
		table.apply(new Position(1, 1), opening(ONE));
		table.apply(new Position(1, 2), new Request(ONE, 1, "l:a"));
		assertThat(table.apply(new Position(1, 3), new Release(ONE, 2, "l:b", 1)).locks()).isEmpty();
		assertThat(table.apply(new Position(1, 4), new Release(ONE, 3, "l:a", 2)).locks()).isEmpty();
		assertThat(table.apply(new Position(1, 5), new Release(ONE, 4, "l:a", 1)).locks()).containsExactly("l:a");
		assertThat(table.apply(new Position(1, 6), new Release(ONE, 5, "l:a", 1)).locks()).isEmpty();
	}

	@Property(tries = 300)
	void equalLogsGiveEqualTables(@ForAll long seed) {
		List<Entry> log = log(seed, 200);
		LineTable one = sealed();
		LineTable other = sealed();
		for (Entry entry : log) {
			TableChange change = one.apply(entry.position(), entry.record());
			TableChange same = other.apply(entry.position(), entry.record());
			assertThat(change.accepted()).isEqualTo(same.accepted());
			assertThat(change.ended()).isEqualTo(same.ended());
			assertThat(change.locks()).isEqualTo(same.locks());
			assertThat(lines(one)).isEqualTo(lines(other));
		}
	}

	@Property(tries = 300)
	void linesAreInOrderAndHaveOneFront(@ForAll long seed) {
		LineTable table = sealed();
		for (Entry entry : log(seed, 200)) {
			table.apply(entry.position(), entry.record());
			Set<Ticket> ofSessions = new HashSet<>();
			table.sessions().forEach((session) -> ofSessions.addAll(session.tickets()));
			Set<Ticket> ofLines = new HashSet<>();
			for (String lock : LOCKS) {
				List<Ticket> line = table.line(lock);
				ofLines.addAll(line);
				for (int i = 1; i < line.size(); i++) {
					assertThat(line.get(i).position().isAfter(line.get(i - 1).position())).isTrue();
				}
				assertThat(table.front(lock)).isEqualTo(line.isEmpty() ? null : line.get(0));
				int inside = inside(line);
				assertThat(table.inside(lock)).isEqualTo(line.subList(0, inside));
				assertThat(table.heir(lock)).isEqualTo((line.size() == inside) ? null : line.get(inside));
				assertThat(table.locks().contains(lock)).isEqualTo(!line.isEmpty());
			}
			assertThat(ofLines).isEqualTo(ofSessions);
			table.sessions()
				.forEach((session) -> assertThat(session.isInFront()).isEqualTo(LOCKS.stream()
					.flatMap((lock) -> table.inside(lock).stream())
					.anyMatch((ticket) -> ticket.session().equals(session.id()))));
		}
	}

	/** How many fit together, counted from the front in the simplest way. */
	private static int inside(List<Ticket> line) {
		long used = 0;
		for (int i = 0; i < line.size(); i++) {
			Share share = line.get(i).share();
			used += share.units();
			if (i > 0 && (share.capacity() != line.get(0).share().capacity() || used > share.capacity())) {
				return i;
			}
		}
		return line.size();
	}

	@Property(tries = 300)
	void noTicketOvertakesAndNoneThatIsInsideIsPutOut(@ForAll long seed) {
		LineTable table = sealed();
		Map<String, List<Ticket>> before = new HashMap<>();
		for (Entry entry : log(seed, 300)) {
			table.apply(entry.position(), entry.record());
			for (String lock : LOCKS) {
				List<Ticket> inside = table.inside(lock);
				Set<Position> line = new HashSet<>();
				table.line(lock).forEach((ticket) -> line.add(ticket.position()));
				List<Ticket> stay = before.getOrDefault(lock, List.of())
					.stream()
					.filter((ticket) -> line.contains(ticket.position()))
					.toList();
				assertThat(stay.size()).isLessThanOrEqualTo(inside.size());
				assertThat(inside.subList(0, stay.size()).stream().map(Ticket::position).toList())
					.isEqualTo(stay.stream().map(Ticket::position).toList());
				// So tokens of one lock grow in the order in which it is got.
				long used = inside.stream().mapToLong((ticket) -> ticket.share().units()).sum();
				assertThat(inside)
					.allSatisfy((ticket) -> assertThat(used).isLessThanOrEqualTo(ticket.share().capacity()));
				before.put(lock, inside);
			}
		}
	}

	@Test
	void generatedLogsShareLocksAndDisagree() {
		Map<String, Integer> seen = new HashMap<>();
		for (long seed = 0; seed < 100; seed++) {
			LineTable table = sealed();
			for (Entry entry : log(seed, 250)) {
				table.apply(entry.position(), entry.record());
				for (String lock : LOCKS) {
					Ticket heir = table.heir(lock);
					if (table.inside(lock).size() > 1) {
						seen.merge("several in " + lock, 1, Integer::sum);
					}
					if (heir != null && heir.share().capacity() != table.front(lock).share().capacity()) {
						seen.merge("disagree in " + lock, 1, Integer::sum);
					}
				}
				if (entry.record() instanceof Downgrade downgrade && table.session(downgrade.session()) != null) {
					seen.merge("downgrades", 1, Integer::sum);
				}
			}
		}
		assertThat(seen.keySet()).containsExactlyInAnyOrder("several in l:readers", "several in l:permits",
				"disagree in l:permits", "downgrades");
		assertThat(seen.values()).allSatisfy((count) -> assertThat(count).isGreaterThan(30));
	}

	@Test
	void readersEnterTogetherAndNoneOvertakesAWriter() {
		LineTable table = opened();
		table.apply(at(2), new Request(ONE, 1, "l:a", Share.SHARED));
		table.apply(at(3), new Request(OTHER, 1, "l:a", Share.SHARED));
		table.apply(at(4), new Request(ONE, 2, "l:a"));
		table.apply(at(5), new Request(OTHER, 2, "l:a", Share.SHARED));
		assertThat(table.inside("l:a")).extracting(Ticket::position).containsExactly(at(2), at(3));
		table.apply(at(6), new Release(ONE, 3, "l:a", 1));
		assertThat(table.inside("l:a")).extracting(Ticket::position).containsExactly(at(3));
		assertThat(table.heir("l:a").position()).isEqualTo(at(4));
		assertThat(table.apply(at(7), new Release(OTHER, 3, "l:a", 1)).promoted()).containsExactly(ONE);
		assertThat(table.inside("l:a")).extracting(Ticket::position).containsExactly(at(4));
		assertThat(table.apply(at(8), new Downgrade(ONE, 4, "l:a", 2)).promoted()).containsExactly(OTHER);
		assertThat(table.inside("l:a")).extracting(Ticket::position).containsExactly(at(4), at(5));
	}

	@Test
	void permitsAreTakenInOrderAndNeverMoreThanThereAre() {
		LineTable table = opened();
		table.apply(at(2), new Request(ONE, 1, "l:a", Share.ofPermits(2, 3)));
		table.apply(at(3), new Request(OTHER, 1, "l:a", Share.ofPermits(2, 3)));
		table.apply(at(4), new Request(ONE, 2, "l:a", Share.ofPermits(1, 3)));
		assertThat(table.inside("l:a")).as("the third would fit, but waits for the second").hasSize(1);
		table.apply(at(5), new Release(ONE, 3, "l:a", 1));
		assertThat(table.inside("l:a")).extracting(Ticket::position).containsExactly(at(3), at(4));
	}

	@Test
	void ticketThatDisagreesWithThoseBeforeItIsNeverInsideWithThem() {
		LineTable table = opened();
		table.apply(at(2), new Request(ONE, 1, "l:a", Share.ofPermits(1, 3)));
		table.apply(at(3), new Request(OTHER, 1, "l:a", Share.ofPermits(1, 5)));
		table.apply(at(4), new Request(ONE, 2, "l:a", Share.SHARED));
		assertThat(table.inside("l:a")).extracting(Ticket::position).containsExactly(at(2));
		table.apply(at(5), new Release(ONE, 3, "l:a", 1));
		assertThat(table.inside("l:a")).as("a new capacity begins").extracting(Ticket::position).containsExactly(at(3));
	}

	@Test
	void rebuiltTableKnowsADowngradeThatAnOlderClaimDoesNot() {
		LineTable table = new LineTable();
		table.apply(at(2), opening(ONE));
		table.apply(at(3), new Request(ONE, 1, "l:a"));
		table.apply(at(4), new Downgrade(ONE, 2, "l:a", 1));
		table.apply(at(5), new Heartbeat(ONE, 3, false, INFO, Position.NONE, Position.NONE, at(3),
				List.of(new Claim("l:a", 1, at(3)))));
		assertThat(table.front("l:a").share()).isEqualTo(Share.SHARED);
	}

	@Property(tries = 300)
	void ticketOnceGoneNeverReturns(@ForAll long seed) {
		LineTable table = sealed();
		Set<Position> gone = new HashSet<>();
		Map<String, Position> fronts = new HashMap<>();
		Set<Position> before = Set.of();
		for (Entry entry : log(seed, 300)) {
			TableChange change = table.apply(entry.position(), entry.record());
			Set<Position> now = new HashSet<>();
			for (String lock : LOCKS) {
				table.line(lock).forEach((ticket) -> now.add(ticket.position()));
				Ticket front = table.front(lock);
				if (front != null) {
					// So tokens of one lock grow from holder to holder.
					Position last = fronts.put(lock, front.position());
					assertThat(last == null || !last.isAfter(front.position())).isTrue();
				}
			}
			assertThat(Collections.disjoint(now, gone)).isTrue();
			Set<Position> left = new HashSet<>(before);
			left.removeAll(now);
			assertThat(left.isEmpty() || !change.locks().isEmpty()).as("says what it changed").isTrue();
			gone.addAll(left);
			before = now;
		}
	}

	@Property(tries = 300)
	void recordsSentAgainChangeNothing(@ForAll long seed) {
		LineTable table = sealed();
		List<JournalRecord> written = new ArrayList<>();
		SplittableRandom random = new SplittableRandom(seed);
		long place = 0;
		for (Entry entry : log(seed, 150)) {
			table.apply(new Position(0, place++), entry.record());
			written.add(entry.record());
			Map<String, List<Ticket>> before = lines(table);
			JournalRecord again = written.get(random.nextInt(written.size()));
			if (again instanceof Expel) {
				// These are judged by what they name, not by their number.
				continue;
			}
			TableChange change = table.apply(new Position(0, place++), again);
			assertThat(change.accepted()).isFalse();
			assertThat(change.locks()).isEmpty();
			assertThat(lines(table)).isEqualTo(before);
		}
	}

	/**
	 * A joining node sees only the end of the log, but a heartbeat of every live session,
	 * and knows the same lines.
	 */
	@Property(tries = 200)
	void tableRebuiltFromTheEndOfTheLogAgreesOnTheLiving(@ForAll long seed) {
		List<Entry> log = log(seed, 250);
		LineTable whole = sealed();
		log.forEach((entry) -> whole.apply(entry.position(), entry.record()));
		for (int from = 0; from < 200; from += 14) {
			LineTable rebuilt = new LineTable();
			Set<UUID> heard = new HashSet<>();
			for (Entry entry : log.subList(from, log.size())) {
				if (rebuilt.apply(entry.position(), entry.record()).accepted()
						&& entry.record() instanceof Heartbeat heartbeat && isComplete(heartbeat)) {
					heard.add(heartbeat.session());
				}
			}
			rebuilt.seal();
			Set<UUID> living = new TreeSet<>();
			whole.sessions().forEach((session) -> living.add(session.id()));
			if (heard.containsAll(living)) {
				for (String lock : LOCKS) {
					assertThat(places(rebuilt.line(lock), living)).as("seed %d, from %d, %s", seed, from, lock)
						.isEqualTo(places(whole.line(lock), living));
					if (living.containsAll(sessions(rebuilt))) {
						assertThat(rebuilt.inside(lock)).as("inside, seed %d, from %d, %s", seed, from, lock)
							.isEqualTo(whole.inside(lock));
					}
				}
			}
		}
	}

	/** What is sent again, or too late, is none; and no table doubts it. */
	@Property(tries = 200)
	void restCountsIfItsWriterLives(@ForAll long seed) {
		LineTable table = sealed();
		LineTable other = sealed();
		for (Entry entry : log(seed, 250)) {
			boolean aboutRests = entry.record() instanceof Rest || entry.record() instanceof Resting;
			TableChange change = table.apply(entry.position(), entry.record());
			assertThat(change.rests()).isEqualTo(aboutRests && change.accepted());
			assertThat(other.apply(entry.position(), entry.record()).rests()).isEqualTo(change.rests());
			assertThat(aboutRests ? change.locks() : Set.of()).isEmpty();
		}
	}

	/** What it misses of rests stands in the log before their writers' heartbeats. */
	@Property(tries = 200)
	void tableRebuiltFromTheEndOfTheLogBelievesEveryRestThatCounts(@ForAll long seed) {
		List<Entry> log = log(seed, 250);
		for (int from = 0; from < 200; from += 14) {
			LineTable whole = sealed();
			log.subList(0, from).forEach((entry) -> whole.apply(entry.position(), entry.record()));
			LineTable rebuilt = new LineTable();
			Set<UUID> met = new HashSet<>();
			for (Entry entry : log.subList(from, log.size())) {
				boolean counts = whole.apply(entry.position(), entry.record()).rests();
				boolean believed = rebuilt.apply(entry.position(), entry.record()).rests();
				if (counts && (entry.record() instanceof Resting || met.contains(entry.record().session()))) {
					assertThat(believed).as("seed %d, from %d, %s", seed, from, entry).isTrue();
				}
				if (rebuilt.session(entry.record().session()) != null) {
					met.add(entry.record().session());
				}
			}
		}
	}

	@Test
	void restThatIsRepeatedFromALaterPlaceIsNone() {
		LineTable table = sealed();
		table.apply(new Position(1, 1), opening(ONE));
		Remaining early = new Remaining("l:a", new Position(1, 1), 1000);
		Remaining late = new Remaining("l:a", new Position(1, 9), 1000);
		assertThat(table.apply(new Position(1, 2), new Resting(ONE, 1, List.of(early))).rests()).isTrue();
		assertThat(table.apply(new Position(1, 3), new Resting(ONE, 2, List.of(early, late))).rests()).isFalse();
		assertThat(table.apply(new Position(1, 4), new Resting(OTHER, 1, List.of(early))).rests()).isFalse();
		assertThat(table.apply(new Position(1, 5), new Rest(OTHER, 2, "l:a", 1000)).rests()).isFalse();
	}

	/** It changes no line: its place is left by the release of its session only. */
	@Property(tries = 200)
	void revocationFindsTheTicketOfItsPlaceAndMovesNothing(@ForAll long seed) {
		LineTable table = sealed();
		for (Entry entry : log(seed, 250)) {
			Map<String, List<Ticket>> before = lines(table);
			TableChange change = table.apply(entry.position(), entry.record());
			if (entry.record() instanceof Revoke revoke) {
				assertThat(lines(table)).isEqualTo(before);
				assertThat(change.revoked())
					.isEqualTo(change.accepted() ? table.ticket(revoke.lock(), revoke.place()) : null);
			}
			else {
				assertThat(change.revoked()).isNull();
			}
		}
	}

	@Test
	void revocationNamesOneTicket() {
		LineTable table = sealed();
		table.apply(new Position(1, 1), opening(ONE));
		table.apply(new Position(1, 2), opening(OTHER));
		table.apply(new Position(1, 3), new Request(ONE, 1, "l:a"));
		table.apply(new Position(1, 4), new Request(OTHER, 1, "l:a"));
		Ticket front = table.front("l:a");
		assertThat(table.apply(new Position(1, 5), new Revoke(OTHER, 2, "l:a", front.position())).revoked())
			.isEqualTo(front);
		assertThat(table.apply(new Position(1, 6), new Revoke(OTHER, 3, "l:b", front.position())).revoked()).isNull();
		assertThat(table.apply(new Position(1, 7), new Revoke(OTHER, 3, "l:a", front.position())).revoked())
			.as("a copy")
			.isNull();
		table.apply(new Position(1, 8), new Release(ONE, 2, "l:a", 1));
		TableChange late = table.apply(new Position(1, 9), new Revoke(OTHER, 4, "l:a", front.position()));
		assertThat(late.accepted()).isTrue();
		assertThat(late.revoked()).isNull();
		TableChange early = table.apply(new Position(1, 10), new Revoke(OTHER, 5, "l:a", new Position(1, 11)));
		assertThat(early.accepted()).as("of a place that is still to come").isFalse();
	}

	/** A heartbeat and its copy, and the end of the log begins with the copy. */
	@Test
	void tableRebuiltFromACopyAgreesToo() {
		Heartbeat heartbeat = new Heartbeat(ONE, 2, false, INFO, Position.NONE, Position.NONE, at(2),
				List.of(new Claim("l:a", 1, at(2))));
		LineTable whole = opened();
		whole.apply(at(2), new Request(ONE, 1, "l:a"));
		whole.apply(at(3), heartbeat);
		whole.apply(at(4), heartbeat);
		LineTable rebuilt = new LineTable();
		rebuilt.apply(at(4), heartbeat);
		Expel expel = new Expel(OTHER, 1, ONE, 2, 3);
		assertThat(whole.apply(at(5), expel).ended()).isEqualTo(ONE);
		assertThat(rebuilt.apply(at(5), expel).ended()).isEqualTo(ONE);
	}

	@Test
	void suffixesOfTheGeneratedLogsDoHoldEnough() {
		int enough = 0;
		for (long seed = 0; seed < 100; seed++) {
			List<Entry> log = log(seed, 250);
			LineTable whole = sealed();
			log.forEach((entry) -> whole.apply(entry.position(), entry.record()));
			Set<UUID> heard = new HashSet<>();
			log.subList(150, log.size()).forEach((entry) -> {
				if (entry.record() instanceof Heartbeat heartbeat && isComplete(heartbeat)) {
					heard.add(heartbeat.session());
				}
			});
			boolean all = whole.sessions().stream().allMatch((session) -> heard.contains(session.id()));
			enough += (all && !whole.locks().isEmpty()) ? 1 : 0;
		}
		assertThat(enough).isGreaterThan(50);
	}

	@Property(tries = 300)
	void sealedTableIgnoresWhomItDoesNotKnow(@ForAll long seed) {
		LineTable table = sealed();
		List<Entry> log = log(seed, 100);
		log.forEach((entry) -> table.apply(entry.position(), entry.record()));
		Map<String, List<Ticket>> before = lines(table);
		UUID stranger = new UUID(9, 9);
		Position place = log.get(log.size() - 1).position();
		List<JournalRecord> records = List.of(
				new Request(stranger, 5, "l:a"), new Release(stranger, 6, "l:a", 5), new Heartbeat(stranger, 7, false,
						INFO, Position.NONE, Position.NONE, place, List.of(new Claim("l:a", 5, new Position(0, 1)))),
				new Bye(stranger, 8, 8));
		for (int i = 0; i < records.size(); i++) {
			TableChange change = table.apply(new Position(place.ledgerId() + 1, i), records.get(i));
			assertThat(change.accepted()).isFalse();
			assertThat(lines(table)).isEqualTo(before);
		}
	}

	@Property(tries = 300)
	void wholeLogMissesNothingAndDisownsNobody(@ForAll long seed) {
		LineTable table = sealed();
		for (Entry entry : log(seed, 200)) {
			TableChange change = table.apply(entry.position(), entry.record());
			assertThat(change.missing()).isFalse();
			assertThat(change.disowned()).isFalse();
		}
	}

	/** The smallest: 1:1 is applied, then 1:3; 1:2 was the request of a holder. */
	@Test
	void entryThatWasLeftOutIsMissedAtTheNextOne() {
		LineTable table = sealed();
		table.apply(new Position(1, 0), opening(ONE));
		table.apply(new Position(1, 1), opening(OTHER));
		assertThat(table.apply(new Position(1, 3), new Request(ONE, 1, "l:a")).missing()).isTrue();
		assertThat(table.apply(new Position(1, 4), new Request(ONE, 2, "l:b")).missing()).isFalse();
	}

	@Test
	void beginningOfALedgerThatWasLeftOutIsMissed() {
		LineTable table = opened();
		assertThat(table.apply(new Position(4, 1), new Request(ONE, 1, "l:a")).missing()).isTrue();
	}

	@Test
	void entryThatHoldsNoRecordIsNotMissed() {
		LineTable table = opened();
		assertThat(table.skip(at(2)).missing()).isFalse();
		assertThat(table.applied()).isEqualTo(at(2));
		assertThat(table.apply(at(3), new Request(ONE, 1, "l:a")).missing()).isFalse();
		assertThat(table.skip(at(5)).missing()).isTrue();
	}

	@Property(tries = 300)
	void entryThatWasNotReadIsMissed(@ForAll long seed) {
		List<Entry> log = log(seed, 200);
		int lost = 40 + (int) Math.floorMod(seed, 100);
		LineTable table = sealed();
		log.subList(0, lost).forEach((entry) -> table.apply(entry.position(), entry.record()));
		Entry next = log.get(lost + 1);
		boolean lastOfItsLedger = next.position().entryId() == 0;
		assertThat(table.apply(next.position(), next.record()).missing())
			.isEqualTo(!lastOfItsLedger || isNumberMissing(log.get(lost).record(), next.record(), sealedUpTo(log, lost))
					|| isOpeningMissing(log.get(lost), next.record(), sealedUpTo(log, lost)));
	}

	@Test
	void oneHeartbeatThatClaimsAnotherLeaseIsNotBelieved() {
		LineTable table = new LineTable();
		table.apply(at(1), opening(ONE));
		table.apply(at(2), saying(FORGED_INFO, 1));
		assertThat(table.session(ONE).info()).isEqualTo(INFO);
		table.apply(at(3), saying(INFO, 2));
		table.apply(at(4), saying(FORGED_INFO, 3));
		assertThat(table.session(ONE).info()).isEqualTo(INFO);
	}

	@Test
	void heartbeatThatIsMetFirstAndClaimsAnotherLeaseIsCorrected() {
		LineTable table = new LineTable();
		table.apply(at(1), saying(FORGED_INFO, 1));
		assertThat(table.session(ONE).info()).isEqualTo(FORGED_INFO);
		table.apply(at(2), saying(INFO, 2));
		table.apply(at(3), saying(INFO, 3));
		assertThat(table.session(ONE).info()).isEqualTo(INFO);
	}

	private static Heartbeat saying(SessionInfo info, long number) {
		return new Heartbeat(ONE, number, false, info, Position.NONE, Position.NONE, Position.NONE, List.of());
	}

	@Test
	void openingThatWasNotReadIsMissedAtTheNextHeartbeat() {
		entryThatWasNotReadIsMissed(1343);
	}

	/** A session that claims to have read the lost entry is alive, and unknown. */
	private static boolean isOpeningMissing(Entry lost, JournalRecord next, LineTable before) {
		return before.session(next.session()) == null && lost.record().session().equals(next.session())
				&& next instanceof Heartbeat heartbeat && !lost.position().isAfter(heartbeat.upTo());
	}

	private static boolean isNumberMissing(JournalRecord lost, JournalRecord next, LineTable before) {
		SessionState session = before.session(next.session());
		return session != null && lost.session().equals(next.session()) && lost.sequence() == session.sequence() + 1
				&& next.sequence() > lost.sequence();
	}

	private static LineTable sealedUpTo(List<Entry> log, int end) {
		LineTable table = sealed();
		log.subList(0, end).forEach((entry) -> table.apply(entry.position(), entry.record()));
		return table;
	}

	@Property(tries = 300)
	void endOfALedgerThatIsGoneIsMissedAtTheNextRecordOfItsSession(@ForAll long seed) {
		List<Entry> log = log(seed, 300);
		int lost = 40;
		while (lost < 200 && log.get(lost + 1).position().entryId() != 0) {
			lost++;
		}
		LineTable whole = sealed();
		LineTable table = sealed();
		JournalRecord gone = log.get(lost).record();
		boolean accepted = false;
		for (int i = 0; i < log.size() && log.get(lost + 1).position().entryId() == 0; i++) {
			Entry entry = log.get(i);
			boolean counts = whole.apply(entry.position(), entry.record()).accepted();
			if (i == lost) {
				accepted = counts;
				continue;
			}
			TableChange change = table.apply(entry.position(), entry.record());
			if (i > lost && entry.record().equals(gone)) {
				// The copy brings it back.
				return;
			}
			if (i > lost && counts && accepted && entry.record().session().equals(gone.session())
					&& table.session(gone.session()) != null) {
				assertThat(change.missing()).isEqualTo(gone.sequence() > 0);
				return;
			}
		}
	}

	@Test
	void numberThatWasNeverWrittenIsNotMissedInALedgerThatWasReadWithoutABreak() {
		LineTable table = opened();
		assertThat(table.apply(at(2), new Request(ONE, 5, "l:a")).missing()).isFalse();
		assertThat(table.front("l:a").session()).isEqualTo(ONE);
		assertThat(table.apply(new Position(4, 0), new Request(ONE, 7, "l:b")).missing()).isTrue();
		assertThat(table.apply(new Position(4, 1), new Request(ONE, 9, "l:c")).missing()).isFalse();
		assertThat(table.apply(new Position(4, 2), new Request(OTHER, 2, "l:c")).missing()).as("of the old ledger")
			.isTrue();
	}

	@Test
	void goodbyeMayComeAfterRecordsItsSessionHasGivenUp() {
		Position next = new Position(4, 0);
		assertThat(opened().apply(next, new Bye(ONE, 7, 1)).missing()).isFalse();
		assertThat(opened().apply(next, new Bye(ONE, 7, 2)).missing()).isTrue();
	}

	@Test
	void sessionThatIsSeenForTheFirstTimeMayHaveAnyNumber() {
		LineTable table = new LineTable();
		assertThat(table
			.apply(at(2),
					new Heartbeat(ONE, 9, false, INFO, Position.NONE, Position.NONE, at(1),
							List.of(new Claim("l:a", 4, at(0)))))
			.missing()).isFalse();
		assertThat(table.apply(new Position(4, 0), new Request(ONE, 11, "l:a")).missing()).isTrue();
	}

	@Test
	void sessionThatHasItsTicketElsewhereDisownsThisOne() {
		LineTable table = opened();
		table.apply(at(2), new Request(ONE, 1, "l:a"));
		Heartbeat sameView = new Heartbeat(ONE, 2, false, INFO, Position.NONE, Position.NONE, at(2),
				List.of(new Claim("l:a", 1, at(2))));
		assertThat(table.apply(at(3), sameView).disowned()).isFalse();
		Heartbeat otherView = new Heartbeat(ONE, 3, false, INFO, Position.NONE, Position.NONE, at(3),
				List.of(new Claim("l:a", 1, new Position(2, 8))));
		assertThat(table.apply(at(4), otherView).disowned()).isTrue();
	}

	@Test
	void claimOfATicketThatStandsElsewhereDisownsItBeforeItIsReadThere() {
		LineTable table = opened();
		table.apply(at(2), new Request(OTHER, 1, "l:a"));
		table.apply(at(3), new Request(ONE, 1, "l:a"));
		Heartbeat otherView = new Heartbeat(ONE, 2, false, INFO, Position.NONE, Position.NONE, at(2),
				List.of(new Claim("l:a", 1, new Position(2, 8))));
		assertThat(table.apply(at(4), otherView).disowned()).isTrue();
	}

	@Test
	void whoHasReadOnAfterItsEndOrWithoutEverBeingSeenIsAliveByAnotherLog() {
		LineTable table = new LineTable();
		table.apply(at(1), heartbeatUpTo(OTHER, 4, at(0)));
		table.seal();
		assertThat(table.apply(at(2), heartbeatUpTo(ONE, 7, at(1))).missing()).as("a late copy").isFalse();
		assertThat(table.apply(at(3), heartbeatUpTo(ONE, 8, at(2))).missing()).isTrue();
		table.apply(at(4), new Expel(ONE, 1, OTHER, 4, 3));
		assertThat(table.apply(at(5), heartbeatUpTo(OTHER, 5, at(4))).missing()).as("a late copy").isFalse();
		assertThat(table.apply(at(6), heartbeatUpTo(OTHER, 6, at(5))).missing()).isTrue();
		assertThat(table.locks()).isEmpty();
	}

	@Test
	void expulsionCountsOnlyInTheLedgerItsJudgeHasRead() {
		LineTable table = opened();
		table.apply(at(2), new Request(ONE, 1, "l:a"));
		assertThat(table.apply(new Position(4, 0), new Expel(OTHER, 1, ONE, 1, 3)).ended()).isNull();
		assertThat(table.line("l:a")).hasSize(1);
		assertThat(table.apply(new Position(4, 1), new Expel(OTHER, 2, ONE, 1, 4)).ended()).isEqualTo(ONE);
		assertThat(table.line("l:a")).isEmpty();
	}

	@Test
	void expulsionCountsOnlyIfNothingWasHeardSince() {
		LineTable table = opened();
		table.apply(at(2), new Request(ONE, 1, "l:a"));
		TableChange tooLate = table.apply(at(3), new Expel(OTHER, 1, ONE, 0, 3));
		assertThat(tooLate.ended()).isNull();
		assertThat(table.line("l:a")).hasSize(1);
		TableChange counts = table.apply(at(4), new Expel(OTHER, 2, ONE, 1, 3));
		assertThat(counts.ended()).isEqualTo(ONE);
		assertThat(counts.locks()).containsExactly("l:a");
		assertThat(table.front("l:a")).isNull();
		assertThat(table.session(ONE)).isNull();
	}

	@Test
	void sessionComesToTheFrontByItsOwnRequestOrByTheEndOfTheOneBefore() {
		LineTable table = opened();
		assertThat(table.apply(at(2), new Request(ONE, 1, "l:a")).promoted()).containsExactly(ONE);
		assertThat(table.apply(at(3), new Request(ONE, 2, "l:b")).promoted()).as("was in front before").isEmpty();
		assertThat(table.apply(at(4), new Request(OTHER, 1, "l:a")).promoted()).as("is next").isEmpty();
		assertThat(table.session(OTHER).isInFront()).isFalse();
		assertThat(table.apply(at(5), new Release(ONE, 3, "l:a", 1)).promoted()).containsExactly(OTHER);
		assertThat(table.session(ONE).isInFront()).isTrue();
		table.apply(at(6), new Release(ONE, 4, "l:b", 2));
		assertThat(table.session(ONE).isInFront()).isFalse();
		assertThat(table.apply(at(7), new Request(ONE, 5, "l:a")).promoted()).isEmpty();
		assertThat(table.apply(at(8), new Expel(ONE, 6, OTHER, 1, 3)).promoted()).containsExactly(ONE);
	}

	@Test
	void ownerSaysThatItOnlyKeepsItsPlace() {
		LineTable table = opened();
		table.apply(at(2), new Request(ONE, 1, "l:a"));
		assertThat(table.isIdle(table.front("l:a"))).isFalse();
		assertThat(table.apply(at(3), new Idle(OTHER, 1, "l:a", 1, true)).locks()).isEmpty();
		assertThat(table.isIdle(table.front("l:a"))).isFalse();
		assertThat(table.apply(at(4), new Idle(ONE, 2, "l:a", 1, true)).locks()).containsExactly("l:a");
		assertThat(table.isIdle(table.front("l:a"))).isTrue();
		assertThat(table.line("l:a")).hasSize(1);
		table.apply(at(5), new Idle(ONE, 3, "l:a", 1, false));
		assertThat(table.isIdle(table.front("l:a"))).isFalse();
		table.apply(at(6), new Idle(ONE, 4, "l:a", 1, true));
		table.apply(at(7), new Release(ONE, 5, "l:a", 1));
		assertThat(table.front("l:a")).isNull();
	}

	@Test
	void fireTimeIsClaimedOnceByTheLiving() {
		LineTable table = opened();
		assertThat(table.apply(at(2), new Fire(ONE, 1, "job", 1000)).fired()).isTrue();
		assertThat(table.apply(at(3), new Fire(OTHER, 1, "job", 1000)).fired()).isFalse();
		assertThat(table.apply(at(4), new Fire(OTHER, 2, "job", 999)).fired()).isFalse();
		assertThat(table.apply(at(5), new Fire(OTHER, 3, "another", 999)).fired()).isTrue();
		table.apply(at(6), new Bye(ONE, 2, 2));
		assertThat(table.apply(at(7), new Fire(ONE, 3, "job", 2000)).fired()).isFalse();
		assertThat(table.apply(at(8), new Fire(OTHER, 4, "job", 2000)).fired()).isTrue();
	}

	@Test
	void forgottenFireTimeMayBeClaimedAgain() {
		LineTable table = opened();
		table.apply(at(2), new Fire(ONE, 1, "job", 9000));
		assertThat(table.apply(at(3), new Fire(OTHER, 1, "job", 1000)).fired()).isFalse();
		assertThat(table.apply(at(4), new Forget(OTHER, 2, "another")).fired()).isFalse();
		assertThat(table.apply(at(5), new Forget(OTHER, 3, "job")).fired()).isTrue();
		assertThat(table.apply(at(6), new Forget(OTHER, 4, "job")).fired()).isFalse();
		assertThat(table.apply(at(7), new Fire(OTHER, 5, "job", 1000)).fired()).isTrue();
		table.apply(at(8), new Bye(ONE, 2, 2));
		assertThat(table.apply(at(9), new Forget(ONE, 3, "job")).fired()).as("of a session that has ended").isFalse();
		assertThat(table.apply(at(10), new Fire(OTHER, 6, "job", 1000)).fired()).isFalse();
	}

	@Test
	void rebuiltTableForgetsFireTimesToo() {
		LineTable table = new LineTable();
		table.apply(at(2), new Fire(ONE, 9, "job", 9000));
		table.apply(at(3), new Forget(ONE, 10, "job"));
		table.apply(at(4), new Heartbeat(OTHER, 0, true, INFO, Position.NONE, Position.NONE, Position.NONE, List.of()));
		table.seal();
		assertThat(table.apply(at(5), new Fire(OTHER, 1, "job", 1000)).fired()).isTrue();
	}

	@Test
	void rebuiltTableKnowsFireTimesOfWhomItHasNotSeenYet() {
		LineTable table = new LineTable();
		table.apply(at(2), new Fire(ONE, 9, "job", 1000));
		table.apply(at(3), new Heartbeat(OTHER, 0, true, INFO, Position.NONE, Position.NONE, Position.NONE, List.of()));
		table.seal();
		assertThat(table.apply(at(4), new Fire(OTHER, 1, "job", 1000)).fired()).isFalse();
	}

	@Test
	void endedSessionComesBackByNoRecord() {
		LineTable table = opened();
		table.apply(at(2), new Bye(ONE, 1, 1));
		assertThat(table
			.apply(at(3), new Heartbeat(ONE, 9, true, INFO, Position.NONE, Position.NONE, Position.NONE, List.of()))
			.accepted()).isFalse();
		assertThat(table.apply(at(4), new Request(ONE, 10, "l:a")).accepted()).isFalse();
		assertThat(table.locks()).isEmpty();
	}

	/**
	 * A table that begins with a copy of something old takes a session for older than it
	 * is, so a copy of what was void once counts there.
	 */
	@Test
	void sessionThatHasReadOnBehindItsEndHasNotEnded() {
		LineTable table = new LineTable();
		List<Claim> claims = List.of(new Claim("l:a", 1, at(1)), new Claim("l:b", 2, at(2)));
		Heartbeat claiming = new Heartbeat(ONE, 5, false, INFO, Position.NONE, Position.NONE, at(3), claims);
		table.apply(at(10), claiming);
		table.apply(at(12), new Expel(OTHER, 2, ONE, 5, 3));
		assertThat(table.locks()).isEmpty();
		table.apply(at(13), new Heartbeat(ONE, 8, false, INFO, Position.NONE, Position.NONE, at(10), claims));
		assertThat(table.session(ONE)).as("it may not have read it yet").isNull();
		table.apply(at(14), new Heartbeat(ONE, 9, false, INFO, Position.NONE, Position.NONE, at(13), claims));
		table.seal();
		assertThat(table.session(ONE)).isNotNull();
		assertThat(table.locks()).containsExactlyInAnyOrder("l:a", "l:b");
	}

	@Test
	void positionsMustGrow() {
		LineTable table = opened();
		assertThatIllegalArgumentException().isThrownBy(() -> table.apply(at(1), new Bye(ONE, 3, 3)));
		assertThatIllegalArgumentException().isThrownBy(() -> table.apply(at(0), new Bye(ONE, 3, 3)));
	}

	private static Heartbeat heartbeatUpTo(UUID session, long sequence, Position upTo) {
		return new Heartbeat(session, sequence, false, INFO, Position.NONE, Position.NONE, upTo, List.of());
	}

	private static Heartbeat opening(UUID session) {
		return new Heartbeat(session, 0, true, INFO, Position.NONE, Position.NONE, Position.NONE, List.of());
	}

	private static LineTable opened() {
		LineTable table = sealed();
		table.apply(at(0), opening(ONE));
		table.apply(at(1), opening(OTHER));
		return table;
	}

	private static Position at(long entry) {
		return new Position(3, entry);
	}

	private static LineTable sealed() {
		LineTable table = new LineTable();
		table.seal();
		return table;
	}

	private static boolean isComplete(Heartbeat heartbeat) {
		return heartbeat.opening() || heartbeat.from().equals(Position.NONE);
	}

	private static Map<String, List<Ticket>> lines(LineTable table) {
		Map<String, List<Ticket>> lines = new LinkedHashMap<>();
		LOCKS.forEach((lock) -> lines.put(lock, table.line(lock)));
		return lines;
	}

	private static List<Ticket> places(List<Ticket> line, Set<UUID> living) {
		return line.stream().filter((ticket) -> living.contains(ticket.session())).toList();
	}

	private static List<UUID> sessions(LineTable table) {
		return table.sessions().stream().map(SessionState::id).toList();
	}

	/** A log as sessions that obey the protocol, and the network in between, make it. */
	private static List<Entry> log(long seed, int length) {
		SplittableRandom random = new SplittableRandom(seed);
		LineTable truth = sealed();
		List<Entry> log = new ArrayList<>();
		List<UUID> sessions = new ArrayList<>();
		Map<UUID, Long> numbers = new HashMap<>();
		long ledger = 1;
		long entry = 0;
		while (log.size() < length) {
			JournalRecord record = next(random, truth, log, sessions, numbers);
			if (random.nextInt(40) == 0) {
				ledger += 1 + random.nextInt(3);
				entry = 0;
			}
			Position position = new Position(ledger, entry++);
			truth.apply(position, record);
			log.add(new Entry(position, record));
		}
		return log;
	}

	private static JournalRecord next(SplittableRandom random, LineTable truth, List<Entry> log, List<UUID> sessions,
			Map<UUID, Long> numbers) {
		if (sessions.size() < 2 || random.nextInt(25) == 0) {
			UUID id = new UUID(random.nextLong(), random.nextLong());
			sessions.add(id);
			numbers.put(id, 1L);
			return new Heartbeat(id, 0, true, INFO, Position.NONE, Position.NONE, Position.NONE, List.of());
		}
		UUID id = sessions.get(random.nextInt(sessions.size()));
		SessionState own = truth.session(id);
		if (own == null) {
			sessions.remove(id);
			// Its last words, too late.
			return new Request(id, numbers.get(id) + 1, LOCKS.get(0));
		}
		long number = numbers.merge(id, 1L, Long::sum) - 1;
		List<Ticket> tickets = List.copyOf(own.tickets());
		SessionState target = truth.session(sessions.get(random.nextInt(sessions.size())));
		switch (random.nextInt(16)) {
			case 0, 1, 2, 3:
				String lock = LOCKS.get(random.nextInt(LOCKS.size()));
				return new Request(id, number, lock, share(random, lock));
			case 4, 5, 6:
				if (!tickets.isEmpty()) {
					Ticket ticket = tickets.get(random.nextInt(tickets.size()));
					return new Release(id, number, ticket.lock(), ticket.number());
				}
				break;
			case 13:
				if (!tickets.isEmpty()) {
					Ticket ticket = tickets.get(random.nextInt(tickets.size()));
					if (ticket.share().isExclusive() && ticket.lock().equals("l:readers")) {
						return new Downgrade(id, number, ticket.lock(), ticket.number());
					}
				}
				break;
			case 7:
				if (target != null && target != own && random.nextInt(3) == 0) {
					return new Expel(id, number, target.id(), seen(random, target), truth.applied().ledgerId());
				}
				break;
			case 9:
				if (random.nextInt(8) == 0) {
					return new Bye(id, number, number);
				}
				break;
			case 11:
				return new Rest(id, number, LOCKS.get(random.nextInt(LOCKS.size())), random.nextInt(5_000));
			case 14:
				if (target != null && !target.tickets().isEmpty()) {
					Ticket ticket = target.tickets().iterator().next();
					return new Revoke(id, number, ticket.lock(), ticket.position());
				}
				break;
			case 12:
				return new Resting(id, number, List.of());
			case 10:
				if (!log.isEmpty()) {
					// What is sent again is sent in order, so a copy never comes after a
					// later record of the same session without that one's copy.
					numbers.put(id, number);
					return log.get(log.size() - 1).record();
				}
				break;
			default:
				break;
		}
		return new Heartbeat(id, number, false, INFO, Position.NONE, Position.NONE, truth.applied(),
				tickets.stream()
					.map((ticket) -> new Claim(ticket.lock(), ticket.number(), ticket.position(), ticket.share()))
					.toList());
	}

	/** Callers of permits now and then disagree about their number. */
	private static Share share(SplittableRandom random, String lock) {
		return switch (lock) {
			case "l:readers" -> (random.nextInt(3) > 0) ? Share.SHARED : Share.EXCLUSIVE;
			case "l:permits" -> switch (random.nextInt(12)) {
				case 0 -> Share.ofPermits(1, 4);
				case 1 -> Share.EXCLUSIVE;
				default -> Share.ofPermits(1 + random.nextInt(2), 3);
			};
			default -> Share.EXCLUSIVE;
		};
	}

	private static long seen(SplittableRandom random, SessionState target) {
		return random.nextBoolean() ? target.sequence() : random.nextLong(target.sequence() + 1);
	}

	private record Entry(Position position, JournalRecord record) {
	}

}

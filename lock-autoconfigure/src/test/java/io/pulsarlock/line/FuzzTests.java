package io.pulsarlock.line;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;

import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Downgrade;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Forget;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.OtherVersion;
import io.pulsarlock.line.JournalRecord.Outsider;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Replicated;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.JournalRecord.Unverified.Doubt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that any bytes are read as a record or skipped with a reason, and that applying
 * any record leaves a consistent table. {@code -Dfuzz.seed} repeats a run,
 * {@code -Dfuzz.records} makes it longer, and with {@code -Pproof} ten million records
 * are applied.
 */
class FuzzTests {

	private static final int RECORDS = Integer.getInteger("fuzz.records", 200_000);

	private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());

	/** Most defects are at the limits. */
	private static final long[] NUMBERS = { 0, 1, 2, 3, 127, 128, Integer.MAX_VALUE, 1L << 24, (1L << 32) - 1, 1L << 32,
			Long.MAX_VALUE - 1, Long.MAX_VALUE, -1, Long.MIN_VALUE };

	private final Random random = new Random(SEED);

	private final List<UUID> sessions = new ArrayList<>();

	/** The next number of each. */
	private final Map<UUID, Long> sequences = new HashMap<>();

	FuzzTests() {
		for (int i = 0; i < 12; i++) {
			this.sessions.add(new UUID(this.random.nextLong(), this.random.nextLong()));
		}
	}

	@Test
	void tableHoldsTogetherWhateverIsApplied() throws Exception {
		applyRecords(RECORDS);
	}

	@Test
	@Tag("proof")
	void tableHoldsTogetherForTenMillionRecords() throws Exception {
		applyRecords(10_000_000);
	}

	private void applyRecords(int records) throws Exception {
		System.out.println("Seed of " + records + " records: " + SEED);
		int round = 20_000;
		int accepted = 0;
		for (int done = 0; done < records; done += round) {
			LineTable one = new LineTable();
			LineTable same = new LineTable();
			Map<String, Position> fronts = new HashMap<>();
			Position position = new Position(this.random.nextInt(5), 0);
			int sealed = this.random.nextInt(round / 2);
			for (int i = 0; i < round; i++) {
				JournalRecord record = applicable(position);
				// Another node reads the same bytes.
				JournalRecord again = (record instanceof Outsider) ? record
						: RecordCodec.decode(RecordCodec.encode(record));
				TableChange change = applied(one, position, record);
				sameChange(change, applied(same, position, again));
				accepted += change.accepted() ? 1 : 0;
				if (i >= sealed) {
					frontsGrow(one, change, fronts);
				}
				if (i == sealed) {
					one.seal();
					same.seal();
				}
				if (i % 1000 == 0) {
					check(one, same);
				}
				position = next(position);
			}
			check(one, same);
		}
		// Otherwise few applied records would be checked.
		assertThat(accepted).as("seed %d", SEED).isGreaterThan(records / 5);
	}

	private static TableChange applied(LineTable table, Position position, JournalRecord record) {
		try {
			return table.apply(position, record);
		}
		catch (RuntimeException | Error ex) {
			throw new AssertionError("seed " + SEED + ": " + record + " at " + position, ex);
		}
	}

	private static void sameChange(TableChange one, TableChange same) {
		boolean equal = one.accepted() == same.accepted() && one.missing() == same.missing()
				&& one.disowned() == same.disowned() && one.fired() == same.fired()
				&& Objects.equals(one.ended(), same.ended()) && one.promoted().equals(same.promoted())
				&& one.locks().equals(same.locks());
		holds(equal, "one record has changed two tables in two ways");
	}

	/** In a table that has caught up, the token grows from holder to holder, too. */
	private static void frontsGrow(LineTable table, TableChange change, Map<String, Position> fronts) {
		for (String lock : change.locks()) {
			Ticket front = table.front(lock);
			Position before = (front != null) ? fronts.put(lock, front.position()) : null;
			if (front != null && before != null && before.isAfter(front.position())) {
				throw new AssertionError(
						"seed " + SEED + ": " + lock + " had its front at " + before + " and then at " + front);
			}
		}
	}

	private static void check(LineTable one, LineTable same) {
		Set<Ticket> standing = new HashSet<>();
		holds(one.locks().equals(same.locks()), "two tables know other locks");
		for (String lock : one.locks()) {
			List<Ticket> line = one.line(lock);
			holds(line.equals(same.line(lock)), "two tables have another line of " + lock);
			holds(!line.isEmpty() && line.get(0).equals(one.front(lock)), "no front in " + lock);
			for (int i = 0; i < line.size(); i++) {
				Position position = line.get(i).position();
				holds(position.token() > 0, "no token at " + position);
				holds(i == 0 || position.isAfter(line.get(i - 1).position()), "no order in " + lock);
			}
			standing.addAll(line);
			checkInside(one, same, lock, line);
		}
		holds(one.applied().equals(same.applied()) && one.sessions().size() == same.sessions().size(),
				"two tables have other sessions");
		for (SessionState session : one.sessions()) {
			SessionState other = same.session(session.id());
			holds(other != null && other.sequence() == session.sequence() && other.latest().equals(session.latest())
					&& List.copyOf(other.tickets()).equals(List.copyOf(session.tickets())),
					"two tables know another session " + session.id());
			standing.removeAll(session.tickets());
		}
		holds(standing.isEmpty(), "tickets of no session: " + standing);
	}

	/** Sessions are in front of lines as often as the tickets say. */
	private static void checkInside(LineTable one, LineTable same, String lock, List<Ticket> line) {
		List<Ticket> inside = one.inside(lock);
		holds(inside.equals(same.inside(lock)) && inside.equals(line.subList(0, inside.size())),
				"two tables let others into " + lock);
		long used = 0;
		for (Ticket ticket : inside) {
			used += ticket.share().units();
			holds(used <= ticket.share().capacity() && ticket.share().capacity() == line.get(0).share().capacity(),
					"too many in " + lock);
			holds(one.session(ticket.session()).isInFront(), "a session is not in front of " + lock);
		}
		Ticket heir = one.heir(lock);
		holds((heir == null) ? inside.size() == line.size()
				: heir.share().capacity() != line.get(0).share().capacity()
						|| used + heir.share().units() > heir.share().capacity(),
				"a ticket that fits waits for " + lock);
	}

	/** Assertions would take longer than the test itself. */
	private static void holds(boolean condition, String otherwise) {
		if (!condition) {
			throw new AssertionError("seed " + SEED + ": " + otherwise);
		}
	}

	private Position next(Position position) {
		return (this.random.nextInt(2000) == 0) ? new Position(position.ledgerId() + 1 + this.random.nextInt(3), 0)
				: new Position(position.ledgerId(), position.entryId() + 1);
	}

	/** Any record that can be read, of this version and log or not. */
	private JournalRecord applicable(Position position) {
		return switch (this.random.nextInt(60)) {
			case 0 -> new OtherVersion(session(), Math.abs(this.random.nextInt(400)), 3, "other", 5000,
					this.random.nextBoolean());
			case 1 -> Replicated.of(record(position), "west");
			case 2 -> new Unverified(session(), Math.abs(this.random.nextInt(400)), Doubt.NO_KEY, null, 0,
					this.random.nextBoolean());
			default -> record(position);
		};
	}

	/** Any record that can be read in full. */
	private JournalRecord record(Position position) {
		while (true) {
			try {
				return RecordCodec.decode(RecordCodec.encode(anyRecord(position)));
			}
			catch (IllegalArgumentException ex) {
				// Cannot be written either. Another one.
			}
			catch (UnreadableRecordException ex) {
				throw new AssertionError("seed " + SEED, ex);
			}
		}
	}

	private JournalRecord anyRecord(Position position) {
		UUID session = session();
		long sequence = sequence(session);
		if (sequence == 0 && this.random.nextInt(10) > 0) {
			return heartbeat(session, sequence, position);
		}
		return switch (this.random.nextInt(17)) {
			case 0, 1, 2 -> heartbeat(session, sequence, position);
			case 3, 4, 5, 6 -> new Request(session, sequence, lock(), share());
			case 7, 8, 9 -> new Release(session, sequence, lock(), ticket(sequence));
			case 10 -> expel(session, sequence, position);
			case 11 -> bye(session, sequence);
			case 12, 13 -> new Fire(session, sequence, lock(), number());
			case 14 -> new Forget(session, sequence, lock());
			case 15 -> new Downgrade(session, sequence, lock(), ticket(sequence));
			default -> new Idle(session, sequence, lock(), ticket(sequence), this.random.nextBoolean());
		};
	}

	/** Mostly as a node counts; now and then the same again, or any. */
	private long sequence(UUID session) {
		long next = this.sequences.getOrDefault(session, 0L);
		long sequence = switch (this.random.nextInt(20)) {
			case 0 -> number();
			case 1 -> Math.max(next - 1, 0);
			default -> next;
		};
		if (sequence >= next && sequence < 100_000) {
			this.sequences.put(session, sequence + 1);
		}
		return sequence;
	}

	private Bye bye(UUID session, long sequence) {
		endOften(session);
		return new Bye(session, sequence, this.random.nextBoolean() ? sequence : number());
	}

	private Expel expel(UUID session, long sequence, Position position) {
		UUID target = session();
		long seen = this.sequences.getOrDefault(target, 0L) - 1;
		endOften(target);
		return new Expel(session, sequence, target, (this.random.nextInt(3) == 0) ? Math.max(seen, 0) : number(),
				ledger(position));
	}

	/** Some go on writing after their end. */
	private void endOften(UUID session) {
		int index = this.sessions.indexOf(session);
		if (index >= 0 && this.random.nextInt(4) > 0) {
			replace(index);
		}
	}

	private void replace(int index) {
		this.sequences.remove(this.sessions.set(index, new UUID(this.random.nextLong(), this.random.nextLong())));
	}

	/** Mostly one of the latest. */
	private long ticket(long sequence) {
		return (this.random.nextInt(10) == 0) ? number() : Math.max(sequence - 1 - this.random.nextInt(30), 0);
	}

	private Heartbeat heartbeat(UUID session, long sequence, Position position) {
		List<Claim> claims = new ArrayList<>();
		for (int i = this.random.nextInt(4); i > 0; i--) {
			claims.add(new Claim(lock(), ticket(sequence), place(position), share()));
		}
		return new Heartbeat(session, sequence, sequence == 0 || this.random.nextInt(3) == 0,
				new SessionInfo("n", 100 + this.random.nextInt(5000), 40 + this.random.nextInt(5000),
						1 + this.random.nextInt(3)),
				place(position), this.random.nextBoolean() ? Position.NONE : place(position), place(position), claims);
	}

	/** Before, at and after the place where it will stand, and nowhere. */
	private Position place(Position position) {
		return switch (this.random.nextInt(8)) {
			case 0 -> Position.NONE;
			case 1 -> position;
			case 2 -> new Position(number(), number());
			default -> new Position(position.ledgerId(), Math.max(position.entryId() - 1 - this.random.nextInt(50), 0));
		};
	}

	private long ledger(Position position) {
		return (this.random.nextInt(10) > 0) ? position.ledgerId() : number();
	}

	private long number() {
		return (this.random.nextInt(50) == 0) ? NUMBERS[this.random.nextInt(NUMBERS.length)] : this.random.nextInt(400);
	}

	private Share share() {
		return switch (this.random.nextInt(6)) {
			case 0, 1 -> Share.EXCLUSIVE;
			case 2, 3 -> Share.SHARED;
			default -> Share.ofPermits(1 + this.random.nextInt(2), 2 + this.random.nextInt(2));
		};
	}

	private UUID session() {
		// New ones come all the time.
		if (this.random.nextInt(100) == 0) {
			replace(this.random.nextInt(this.sessions.size()));
		}
		return this.sessions.get(this.random.nextInt(this.sessions.size()));
	}

	private String lock() {
		return "l:" + (char) ('a' + this.random.nextInt(6));
	}

	/** Records with a part of another one, cut, filled and flipped, and sealed again. */
	@Test
	void bytesAreARecordOrHaveAReasonToSkipThem() {
		Position position = new Position(7, 1000);
		byte[] other = RecordCodec.encode(record(position));
		int read = 0;
		for (int i = 0; i < RECORDS; i++) {
			RecordSigner writer = signer();
			RecordSigner reader = signer();
			byte[] bytes = mutated(RecordCodec.encode(record(position), writer), other);
			try {
				JournalRecord record = RecordCodec.decode(bytes, reader);
				read++;
				if (!(record instanceof Outsider)) {
					assertThat(RecordCodec.decode(RecordCodec.encode(record))).as("seed %d", SEED).isEqualTo(record);
				}
			}
			catch (UnreadableRecordException ex) {
				assertThat(ex.skipCause()).isNotNull();
			}
			other = bytes;
		}
		// Otherwise it would not get far.
		assertThat(read).as("seed %d", SEED).isBetween(RECORDS / 100, RECORDS - RECORDS / 100);
	}

	private @Nullable RecordSigner signer() {
		return this.random.nextBoolean() ? new OddSigner() : null;
	}

	private byte[] mutated(byte[] record, byte[] other) {
		byte[] bytes = record.clone();
		for (int i = this.random.nextInt(4); i > 0 && bytes.length > 8; i--) {
			int at = this.random.nextInt(bytes.length);
			switch (this.random.nextInt(5)) {
				case 0 -> bytes[at] ^= (byte) (1 << this.random.nextInt(8));
				case 1 -> bytes[at] = (byte) this.random.nextInt(256);
				case 2 -> bytes = java.util.Arrays.copyOf(bytes, at + 1);
				case 3 -> bytes = java.util.Arrays.copyOf(bytes, bytes.length + this.random.nextInt(8));
				default -> System.arraycopy(other, 0, bytes, at, Math.min(bytes.length - at, other.length));
			}
		}
		if (this.random.nextInt(10) > 0 && bytes.length > 8) {
			CRC32C checksum = new CRC32C();
			checksum.update(bytes, 0, bytes.length - 4);
			ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) checksum.getValue());
		}
		return bytes;
	}

}

package io.pulsarlock.line;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;

import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Claim;
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
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a stranger writes, reading it ends in a record or a reason to skip it, and
 * applying it ends in a table that holds together. {@code -Dfuzz.records=10000000} makes
 * it long; {@code -Dfuzz.seed} repeats a run.
 */
class FuzzTests {

	private static final int RECORDS = Integer.getInteger("fuzz.records", 200_000);

	private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());

	/** What goes wrong goes wrong at the edges. */
	private static final long[] NUMBERS = { 0, 1, 2, 3, 127, 128, Integer.MAX_VALUE, 1L << 24, (1L << 32) - 1, 1L << 32,
			Long.MAX_VALUE - 1, Long.MAX_VALUE, -1, Long.MIN_VALUE };

	private final Random random = new Random(SEED);

	private final List<UUID> sessions = new ArrayList<>();

	FuzzTests() {
		for (int i = 0; i < 12; i++) {
			this.sessions.add(new UUID(this.random.nextLong(), this.random.nextLong()));
		}
	}

	@Test
	void tableHoldsTogetherWhateverIsApplied() {
		int round = 20_000;
		for (int done = 0; done < RECORDS; done += round) {
			LineTable one = new LineTable();
			LineTable same = new LineTable();
			Position position = new Position(this.random.nextInt(5), 0);
			int sealed = this.random.nextInt(round / 2);
			for (int i = 0; i < round; i++) {
				JournalRecord record = applicable(position);
				one.apply(position, record);
				same.apply(position, record);
				if (i == sealed) {
					one.seal();
					same.seal();
				}
				if (i % 500 == 0) {
					check(one, same);
				}
				position = next(position);
			}
			check(one, same);
		}
	}

	private static void check(LineTable one, LineTable same) {
		Set<Ticket> standing = new HashSet<>();
		for (String lock : one.locks()) {
			List<Ticket> line = one.line(lock);
			assertThat(line).as("seed %d", SEED).isEqualTo(same.line(lock)).isNotEmpty();
			assertThat(line).extracting(Ticket::position).isSorted().doesNotHaveDuplicates();
			assertThat(one.front(lock)).isEqualTo(line.get(0));
			line.forEach((ticket) -> assertThat(ticket.position().token()).isPositive());
			standing.addAll(line);
		}
		Set<Ticket> owned = new HashSet<>();
		for (SessionState session : one.sessions()) {
			owned.addAll(session.tickets());
		}
		assertThat(standing).as("seed %d", SEED).isSubsetOf(owned);
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
		long sequence = number();
		return switch (this.random.nextInt(10)) {
			case 0 -> heartbeat(session, sequence, position);
			case 1, 2 -> new Request(session, sequence, lock());
			case 3 -> new Release(session, sequence, lock(), number());
			case 4 -> new Expel(session, sequence, session(), number(), ledger(position));
			case 5, 6 -> new Bye(session, sequence, number());
			case 7 -> new Fire(session, sequence, lock(), number());
			case 8 -> new Forget(session, sequence, lock());
			default -> new Idle(session, sequence, lock(), number(), this.random.nextBoolean());
		};
	}

	private Heartbeat heartbeat(UUID session, long sequence, Position position) {
		List<Claim> claims = new ArrayList<>();
		for (int i = this.random.nextInt(4); i > 0; i--) {
			claims.add(new Claim(lock(), number(), place(position)));
		}
		return new Heartbeat(session, sequence, this.random.nextInt(3) == 0,
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

	private UUID session() {
		// New ones come all the time.
		if (this.random.nextInt(20) == 0) {
			this.sessions.set(this.random.nextInt(this.sessions.size()),
					new UUID(this.random.nextLong(), this.random.nextLong()));
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
		// Else it would not get far.
		assertThat(read).as("seed %d", SEED).isBetween(RECORDS / 100, RECORDS - RECORDS / 100);
	}

	private @Nullable RecordSigner signer() {
		return this.random.nextBoolean() ? new OddSigner() : null;
	}

	/** Signs with one byte, so that some of what was changed is verified. */
	private static final class OddSigner implements RecordSigner {

		@Override
		public byte[] sign(byte[] bytes, int length) {
			byte[] signature = new byte[LENGTH];
			signature[0] = (byte) (bytes[length - 1] & 1);
			return signature;
		}

		@Override
		public boolean isSigned(byte[] bytes, int length, int signatures) {
			return bytes[length + (signatures - 1) * LENGTH] == sign(bytes, length)[0];
		}

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

package io.pulsarlock.line;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Evict;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of the records. <pre>
 * record    = version type session(16) sequence body option*
 * version   = byte, 1; a reader refuses a higher one
 * type      = byte: 1 heartbeat, 2 request, 3 release, 4 expel, 5 evict, 6 bye, 7 fire, 8 idle
 * heartbeat = flags(1: opening) node lease grace shards history position position count claim*
 * claim     = text number position number
 * request   = text
 * release   = text number
 * expel     = session(16) number number
 * evict     = text session(16) number number number
 * bye       = number
 * fire      = text number
 * idle      = text number flags(1: idle)
 * option    = tag length bytes; unknown tags are skipped
 * position  = number number, each plus one, so that "none" is 0 0
 * text      = length UTF-8
 * tag, length, count, number = unsigned LEB128
 * </pre> A field that may be ignored is added as an option and keeps the version; one
 * that may not raises it.
 */
public final class RecordCodec {

	/** The version this class writes, and the highest it reads. */
	public static final int VERSION = 1;

	private static final int MAX_TEXT = 1 << 20;

	private RecordCodec() {
	}

	/**
	 * Writes a record.
	 * @param record the record
	 * @return its bytes
	 */
	public static byte[] encode(JournalRecord record) {
		Writer out = new Writer();
		out.octet(VERSION);
		out.octet(type(record));
		out.uuid(record.session());
		out.number(record.sequence());
		if (record instanceof Heartbeat heartbeat) {
			out.octet(heartbeat.opening() ? 1 : 0);
			out.text(heartbeat.info().node());
			out.number(heartbeat.info().leaseMillis());
			out.number(heartbeat.info().graceMillis());
			out.number(heartbeat.info().shards());
			out.position(heartbeat.history());
			out.position(heartbeat.from());
			out.position(heartbeat.upTo());
			out.number(heartbeat.claims().size());
			for (Claim claim : heartbeat.claims()) {
				out.text(claim.lock());
				out.number(claim.ticket());
				out.position(claim.position());
				out.number(claim.ordinal());
			}
		}
		else if (record instanceof Request request) {
			out.text(request.lock());
		}
		else if (record instanceof Release release) {
			out.text(release.lock());
			out.number(release.ticket());
		}
		else if (record instanceof Expel expel) {
			out.uuid(expel.target());
			out.number(expel.lastSeen());
			out.number(expel.ledger());
		}
		else if (record instanceof Evict evict) {
			out.text(evict.lock());
			out.uuid(evict.target());
			out.number(evict.ticket());
			out.number(evict.lastSeen());
			out.number(evict.ledger());
		}
		else if (record instanceof Bye bye) {
			out.number(bye.written());
		}
		else if (record instanceof Fire fire) {
			out.text(fire.job());
			out.number(fire.fireTime());
		}
		else if (record instanceof Idle idle) {
			out.text(idle.lock());
			out.number(idle.ticket());
			out.octet(idle.idle() ? 1 : 0);
		}
		return out.bytes();
	}

	/**
	 * Reads a record.
	 * @param bytes what {@link #encode} or a newer version of it wrote, or any bytes at
	 * all
	 * @return the record
	 * @throws UnreadableRecordException if it is of a newer version or no record at all
	 */
	public static JournalRecord decode(byte @Nullable [] bytes) throws UnreadableRecordException {
		if (bytes == null || bytes.length == 0) {
			throw new UnreadableRecordException(SkipCause.EMPTY, "not a record: without content");
		}
		Reader in = new Reader(ByteBuffer.wrap(bytes));
		try {
			int version = in.octet();
			if (version < 1) {
				throw new UnreadableRecordException(SkipCause.FOREIGN, "not a record of this library");
			}
			if (version > VERSION) {
				throw new UnreadableRecordException("record of version " + version
						+ "; this library reads up to version " + VERSION + ": upgrade this node");
			}
			int type = in.octet();
			UUID session = in.uuid();
			long sequence = in.number();
			JournalRecord record = switch (type) {
				case 1 -> heartbeat(in, session, sequence);
				case 2 -> new Request(session, sequence, in.text());
				case 3 -> new Release(session, sequence, in.text(), in.number());
				case 4 -> new Expel(session, sequence, in.uuid(), in.number(), in.number());
				case 5 -> new Evict(session, sequence, in.text(), in.uuid(), in.number(), in.number(), in.number());
				case 6 -> new Bye(session, sequence, in.number());
				case 7 -> new Fire(session, sequence, in.text(), in.number());
				case 8 -> new Idle(session, sequence, in.text(), in.number(), (in.octet() & 1) != 0);
				default -> throw new UnreadableRecordException(SkipCause.FOREIGN, "record of unknown type " + type);
			};
			in.skipOptions();
			return record;
		}
		catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException ex) {
			throw new UnreadableRecordException(SkipCause.FOREIGN,
					"not a record of this library (" + bytes.length + " bytes)");
		}
	}

	private static Heartbeat heartbeat(Reader in, UUID session, long sequence) {
		boolean opening = (in.octet() & 1) != 0;
		SessionInfo info = new SessionInfo(in.text(), in.number(), in.number(), Math.toIntExact(in.number()));
		Position history = in.position();
		Position from = in.position();
		Position upTo = in.position();
		long count = in.number();
		List<Claim> claims = new ArrayList<>();
		for (long i = 0; i < count; i++) {
			claims.add(new Claim(in.text(), in.number(), in.position(), Math.toIntExact(in.number())));
		}
		return new Heartbeat(session, sequence, opening, info, history, from, upTo, claims);
	}

	private static int type(JournalRecord record) {
		if (record instanceof Heartbeat) {
			return 1;
		}
		if (record instanceof Request) {
			return 2;
		}
		if (record instanceof Release) {
			return 3;
		}
		if (record instanceof Expel) {
			return 4;
		}
		if (record instanceof Evict) {
			return 5;
		}
		if (record instanceof Bye) {
			return 6;
		}
		return (record instanceof Fire) ? 7 : 8;
	}

	private static final class Writer {

		private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);

		void octet(int value) {
			this.out.write(value);
		}

		void number(long value) {
			long rest = value;
			while ((rest & ~0x7FL) != 0) {
				this.out.write((int) (rest & 0x7F) | 0x80);
				rest >>>= 7;
			}
			this.out.write((int) rest);
		}

		void uuid(UUID value) {
			ByteBuffer buffer = ByteBuffer.allocate(16);
			buffer.putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
			this.out.writeBytes(buffer.array());
		}

		void position(Position value) {
			number(value.ledgerId() + 1);
			number(value.entryId() + 1);
		}

		void text(String value) {
			byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
			number(bytes.length);
			this.out.writeBytes(bytes);
		}

		byte[] bytes() {
			return this.out.toByteArray();
		}

	}

	private record Reader(ByteBuffer in) {

		int octet() {
			return this.in.get() & 0xFF;
		}

		long number() {
			long value = 0;
			for (int shift = 0; shift < 64; shift += 7) {
				int next = octet();
				value |= (long) (next & 0x7F) << shift;
				if ((next & 0x80) == 0) {
					return value;
				}
			}
			throw new IllegalArgumentException("number too long");
		}

		UUID uuid() {
			return new UUID(this.in.getLong(), this.in.getLong());
		}

		Position position() {
			return new Position(number() - 1, number() - 1);
		}

		String text() {
			long length = number();
			if (length < 0 || length > MAX_TEXT || length > this.in.remaining()) {
				throw new IllegalArgumentException("text too long");
			}
			byte[] bytes = new byte[(int) length];
			this.in.get(bytes);
			return new String(bytes, StandardCharsets.UTF_8);
		}

		void skipOptions() {
			while (this.in.hasRemaining()) {
				number();
				long length = number();
				if (length < 0 || length > this.in.remaining()) {
					throw new IllegalArgumentException("option too long");
				}
				this.in.position(this.in.position() + (int) length);
			}
		}

	}

}

package io.pulsarlock.line;

import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Downgrade;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Forget;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.OtherVersion;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Remaining;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.Resting;
import io.pulsarlock.line.JournalRecord.Revoke;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.JournalRecord.Skip;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.JournalRecord.Unverified.Doubt;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of the records. <pre>
 * record    = version magic(2) type session(16) sequence body option* signed? checksum(4)
 * version   = byte, 3; with the highest bit: the record is signed
 * magic     = the letters PL
 * type      = byte: 1 heartbeat, 2 request, 3 release, 4 expel, 6 bye, 7 fire, 8 idle, 9 forget, 10 skip,
 *             11 rest, 12 resting, 13 downgrade, 14 revoke
 * heartbeat = lease node flags(1: opening, 2: with shares) grace shards history position position count claim*
 * claim     = text number position share?
 * share     = number: 0 exclusive, 1 shared, else permits * 2^20 + units
 * request   = text
 * release   = text number
 * expel     = session(16) number number
 * bye       = number
 * fire      = text number
 * idle      = text number flags(1: idle)
 * forget    = text
 * skip      = position
 * rest      = text number
 * resting   = count remaining*
 * remaining = text position number
 * downgrade = text number
 * revoke    = text position
 * option    = tag length bytes; unknown tags are skipped. Of a heartbeat: 1 the token
 *             floor, 2 where hints reach the node; numbers, if there are any. Of a
 *             request: 1 its share, unless exclusive
 * position  = number number, each plus one, so that "none" is 0 0
 * text      = length UTF-8
 * tag, length, count, number = unsigned LEB128
 * signed    = signature(16){1,8} count, by each key of the writer, of what stands before
 *             them and of the topic's name
 * checksum  = CRC-32C of everything before it, the highest byte first
 * </pre> A field that may be ignored is added as an option and keeps the version; one
 * that may not raises it.
 * <p>
 * What every version keeps, so that nodes of different versions find out about each other
 * and about each other's end: version, magic, type, session and sequence, the signatures
 * and the checksum, that a session's first record has the sequence 0, that a heartbeat
 * begins with lease and node, and that a bye ends its session. Version 1 had neither
 * magic nor checksum, and the flags before the node and the lease behind it; of it too no
 * more is read than that.
 *
 * @since 0.1.0
 */
public final class RecordCodec {

	/** The version this class writes, and the only one it reads in full. */
	public static final int VERSION = 3;

	/**
	 * What stands for the version of a record of this version that is encrypted, where it
	 * cannot be read.
	 * @since 0.2.0
	 */
	public static final int ENCRYPTED = 0x7F;

	private static final byte[] MAGIC = { 'P', 'L' };

	/** Of the version. One that knows no keys takes a signed record for newer. */
	private static final int SIGNED = RecordSignatures.SIGNED;

	private static final int HEARTBEAT = 1;

	private static final int DOWNGRADE = 13;

	private static final int REVOKE = 14;

	/** Flags of a heartbeat. */
	private static final int OPENING = 1;

	private static final int SHARES = 2;

	/** The option of a request. */
	private static final int SHARE = 1;

	private static final int BYE = 6;

	private static final int TOKEN_FLOOR = 1;

	private static final int HINTS = 2;

	private RecordCodec() {
	}

	/**
	 * Writes a record that is not signed.
	 * @param record the record
	 * @return its bytes
	 * @throws IllegalArgumentException if the record has values that no node may write
	 */
	public static byte[] encode(JournalRecord record) {
		return encode(record, null);
	}

	/**
	 * Writes a record.
	 * @param record the record
	 * @param signer signs it; null if records are not signed
	 * @return its bytes
	 * @throws IllegalArgumentException if the record has values that no node may write
	 * @since 0.2.0
	 */
	public static byte[] encode(JournalRecord record, @Nullable RecordSigner signer) {
		RecordBounds.check(record);
		RecordOutput out = outline(VERSION, record, signer != null);
		if (record instanceof Heartbeat heartbeat) {
			boolean shares = hasShares(heartbeat.claims());
			out.octet((heartbeat.opening() ? OPENING : 0) | (shares ? SHARES : 0));
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
				if (shares) {
					out.number(claim.share().code());
				}
			}
			if (heartbeat.info().tokenFloor() != 0) {
				out.option(TOKEN_FLOOR, heartbeat.info().tokenFloor());
			}
			if (heartbeat.info().hints() != 0) {
				out.option(HINTS, heartbeat.info().hints());
			}
		}
		else if (record instanceof Request request) {
			out.text(request.lock());
			if (!request.share().isExclusive()) {
				out.option(SHARE, request.share().code());
			}
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
		else if (record instanceof Bye bye) {
			out.number(bye.written());
		}
		else if (record instanceof Fire fire) {
			out.text(fire.job());
			out.number(fire.fireTime());
		}
		else if (record instanceof Forget forget) {
			out.text(forget.job());
		}
		else if (record instanceof Idle idle) {
			out.text(idle.lock());
			out.number(idle.ticket());
			out.octet(idle.idle() ? 1 : 0);
		}
		else if (record instanceof Skip skip) {
			out.position(skip.skipped());
		}
		else if (record instanceof Rest rest) {
			out.text(rest.lock());
			out.number(rest.millis());
		}
		else if (record instanceof Revoke revoke) {
			out.text(revoke.lock());
			out.position(revoke.place());
		}
		else if (record instanceof Resting resting) {
			out.number(resting.rests().size());
			for (Remaining each : resting.rests()) {
				out.text(each.lock());
				out.position(each.place());
				out.number(each.millis());
			}
		}
		else if (record instanceof Downgrade downgrade) {
			out.text(downgrade.lock());
			out.number(downgrade.ticket());
		}
		return out.sealed(signer);
	}

	private static boolean hasShares(List<Claim> claims) {
		for (Claim claim : claims) {
			if (!claim.share().isExclusive()) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Writes what is said of a record in the clear when the record itself is encrypted:
	 * as much as is known of one of another version.
	 * @param record the record
	 * @param signer signs it; null if records are not signed
	 * @return the bytes, which {@link #decode(byte[], RecordSigner)} takes for a record
	 * of version {@link #ENCRYPTED}
	 * @since 0.2.0
	 */
	public static byte[] outline(JournalRecord record, @Nullable RecordSigner signer) {
		return outline(ENCRYPTED, record, signer != null).sealed(signer);
	}

	/** What every version can read of a record, with which each record begins. */
	private static RecordOutput outline(int version, JournalRecord record, boolean signed) {
		RecordOutput out = new RecordOutput();
		out.octet(signed ? version | SIGNED : version);
		out.octets(MAGIC);
		out.octet(type(record));
		out.uuid(record.session());
		out.number(record.sequence());
		if (record instanceof Heartbeat heartbeat) {
			out.number(heartbeat.info().leaseMillis());
			out.text(heartbeat.info().node());
		}
		return out;
	}

	/**
	 * Reads a record where records are not signed. One that is signed, or of another
	 * version, is read only so far as every version is the same.
	 * @param bytes what {@link #encode} of this or another version wrote, or any bytes at
	 * all
	 * @return the record
	 * @throws UnreadableRecordException if it is no record, with the reason for which all
	 * nodes skip it
	 */
	public static JournalRecord decode(byte @Nullable [] bytes) throws UnreadableRecordException {
		return decode(bytes, null);
	}

	/**
	 * Reads a record. One that cannot be verified, or is of another version, is read only
	 * so far as every version is the same.
	 * @param bytes what {@link #encode} of this or another version wrote, or any bytes at
	 * all
	 * @param signer verifies it; null if records are not signed
	 * @return the record
	 * @throws UnreadableRecordException if it is no record, with the reason for which all
	 * nodes skip it
	 * @since 0.2.0
	 */
	public static JournalRecord decode(byte @Nullable [] bytes, @Nullable RecordSigner signer)
			throws UnreadableRecordException {
		if (bytes == null || bytes.length == 0) {
			throw new UnreadableRecordException(SkipCause.EMPTY, "not a record: without content");
		}
		try {
			if (!hasMagic(bytes)) {
				OtherVersion first = FirstVersion.read(bytes);
				return (signer != null) ? unverified(first, Doubt.UNSIGNED) : first;
			}
			if (!RecordChecksum.isRight(bytes)) {
				throw new UnreadableRecordException(SkipCause.DAMAGED,
						"not a record: " + bytes.length + " bytes with another checksum");
			}
			JournalRecord record = read(bytes, signer);
			RecordBounds.check(record);
			return record;
		}
		catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException ex) {
			throw new UnreadableRecordException(hasMagic(bytes) ? SkipCause.INVALID : SkipCause.FOREIGN,
					"not a record (" + bytes.length + " bytes): " + ex.getMessage());
		}
	}

	/**
	 * Whether bytes are a record, of whatever version that has a checksum, and not by
	 * chance.
	 * @param bytes any bytes
	 * @return false if they are none, or a damaged one
	 * @since 0.2.0
	 */
	public static boolean isRecord(byte[] bytes) {
		return hasMagic(bytes) && RecordChecksum.isRight(bytes);
	}

	/**
	 * Whether bytes are what {@link #outline} writes.
	 * @param bytes any bytes
	 * @return false if they are something else
	 * @since 0.2.0
	 */
	public static boolean isOutline(byte[] bytes) {
		return isRecord(bytes) && (bytes[0] & ~SIGNED & 0xFF) == ENCRYPTED;
	}

	private static boolean hasMagic(byte[] bytes) {
		return bytes.length > MAGIC.length + RecordChecksum.LENGTH && bytes[1] == MAGIC[0] && bytes[2] == MAGIC[1];
	}

	private static JournalRecord read(byte[] bytes, @Nullable RecordSigner signer) {
		RecordSignatures signatures = RecordSignatures.of(bytes);
		Doubt doubt = null;
		if (signatures.areThere()) {
			doubt = (signer == null) ? Doubt.NO_KEY : signatures.verify(signer) ? null : Doubt.OTHER_KEY;
		}
		else if (signer != null) {
			doubt = Doubt.UNSIGNED;
		}
		return read(new RecordInput(signatures.signed()), doubt);
	}

	private static Unverified unverified(OtherVersion record, Doubt doubt) {
		return new Unverified(record.session(), record.sequence(), doubt, record.node(), record.leaseMillis(),
				record.bye());
	}

	private static JournalRecord read(RecordInput in, @Nullable Doubt doubt) {
		int version = in.octet() & ~SIGNED;
		in.octet();
		in.octet();
		int type = in.octet();
		UUID session = in.uuid();
		long sequence = in.number();
		if (version <= FirstVersion.VERSION) {
			throw new IllegalArgumentException("version " + version + " is not of this form");
		}
		if (version != VERSION || doubt != null) {
			long lease = (type == HEARTBEAT) ? in.number() : 0;
			String node = (type == HEARTBEAT) ? in.text() : null;
			OtherVersion record = new OtherVersion(session, sequence, version, node, lease, type == BYE);
			return (doubt != null) ? unverified(record, doubt) : record;
		}
		JournalRecord record = switch (type) {
			case HEARTBEAT -> heartbeat(in, session, sequence);
			case 2 -> new Request(session, sequence, in.text(), Share.of(in.option(SHARE)));
			case 3 -> new Release(session, sequence, in.text(), in.number());
			case 4 -> new Expel(session, sequence, in.uuid(), in.number(), in.number());
			case BYE -> new Bye(session, sequence, in.number());
			case 7 -> new Fire(session, sequence, in.text(), in.number());
			case 8 -> new Idle(session, sequence, in.text(), in.number(), (in.octet() & 1) != 0);
			case 9 -> new Forget(session, sequence, in.text());
			case 10 -> new Skip(session, sequence, in.position());
			case 11 -> new Rest(session, sequence, in.text(), in.number());
			case 12 -> resting(in, session, sequence);
			case DOWNGRADE -> new Downgrade(session, sequence, in.text(), in.number());
			case REVOKE -> new Revoke(session, sequence, in.text(), in.position());
			default -> throw new IllegalArgumentException("unknown type " + type);
		};
		in.skipOptions();
		return record;
	}

	private static Heartbeat heartbeat(RecordInput in, UUID session, long sequence) {
		long lease = in.number();
		String node = in.text();
		int flags = in.octet();
		boolean opening = (flags & OPENING) != 0;
		boolean shares = (flags & SHARES) != 0;
		long grace = in.number();
		int shards = Math.toIntExact(in.number());
		Position history = in.position();
		Position from = in.position();
		Position upTo = in.position();
		long count = in.number();
		List<Claim> claims = new ArrayList<>();
		for (long i = 0; i < count; i++) {
			claims.add(
					new Claim(in.text(), in.number(), in.position(), shares ? Share.of(in.number()) : Share.EXCLUSIVE));
		}
		SessionInfo info = new SessionInfo(node, lease, grace, shards, in.option(TOKEN_FLOOR), in.option(HINTS));
		return new Heartbeat(session, sequence, opening, info, history, from, upTo, claims);
	}

	private static Resting resting(RecordInput in, UUID session, long sequence) {
		long count = in.number();
		List<Remaining> rests = new ArrayList<>();
		for (long i = 0; i < count; i++) {
			rests.add(new Remaining(in.text(), in.position(), in.number()));
		}
		return new Resting(session, sequence, rests);
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
		if (record instanceof Bye) {
			return 6;
		}
		if (record instanceof Fire) {
			return 7;
		}
		if (record instanceof Idle) {
			return 8;
		}
		if (record instanceof Rest) {
			return 11;
		}
		if (record instanceof Resting) {
			return 12;
		}
		if (record instanceof Downgrade) {
			return DOWNGRADE;
		}
		if (record instanceof Revoke) {
			return REVOKE;
		}
		return (record instanceof Forget) ? 9 : 10;
	}

}

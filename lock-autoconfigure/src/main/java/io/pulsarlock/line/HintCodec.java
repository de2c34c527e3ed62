package io.pulsarlock.line;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.UUID;

import io.pulsarlock.line.Hint.Ask;
import io.pulsarlock.line.Hint.Gone;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of hints. <pre>
 * hint      = version magic(2) type shard session(16) text place? signed? checksum(4)
 * version   = byte, 1; with the highest bit: the hint is signed
 * magic     = the letters PH
 * type      = byte: 1 gone, with its place; 2 ask
 * </pre> The rest is as in {@link RecordCodec}. A hint of another version is ignored.
 *
 * @since 0.2.0
 */
public final class HintCodec {

	private static final int VERSION = 1;

	private static final byte[] MAGIC = { 'P', 'H' };

	private static final int GONE = 1;

	private static final int ASK = 2;

	private HintCodec() {
	}

	/**
	 * Writes a hint.
	 * @param hint the hint
	 * @param signer signs it; null if records are not signed
	 * @return its bytes
	 */
	public static byte[] encode(Hint hint, @Nullable RecordSigner signer) {
		RecordOutput out = new RecordOutput();
		out.octet((signer != null) ? VERSION | RecordSignatures.SIGNED : VERSION);
		out.octets(MAGIC);
		out.octet((hint instanceof Gone) ? GONE : ASK);
		out.number(hint.shard());
		out.uuid(hint.session());
		out.text(hint.lock());
		if (hint instanceof Gone gone) {
			out.position(gone.place());
		}
		return out.sealed(signer);
	}

	/**
	 * Reads a hint.
	 * @param bytes what {@link #encode} wrote, or any bytes at all
	 * @param signer verifies it; null if records are not signed
	 * @return null if it is no hint, or not one of this node's cluster
	 */
	public static @Nullable Hint decode(byte @Nullable [] bytes, @Nullable RecordSigner signer) {
		if (bytes == null || bytes.length <= MAGIC.length + RecordChecksum.LENGTH || bytes[1] != MAGIC[0]
				|| bytes[2] != MAGIC[1] || !RecordChecksum.isRight(bytes)) {
			return null;
		}
		try {
			RecordSignatures signatures = RecordSignatures.of(bytes);
			boolean verified = signatures.areThere() ? signer != null && signatures.verify(signer) : signer == null;
			return verified ? read(signatures.signed()) : null;
		}
		catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException ex) {
			return null;
		}
	}

	private static @Nullable Hint read(ByteBuffer bytes) {
		RecordInput in = new RecordInput(bytes);
		if ((in.octet() & ~RecordSignatures.SIGNED) != VERSION) {
			return null;
		}
		in.octet();
		in.octet();
		int type = in.octet();
		int shard = Math.toIntExact(in.number());
		UUID session = in.uuid();
		String lock = in.text();
		return switch (type) {
			case GONE -> new Gone(shard, session, lock, in.position());
			case ASK -> new Ask(shard, session, lock);
			default -> null;
		};
	}

}

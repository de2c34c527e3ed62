package io.pulsarlock.line;

import java.nio.ByteBuffer;

/**
 * The signatures at the end of a record or a hint, if there are any.
 *
 * @param bytes all of it, with its checksum
 * @param end where what is signed ends
 * @param count how many signatures follow
 */
record RecordSignatures(byte[] bytes, int end, int count) {

	/** In the first byte: it is signed. */
	static final int SIGNED = 0x80;

	/**
	 * Finds them.
	 * @throws IllegalArgumentException if there cannot be as many as it says
	 */
	static RecordSignatures of(byte[] bytes) {
		int end = bytes.length - RecordChecksum.LENGTH;
		if ((bytes[0] & SIGNED) == 0) {
			return new RecordSignatures(bytes, end, 0);
		}
		int count = bytes[end - 1];
		end -= 1 + count * RecordSigner.LENGTH;
		if (count < 1 || count > RecordSigner.MAX_SIGNATURES || end <= 2) {
			throw new IllegalArgumentException(count + " signatures");
		}
		return new RecordSignatures(bytes, end, count);
	}

	boolean areThere() {
		return this.count > 0;
	}

	boolean verify(RecordSigner signer) {
		return signer.isSigned(this.bytes, this.end, this.count);
	}

	/** What stands before them. */
	ByteBuffer signed() {
		return ByteBuffer.wrap(this.bytes, 0, this.end);
	}

}

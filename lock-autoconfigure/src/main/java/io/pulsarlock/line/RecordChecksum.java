package io.pulsarlock.line;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The checksum at the end of a record.
 */
final class RecordChecksum {

	/** In bytes. */
	static final int LENGTH = 4;

	private RecordChecksum() {
	}

	static int of(byte[] bytes, int length) {
		CRC32C checksum = new CRC32C();
		checksum.update(bytes, 0, length);
		return (int) checksum.getValue();
	}

	/** Whether bytes end with the checksum of what stands before it. */
	static boolean isRight(byte[] bytes) {
		int end = bytes.length - LENGTH;
		return ByteBuffer.wrap(bytes).getInt(end) == of(bytes, end);
	}

}

package io.pulsarlock.line;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Writes the parts of a record.
 */
final class RecordOutput {

	private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);

	void octet(int value) {
		this.out.write(value);
	}

	void octets(byte[] values) {
		this.out.writeBytes(values);
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

	void option(int tag, long value) {
		RecordOutput number = new RecordOutput();
		number.number(value);
		number(tag);
		number(number.out.size());
		this.out.writeBytes(number.out.toByteArray());
	}

	void text(String value) {
		byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
		number(bytes.length);
		this.out.writeBytes(bytes);
	}

	/** The bytes with their signatures, if they are signed, and their checksum. */
	byte[] sealed(@Nullable RecordSigner signer) {
		if (signer != null) {
			byte[] signatures = signer.sign(this.out.toByteArray(), this.out.size());
			octets(signatures);
			octet(signatures.length / RecordSigner.LENGTH);
		}
		int end = this.out.size();
		this.out.writeBytes(new byte[RecordChecksum.LENGTH]);
		byte[] bytes = this.out.toByteArray();
		ByteBuffer.wrap(bytes).putInt(end, RecordChecksum.of(bytes, end));
		return bytes;
	}

}

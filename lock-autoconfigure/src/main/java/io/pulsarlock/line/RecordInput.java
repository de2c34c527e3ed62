package io.pulsarlock.line;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * Reads the parts of a record.
 *
 * @param in its bytes, from the next one on
 */
record RecordInput(ByteBuffer in) {

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
		if (length < 0 || length > RecordBounds.MAX_TEXT_BYTES || length > this.in.remaining()) {
			throw new IllegalArgumentException("text of " + length + " bytes");
		}
		byte[] bytes = new byte[(int) length];
		this.in.get(bytes);
		String text = new String(bytes, StandardCharsets.UTF_8);
		// What is no UTF-8 is replaced. Two names must not become one.
		if (text.indexOf('\uFFFD') >= 0 && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
			throw new IllegalArgumentException("text that is not UTF-8");
		}
		return text;
	}

	void numbers(int count) {
		for (int i = 0; i < count; i++) {
			number();
		}
	}

	void skipOptions() {
		option(0);
		this.in.position(this.in.limit());
	}

	/** The number that one of the options has, or zero. They are still to be read. */
	long option(int wanted) {
		long value = 0;
		int begin = this.in.position();
		while (this.in.hasRemaining()) {
			long tag = number();
			long length = number();
			if (length < 0 || length > this.in.remaining()) {
				throw new IllegalArgumentException("option too long");
			}
			int end = this.in.position() + (int) length;
			value = (tag == wanted && length > 0) ? number() : value;
			this.in.position(end);
		}
		this.in.position(begin);
		return value;
	}

}

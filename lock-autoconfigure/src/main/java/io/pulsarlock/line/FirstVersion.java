package io.pulsarlock.line;

import java.nio.ByteBuffer;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord.OtherVersion;

/**
 * The records of the first version, of which no more is read than every version has.
 */
final class FirstVersion {

	static final int VERSION = 1;

	private static final int HEARTBEAT = 1;

	private static final int BYE = 6;

	private FirstVersion() {
	}

	/**
	 * Tells the records of the first version, which had no magic, from what is none: by
	 * reading them to their end.
	 */
	static OtherVersion read(byte[] bytes) {
		RecordInput in = new RecordInput(ByteBuffer.wrap(bytes));
		if (in.octet() != VERSION) {
			throw new IllegalArgumentException("neither magic nor the first version");
		}
		int type = in.octet();
		UUID session = in.uuid();
		long sequence = in.number();
		String node = null;
		long lease = 0;
		switch (type) {
			case HEARTBEAT -> {
				in.octet();
				node = in.text();
				lease = in.number();
				in.numbers(8);
				for (long count = in.number(); count > 0; count--) {
					in.text();
					in.numbers(4);
				}
			}
			case 2 -> in.text();
			case 3, 7 -> {
				in.text();
				in.number();
			}
			case 4 -> {
				in.uuid();
				in.numbers(2);
			}
			case 5 -> {
				in.text();
				in.uuid();
				in.numbers(3);
			}
			case BYE -> in.number();
			case 8 -> {
				in.text();
				in.number();
				in.octet();
			}
			default -> throw new IllegalArgumentException("unknown type " + type);
		}
		in.skipOptions();
		OtherVersion record = new OtherVersion(session, sequence, VERSION, node, lease, type == BYE);
		RecordBounds.check(record);
		return record;
	}

}

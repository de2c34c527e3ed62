package io.pulsarlock.line;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;

import io.pulsarlock.line.JournalRecord.Outsider;
import org.jspecify.annotations.Nullable;

/**
 * What Jazzer calls with bytes that it thinks up, and changes by what they make the codec
 * do. {@code mvn -Pfuzz -pl lock-autoconfigure process-test-classes} has it look for
 * bytes by which this throws something. What it has found so far are the lines of
 * {@code record-codec-corpus.txt}, from which it starts.
 */
public final class RecordCodecFuzzer {

	private RecordCodecFuzzer() {
	}

	/**
	 * Writes the corpus to files, as Jazzer wants it.
	 * @param arguments the folder
	 * @throws IOException if it cannot be written
	 */
	public static void main(String[] arguments) throws IOException {
		Path folder = Files.createDirectories(Path.of(arguments[0]));
		int number = 0;
		for (byte[] bytes : corpus()) {
			Files.write(folder.resolve("seed-" + number++), bytes);
		}
	}

	static List<byte[]> corpus() throws IOException {
		try (InputStream lines = Objects
			.requireNonNull(RecordCodecFuzzer.class.getResourceAsStream("record-codec-corpus.txt"))) {
			return new String(lines.readAllBytes(), StandardCharsets.US_ASCII).lines()
				.map(HexFormat.of()::parseHex)
				.toList();
		}
	}

	/**
	 * Reads bytes, as they are and with the checksum that they ought to have, as a node
	 * without keys does and as one with keys.
	 * @param bytes any
	 */
	public static void fuzzerTestOneInput(byte[] bytes) {
		read(bytes);
		if (bytes.length > 4) {
			read(sealed(bytes));
		}
	}

	private static void read(byte[] bytes) {
		read(bytes, null);
		read(bytes, new OddSigner());
	}

	private static void read(byte[] bytes, @Nullable RecordSigner signer) {
		byte[] before = bytes.clone();
		try {
			JournalRecord record = RecordCodec.decode(bytes, signer);
			RecordBounds.check(record);
			if (!(record instanceof Outsider)) {
				byte[] written = RecordCodec.encode(record, signer);
				JournalRecord again = RecordCodec.decode(written, signer);
				check(again.equals(record), "was read as " + record + " and then as " + again);
				check(Arrays.equals(RecordCodec.encode(again, signer), written), "has two forms: " + record);
			}
		}
		catch (UnreadableRecordException ex) {
			check(ex.skipCause() != null, "has no reason to be skipped");
		}
		check(Arrays.equals(bytes, before), "was changed");
	}

	private static void check(boolean holds, String otherwise) {
		if (!holds) {
			throw new AssertionError(otherwise);
		}
	}

	static byte[] sealed(byte[] bytes) {
		byte[] sealed = bytes.clone();
		CRC32C checksum = new CRC32C();
		checksum.update(sealed, 0, sealed.length - 4);
		ByteBuffer.wrap(sealed).putInt(sealed.length - 4, (int) checksum.getValue());
		return sealed;
	}

}

package io.pulsarlock.line;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

import io.pulsarlock.FencedSemaphore;
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
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Revoke;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.JournalRecord.Skip;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class RecordCodecTests {

	private static final UUID ONE = new UUID(0x0123456789ABCDEFL, 0xFEDCBA9876543210L);

	private static final UUID OTHER = new UUID(1, 2);

	@Provide
	Arbitrary<JournalRecord> records() {
		return Records.any();
	}

	@Property
	void whatIsWrittenIsRead(@ForAll("records") JournalRecord record) throws Exception {
		assertThat(RecordCodec.decode(RecordCodec.encode(record))).isEqualTo(record);
	}

	@Property
	void unknownOptionsAreSkipped(@ForAll("records") JournalRecord record,
			@ForAll @Size(max = 3) List<@Size(max = 200) byte[]> options, @ForAll @IntRange(min = 3, max = 300) int tag)
			throws Exception {
		byte[] bytes = unsealed(RecordCodec.encode(record));
		for (byte[] option : options) {
			bytes = joined(bytes, number(tag), number(option.length), option);
		}
		assertThat(RecordCodec.decode(sealed(bytes))).isEqualTo(record);
	}

	@Property
	void outlineTellsAsMuchAsARecordOfAnotherVersion(@ForAll("records") JournalRecord record) throws Exception {
		byte[] outline = RecordCodec.outline(record, null);
		Heartbeat heartbeat = (record instanceof Heartbeat each) ? each : null;
		assertThat(RecordCodec.isOutline(outline)).isTrue();
		assertThat(RecordCodec.isOutline(RecordCodec.encode(record))).isFalse();
		assertThat(RecordCodec.isRecord(RecordCodec.encode(record))).isTrue();
		assertThat(RecordCodec.decode(outline)).isEqualTo(new OtherVersion(record.session(), record.sequence(),
				RecordCodec.ENCRYPTED, (heartbeat != null) ? heartbeat.info().node() : null,
				(heartbeat != null) ? heartbeat.info().leaseMillis() : 0, record instanceof Bye));
	}

	@Property
	void whoWroteARecordOfANewerVersionIsKnown(@ForAll("records") JournalRecord record,
			@ForAll @IntRange(min = RecordCodec.VERSION + 1, max = 127) int version,
			@ForAll @Size(max = 40) byte[] more) throws Exception {
		byte[] bytes = joined(unsealed(RecordCodec.encode(record)), more);
		bytes[0] = (byte) version;
		Heartbeat heartbeat = (record instanceof Heartbeat each) ? each : null;
		assertThat(RecordCodec.decode(sealed(bytes))).isEqualTo(new OtherVersion(record.session(), record.sequence(),
				version, (heartbeat != null) ? heartbeat.info().node() : null,
				(heartbeat != null) ? heartbeat.info().leaseMillis() : 0, record instanceof Bye));
	}

	/**
	 * One bit is enough: no record is taken for another, or for one of another version.
	 */
	@Property
	void damagedRecordsAreSkippedAsSuch(@ForAll("records") JournalRecord record, @ForAll int where,
			@ForAll @IntRange(min = 0, max = 7) int bit) {
		byte[] bytes = RecordCodec.encode(record);
		int index = Math.floorMod(where, bytes.length);
		bytes[index] ^= (byte) (1 << bit);
		assertThatExceptionOfType(UnreadableRecordException.class).isThrownBy(() -> RecordCodec.decode(bytes))
			.satisfies((ex) -> assertThat(ex.skipCause())
				.isEqualTo((index == 1 || index == 2) ? SkipCause.FOREIGN : SkipCause.DAMAGED));
	}

	static Stream<Arguments> impossible() {
		Position place = new Position(7, 7);
		return Stream
			.of(heartbeat(99, 99, 1, place), heartbeat(3_600_001, 1000, 1, place),
					heartbeat(Long.MAX_VALUE, 1000, 1, place), heartbeat(1000, 1001, 1, place),
					heartbeat(1000, 39, 1, place), heartbeat(1000, 1000, 0, place), heartbeat(1000, 1000, 1025, place),
					heartbeat(1000, 1000, 1, new Position(7, 1L << 24)),
					heartbeat(1000, 1000, 1, new Position(1L << 32, 7)), heartbeat(1000, 1000, 1, new Position(-1, 7)),
					new Request(ONE, -1, "l:a"), new Request(ONE, 1, "l:" + "n".repeat(513)),
					new Release(ONE, 1, "l:a", -1), new Expel(ONE, 1, OTHER, -1, 1), new Expel(ONE, 1, OTHER, 1, -1),
					new Bye(ONE, 1, 2), new Bye(ONE, Long.MIN_VALUE, 0), new Fire(ONE, 1, "j".repeat(2000), 1),
					new Fire(ONE, 1, "job", -1), new Idle(ONE, 1, "l:a", -1, true),
					new Heartbeat(ONE, 1, false, new SessionInfo("n", 1000, 1000, 1), Position.NONE, Position.NONE,
							place, List.of(new Claim("l:a", 1, new Position(7, 8)))),
					new Heartbeat(ONE, 1, false, new SessionInfo("n".repeat(513), 1000, 1000, 1), Position.NONE,
							Position.NONE, place, List.of()))
			.map((record) -> arguments(record));
	}

	private static Heartbeat heartbeat(long lease, long grace, int shards, Position upTo) {
		return new Heartbeat(ONE, 1, false, new SessionInfo("n", lease, grace, shards), Position.NONE, Position.NONE,
				upTo, List.of());
	}

	@ParameterizedTest
	@MethodSource("impossible")
	void whatNoNodeWritesIsNotWritten(JournalRecord record) {
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> RecordCodec.encode(record))
			.withMessageContaining("no node writes");
	}

	/** Records of another writer in other forms: none of them counts. */
	@Test
	void whatNoNodeWritesIsNotRead() {
		String session = "0123456789abcdeffedcba9876543210";
		String head = "03504c";
		for (String body : List.of(
				"01" + session + "00" + "ffffffffffffffff7f" + "026e31" + "01" + "a01f" + "04" + "0000" + "0000"
						+ "0000" + "00",
				"03" + session + "08" + "036c3a61" + "ffffffffffffffffff01",
				"02" + session + "ffffffffffffffffff01" + "036c3a61", "06" + session + "0102",
				"02" + session + "07" + "02fffe", "09" + session + "07", "02" + session + "07" + "036c3a61" + "01ff",
				"02" + session + "07" + "036c3a61" + "010102", "02" + session + "07" + "036c3a61" + "01048280c000")) {
			assertThatExceptionOfType(UnreadableRecordException.class)
				.isThrownBy(() -> RecordCodec.decode(sealed(HexFormat.of().parseHex(head + body))))
				.satisfies((ex) -> assertThat(ex.skipCause()).isEqualTo(SkipCause.INVALID));
		}
	}

	/** What is cut off is never taken for another record. */
	@Property(tries = 300)
	void truncatedRecordsAreRefused(@ForAll("records") JournalRecord record) {
		byte[] bytes = RecordCodec.encode(record);
		for (int length = 0; length < bytes.length; length++) {
			byte[] cut = Arrays.copyOf(bytes, length);
			assertThatExceptionOfType(UnreadableRecordException.class).as("%d of %d bytes", length, bytes.length)
				.isThrownBy(() -> RecordCodec.decode(cut));
		}
	}

	@Property
	void garbageIsARecordOrRefused(@ForAll @Size(max = 120) byte[] garbage,
			@ForAll @IntRange(min = 0, max = 14) int type) {
		readOrRefuse(garbage);
		// Otherwise most of it would end at its first byte.
		readOrRefuse(sealed(joined(new byte[] { RecordCodec.VERSION, 'P', 'L', (byte) type }, garbage)));
		readOrRefuse(joined(new byte[] { 1, (byte) type }, garbage));
	}

	private static void readOrRefuse(byte[] bytes) {
		try {
			assertThat(RecordCodec.decode(bytes)).isNotNull();
		}
		catch (UnreadableRecordException ex) {
			assertThat(ex).hasMessageContaining("record");
		}
	}

	@Test
	void semaphoresHaveAsManyPermitsAsRecordsMayName() {
		assertThat(FencedSemaphore.MAX_PERMITS).isEqualTo(RecordBounds.MAX_PERMITS);
	}

	@Test
	void largestHeartbeatAndLongestNameAreRead() throws Exception {
		String name = "l:" + "🔒".repeat(256);
		List<Claim> claims = new ArrayList<>();
		for (int i = 0; i < 2000; i++) {
			claims.add(new Claim(name, i, new Position(7, i)));
		}
		SessionInfo info = new SessionInfo("☃".repeat(512), 3_600_000, 3_600_000, 1024);
		JournalRecord record = new Heartbeat(ONE, Long.MAX_VALUE, false, info, Position.NONE, Position.NONE,
				new Position(7, 2000), claims);
		assertThat(RecordCodec.decode(RecordCodec.encode(record))).isEqualTo(record);
	}

	static Stream<Arguments> versionThree() {
		String session = "0123456789abcdeffedcba9876543210";
		String target = "00000000000000010000000000000002";
		Claim claim = new Claim("g:ü", 5, new Position(11, 0));
		return Stream.of(arguments(
				"01" + session + "00" + "904e" + "026e31" + "01" + "a01f" + "04" + "0000" + "0000" + "0000" + "00",
				new Heartbeat(ONE, 0, true, new SessionInfo("n1", 10_000, 4_000, 4), Position.NONE, Position.NONE,
						Position.NONE, List.of())),
				arguments(
						"01" + session + "ac02" + "904e" + "026e31" + "00" + "a01f" + "04" + "0a02" + "0000" + "0c8101"
								+ "01" + "04673ac3bc" + "05" + "0c01",
						new Heartbeat(ONE, 300, false, new SessionInfo("n1", 10_000, 4_000, 4), new Position(9, 1),
								Position.NONE, new Position(11, 128), List.of(claim))),
				arguments("02" + session + "07" + "036c3a61", new Request(ONE, 7, "l:a")),
				arguments("02" + session + "07" + "036c3a61" + "010101", new Request(ONE, 7, "l:a", Share.SHARED)),
				arguments("02" + session + "07" + "036c3a61" + "01048180c001",
						new Request(ONE, 7, "l:a", Share.ofPermits(1, 3))),
				arguments(
						"01" + session + "ac02" + "904e" + "026e31" + "02" + "a01f" + "04" + "0a02" + "0000" + "0c8101"
								+ "02" + "036c3a61" + "05" + "0c01" + "01" + "036c3a62" + "06" + "0c02" + "00",
						new Heartbeat(ONE, 300, false, new SessionInfo("n1", 10_000, 4_000, 4), new Position(9, 1),
								Position.NONE, new Position(11, 128),
								List.of(new Claim("l:a", 5, new Position(11, 0), Share.SHARED),
										new Claim("l:b", 6, new Position(11, 1))))),
				arguments("0d" + session + "0f" + "036c3a61" + "07", new Downgrade(ONE, 15, "l:a", 7)),
				arguments("03" + session + "08" + "036c3a61" + "07", new Release(ONE, 8, "l:a", 7)),
				arguments("04" + session + "09" + target + "800105", new Expel(ONE, 9, OTHER, 128, 5)),
				arguments("06" + session + "ffffffffffffffff7f03", new Bye(ONE, Long.MAX_VALUE, 3)),
				arguments("07" + session + "0b" + "036a6f62" + "e807", new Fire(ONE, 11, "job", 1000)),
				arguments("08" + session + "0c" + "036c3a61" + "07" + "01", new Idle(ONE, 12, "l:a", 7, true)),
				arguments("09" + session + "0d" + "036a6f62", new Forget(ONE, 13, "job")),
				arguments("0a" + session + "0e" + "0a02", new Skip(ONE, 14, new Position(9, 1))),
				arguments("0e" + session + "0f" + "036c3a61" + "0a02", new Revoke(ONE, 15, "l:a", new Position(9, 1))),
				arguments(
						"01" + session + "00" + "904e" + "026e31" + "01" + "a01f" + "04" + "0000" + "0000" + "0000"
								+ "00" + "01" + "06" + "808080808020",
						new Heartbeat(ONE, 0, true, new SessionInfo("n1", 10_000, 4_000, 4, 1L << 40), Position.NONE,
								Position.NONE, Position.NONE, List.of())));
	}

	/** Journals outlive releases: these bytes must be written and read forever. */
	@ParameterizedTest
	@MethodSource("versionThree")
	void bytesOfVersionThreeStayAsTheyAre(String hex, JournalRecord record) throws Exception {
		byte[] bytes = sealed(HexFormat.of().parseHex("03504c" + hex));
		assertThat(RecordCodec.encode(record)).isEqualTo(bytes);
		assertThat(RecordCodec.decode(bytes)).isEqualTo(record);
	}

	@Test
	void checksumStaysAsItIs() {
		assertThat(HexFormat.of().formatHex(sealed("123456789".getBytes(StandardCharsets.US_ASCII))))
			.endsWith("e3069283");
	}

	static Stream<Arguments> versionOne() {
		String session = "0123456789abcdeffedcba9876543210";
		String target = "00000000000000010000000000000002";
		return Stream.of(
				arguments("01" + session + "00" + "01" + "026e31" + "904e" + "a01f" + "04" + "0000" + "0000" + "0000"
						+ "00", first(0, "n1", 10_000, false)),
				arguments("01" + session + "ac02" + "00" + "026e31" + "904e" + "a01f" + "04" + "0a02" + "0c01"
						+ "0c8101" + "01" + "04673ac3bc" + "05" + "0c01" + "03", first(300, "n1", 10_000, false)),
				arguments("02" + session + "07" + "036c3a61", first(7, null, 0, false)),
				arguments("03" + session + "08" + "036c3a61" + "07", first(8, null, 0, false)),
				arguments("04" + session + "09" + target + "800105", first(9, null, 0, false)),
				arguments("05" + session + "0a" + "036c3a61" + target + "07" + "0c05", first(10, null, 0, false)),
				arguments("06" + session + "ffffffffffffffff7f03", first(Long.MAX_VALUE, null, 0, true)),
				arguments("07" + session + "0b" + "036a6f62" + "e807", first(11, null, 0, false)),
				arguments("08" + session + "0c" + "036c3a61" + "07" + "01", first(12, null, 0, false)));
	}

	private static OtherVersion first(long sequence, String node, long lease, boolean bye) {
		return new OtherVersion(ONE, sequence, 1, node, lease, bye);
	}

	/** What releases before the magic and the checksum wrote. */
	@ParameterizedTest
	@MethodSource("versionOne")
	void whoWroteARecordOfTheFirstVersionIsKnown(String hex, OtherVersion record) throws Exception {
		assertThat(RecordCodec.decode(HexFormat.of().parseHex("01" + hex))).isEqualTo(record);
	}

	/** How a node of the first version reads it: "upgrade this node". */
	@Property
	void recordsAreOfANewerVersionForTheFirst(@ForAll("records") JournalRecord record) {
		assertThat(RecordCodec.encode(record)[0]).isGreaterThan((byte) 1);
	}

	private static byte[] unsealed(byte[] bytes) {
		return Arrays.copyOf(bytes, bytes.length - 4);
	}

	private static byte[] sealed(byte[] bytes) {
		CRC32C checksum = new CRC32C();
		checksum.update(bytes);
		return joined(bytes, ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
	}

	private static byte[] joined(byte[]... parts) {
		byte[] all = new byte[0];
		for (byte[] part : parts) {
			int length = all.length;
			all = Arrays.copyOf(all, length + part.length);
			System.arraycopy(part, 0, all, length, part.length);
		}
		return all;
	}

	private static byte[] number(int value) {
		return (value < 128) ? new byte[] { (byte) value } : new byte[] { (byte) (value | 0x80), (byte) (value >> 7) };
	}

}

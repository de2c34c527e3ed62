package io.pulsarlock.line;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

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
			@ForAll @Size(max = 3) List<@Size(max = 200) byte[]> options, @ForAll @IntRange(min = 0, max = 300) int tag)
			throws Exception {
		byte[] bytes = RecordCodec.encode(record);
		for (byte[] option : options) {
			bytes = joined(bytes, number(tag), number(option.length), option);
		}
		assertThat(RecordCodec.decode(bytes)).isEqualTo(record);
	}

	@Property
	void newerVersionsAreRefused(@ForAll("records") JournalRecord record,
			@ForAll @IntRange(min = RecordCodec.VERSION + 1, max = 255) int version) {
		byte[] bytes = RecordCodec.encode(record);
		bytes[0] = (byte) version;
		assertThatExceptionOfType(UnreadableRecordException.class).isThrownBy(() -> RecordCodec.decode(bytes))
			.withMessageContaining("version " + version)
			.withMessageContaining("upgrade");
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
			@ForAll @IntRange(min = 0, max = 8) int type) {
		readOrRefuse(garbage);
		// Otherwise most of it would end at its first byte.
		readOrRefuse(joined(new byte[] { RecordCodec.VERSION, (byte) type }, garbage));
	}

	@Property
	void damagedRecordsAreRecordsOrRefused(@ForAll("records") JournalRecord record, @ForAll int where,
			@ForAll byte value) {
		byte[] bytes = RecordCodec.encode(record);
		bytes[Math.floorMod(where, bytes.length)] = value;
		readOrRefuse(bytes);
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
	void largestHeartbeatAndLongestNameAreRead() throws Exception {
		String name = "l:" + "🔒".repeat(250);
		List<Claim> claims = new ArrayList<>();
		for (int i = 0; i < 2000; i++) {
			claims.add(new Claim(name + i, i, new Position(Long.MAX_VALUE - 1, i), Integer.MAX_VALUE));
		}
		SessionInfo info = new SessionInfo("n".repeat(1 << 20), Long.MAX_VALUE, Long.MAX_VALUE, 1024);
		JournalRecord record = new Heartbeat(ONE, Long.MAX_VALUE, false, info, Position.NONE, Position.NONE,
				new Position(7, 7), claims);
		assertThat(RecordCodec.decode(RecordCodec.encode(record))).isEqualTo(record);
	}

	static Stream<Arguments> versionOne() {
		String session = "0123456789abcdeffedcba9876543210";
		String target = "00000000000000010000000000000002";
		Claim claim = new Claim("g:ü", 5, new Position(11, 0), 3);
		return Stream.of(arguments(
				"0101" + session + "00" + "01" + "026e31" + "904e" + "a01f" + "04" + "0000" + "0000" + "0000" + "00",
				new Heartbeat(ONE, 0, true, new SessionInfo("n1", 10_000, 4_000, 4), Position.NONE, Position.NONE,
						Position.NONE, List.of())),
				arguments(
						"0101" + session + "ac02" + "00" + "026e31" + "904e" + "a01f" + "04" + "0a02" + "0c01"
								+ "0c8101" + "01" + "04673ac3bc" + "05" + "0c01" + "03",
						new Heartbeat(ONE, 300, false, new SessionInfo("n1", 10_000, 4_000, 4), new Position(9, 1),
								new Position(11, 0), new Position(11, 128), List.of(claim))),
				arguments("0102" + session + "07" + "036c3a61", new Request(ONE, 7, "l:a")),
				arguments("0103" + session + "08" + "036c3a61" + "07", new Release(ONE, 8, "l:a", 7)),
				arguments("0104" + session + "09" + target + "800105", new Expel(ONE, 9, OTHER, 128, 5)),
				arguments("0105" + session + "0a" + "036c3a61" + target + "07" + "0c05",
						new Evict(ONE, 10, "l:a", OTHER, 7, 12, 5)),
				arguments("0106" + session + "ffffffffffffffff7f03", new Bye(ONE, Long.MAX_VALUE, 3)),
				arguments("0107" + session + "0b" + "036a6f62" + "e807", new Fire(ONE, 11, "job", 1000)),
				arguments("0108" + session + "0c" + "036c3a61" + "07" + "01", new Idle(ONE, 12, "l:a", 7, true)));
	}

	/** Journals outlive releases: these bytes must be written and read for ever. */
	@ParameterizedTest
	@MethodSource("versionOne")
	void bytesOfVersionOneStayAsTheyAre(String hex, JournalRecord record) throws Exception {
		assertThat(HexFormat.of().formatHex(RecordCodec.encode(record))).isEqualTo(hex);
		assertThat(RecordCodec.decode(HexFormat.of().parseHex(hex))).isEqualTo(record);
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

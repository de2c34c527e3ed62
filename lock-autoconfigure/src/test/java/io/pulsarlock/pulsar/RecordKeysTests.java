package io.pulsarlock.pulsar;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.OtherVersion;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.JournalRecord.Unverified.Doubt;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordCodec;
import io.pulsarlock.line.RecordSigner;
import io.pulsarlock.line.SkipCause;
import io.pulsarlock.line.UnreadableRecordException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RecordKeysTests {

	private static final String TOPIC = "persistent://public/default/pulsar-lock-shop-0";

	private static final String OLD = key(1);

	private static final String NEW = key(2);

	private static final UUID ONE = new UUID(0x0123456789ABCDEFL, 0xFEDCBA9876543210L);

	private static final Heartbeat HEARTBEAT = new Heartbeat(ONE, 7, false, new SessionInfo("n1", 10_000, 4_000, 4),
			Position.NONE, Position.NONE, Position.NONE, List.of());

	@Test
	void recordIsReadByWhoeverHasOneOfTheKeys() throws Exception {
		byte[] bytes = RecordCodec.encode(HEARTBEAT, signer(OLD));
		assertThat(RecordCodec.decode(bytes, signer(OLD))).isEqualTo(HEARTBEAT);
		assertThat(RecordCodec.decode(bytes, signer(NEW, OLD))).isEqualTo(HEARTBEAT);
		assertThat(RecordCodec.decode(RecordCodec.encode(HEARTBEAT, signer(NEW, OLD)), signer(OLD)))
			.as("either both nodes verify the other one's records, or neither does")
			.isEqualTo(HEARTBEAT);
	}

	@Test
	void whoHasNoneOfTheKeysReadsWhoWroteItAndNoMore() throws Exception {
		byte[] signed = RecordCodec.encode(HEARTBEAT, signer(OLD, NEW));
		assertThat(RecordCodec.decode(signed)).isEqualTo(unverified(Doubt.NO_KEY));
		assertThat(RecordCodec.decode(signed, signer(key(3)))).isEqualTo(unverified(Doubt.OTHER_KEY));
		assertThat(RecordCodec.decode(RecordCodec.encode(HEARTBEAT), signer(OLD)))
			.isEqualTo(unverified(Doubt.UNSIGNED));
		assertThat(RecordCodec.decode(RecordCodec.encode(new Bye(ONE, 8, 8), signer(OLD))))
			.isEqualTo(new Unverified(ONE, 8, Doubt.NO_KEY, null, 0, true));
	}

	private static Unverified unverified(Doubt doubt) {
		return new Unverified(ONE, 7, doubt, "n1", 10_000, false);
	}

	@Test
	void recordOfAnotherShardOrClusterDoesNotCount() throws Exception {
		byte[] bytes = RecordCodec.encode(HEARTBEAT, signer(OLD));
		for (String topic : List.of(TOPIC.replace("-0", "-1"), TOPIC.replace("shop", "shop2"),
				TOPIC.replace("default", "locks"))) {
			assertThat(RecordCodec.decode(bytes, RecordKeys.of(List.of(OLD)).signer(topic)))
				.isEqualTo(unverified(Doubt.OTHER_KEY));
		}
	}

	/** Any change by a writer that also corrects the checksum. */
	@Test
	void recordThatWasChangedDoesNotCount() {
		byte[] signed = RecordCodec.encode(HEARTBEAT, signer(OLD));
		for (int i = 0; i < (signed.length - 4) * 8; i++) {
			byte[] changed = signed.clone();
			changed[i / 8] ^= (byte) (1 << i % 8);
			assertThat(counts(sealed(changed))).as("bit %d", i).isFalse();
		}
		for (int length = 0; length < signed.length; length++) {
			assertThat(counts(sealed(Arrays.copyOf(signed, length + 4)))).as("%d bytes", length)
				.isEqualTo(length == signed.length - 4);
		}
	}

	private static boolean counts(byte[] bytes) {
		try {
			return !(RecordCodec.decode(bytes, signer(OLD)) instanceof Unverified);
		}
		catch (UnreadableRecordException ex) {
			return false;
		}
	}

	private static byte[] sealed(byte[] bytes) {
		CRC32C checksum = new CRC32C();
		checksum.update(bytes, 0, bytes.length - 4);
		ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) checksum.getValue());
		return bytes;
	}

	/** A release without keys stops at it, as at any newer version. */
	@Test
	void signedRecordIsOfANewerVersionForWhoKnowsNoKeys() {
		byte[] bytes = RecordCodec.encode(HEARTBEAT, signer(OLD));
		assertThat(bytes[0] & 0xFF).isEqualTo(0x80 | RecordCodec.VERSION);
		byte[] unsigned = RecordCodec.encode(HEARTBEAT);
		assertThat(Arrays.copyOfRange(bytes, 1, unsigned.length - 4))
			.isEqualTo(Arrays.copyOfRange(unsigned, 1, unsigned.length - 4));
	}

	@Test
	void signedRecordOfANewerVersionIsKnownAsSuch() throws Exception {
		byte[] bytes = RecordCodec.encode(HEARTBEAT, signer(OLD));
		int end = bytes.length - 4 - 1 - RecordSigner.LENGTH;
		bytes[0] = (byte) (0x80 | (RecordCodec.VERSION + 1));
		System.arraycopy(signer(OLD).sign(bytes, end), 0, bytes, end, RecordSigner.LENGTH);
		assertThat(RecordCodec.decode(sealed(bytes), signer(OLD)))
			.isEqualTo(new OtherVersion(ONE, 7, RecordCodec.VERSION + 1, "n1", 10_000, false));
	}

	/** Journals outlive releases, and both are in one cluster while it is upgraded. */
	@Test
	void bytesStayAsTheyAre() throws Exception {
		byte[] bytes = sealed(HexFormat.of()
			.parseHex("83504c02" + "0123456789abcdeffedcba9876543210" + "07" + "036c3a61"
					+ "8b0a2706807e33ce4ab2e80eeeb67d0e" + "01" + "00000000"));
		assertThat(RecordCodec.encode(new Request(ONE, 7, "l:a"), signer(OLD))).isEqualTo(bytes);
	}

	@Test
	void randomSignaturesAreReadAsSuchOrSkipped() throws Exception {
		for (int count = -128; count < 128; count++) {
			byte[] bytes = new byte[60];
			Arrays.fill(bytes, (byte) 1);
			bytes[0] = (byte) 0x82;
			bytes[1] = 'P';
			bytes[2] = 'L';
			bytes[bytes.length - 5] = (byte) count;
			try {
				JournalRecord record = RecordCodec.decode(sealed(bytes), signer(OLD));
				assertThat(record).isInstanceOf(Unverified.class);
			}
			catch (UnreadableRecordException ex) {
				assertThat(ex.skipCause()).isEqualTo(SkipCause.INVALID);
			}
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			not a key!                                   | Key [1] is not Base64
			''                                           | Key [1] has 0 bytes and needs at least 32
			MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMQ== | Key [1] has 31 bytes and needs at least 32
			""")
	void whatIsNoKeyIsRefusedWithoutSayingIt(String text, String problem) {
		assertThatExceptionOfType(LockConfigurationException.class)
			.isThrownBy(() -> PulsarLocks.at("pulsar://localhost:6650").recordKeys(List.of(OLD, text)))
			.withMessageContaining(problem)
			.withMessageContaining("openssl rand -base64 32")
			.satisfies((ex) -> {
				if (!text.isEmpty()) {
					assertThat(ex).hasStackTraceContaining(problem);
					assertThat(ex.getMessage()).doesNotContain(text);
				}
			});
	}

	@Test
	void keysThatAreTooManyOrThereTwiceAreRefused() {
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> RecordKeys.of(List.of(OLD, NEW, OLD)))
			.withMessageContaining("Key [2] is the same as key [0]");
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(
					() -> RecordKeys.of(java.util.stream.IntStream.range(0, 9).mapToObj(RecordKeysTests::key).toList()))
			.withMessageContaining("At most 8");
	}

	@Test
	void keysAreNotTold() {
		assertThat(RecordKeys.of(List.of(OLD, NEW))).hasToString("2 record keys");
	}

	private static RecordSigner signer(String... keys) {
		return RecordKeys.of(List.of(keys)).signer(TOPIC);
	}

	private static String key(int fill) {
		byte[] key = new byte[32];
		Arrays.fill(key, (byte) fill);
		return Base64.getEncoder().encodeToString(key);
	}

}

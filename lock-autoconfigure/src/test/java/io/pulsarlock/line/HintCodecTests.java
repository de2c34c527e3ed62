package io.pulsarlock.line;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;

import io.pulsarlock.line.Hint.Ask;
import io.pulsarlock.line.Hint.Gone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the binary form of hints.
 */
class HintCodecTests {

	private static final Hint GONE = new Gone(3, UUID.randomUUID(), "l:stock ☃", new Position(17, 4711));

	private static final Hint ASK = new Ask(1023, UUID.randomUUID(), "l:");

	@Test
	void hintIsReadAsItWasWritten() {
		for (Hint hint : new Hint[] { GONE, ASK }) {
			assertThat(HintCodec.decode(HintCodec.encode(hint, null), null)).isEqualTo(hint);
			assertThat(HintCodec.decode(HintCodec.encode(hint, key(1)), key(1))).isEqualTo(hint);
		}
	}

	@Test
	void hintThatIsNotVerifiedIsIgnored() {
		assertThat(HintCodec.decode(HintCodec.encode(GONE, null), key(1))).isNull();
		assertThat(HintCodec.decode(HintCodec.encode(GONE, key(1)), null)).isNull();
		assertThat(HintCodec.decode(HintCodec.encode(GONE, key(1)), key(2))).isNull();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void damagedHintIsIgnored(boolean signed) {
		RecordSigner signer = signed ? key(1) : null;
		byte[] bytes = HintCodec.encode(GONE, signer);
		for (int i = 0; i < bytes.length; i++) {
			byte[] damaged = bytes.clone();
			damaged[i] ^= 0x10;
			assertThat(HintCodec.decode(damaged, signer)).isNull();
			assertThat(HintCodec.decode(Arrays.copyOf(bytes, i), signer)).isNull();
		}
	}

	@Test
	void anythingElseIsIgnored() {
		Random random = new Random(1);
		for (int i = 0; i < 20_000; i++) {
			byte[] bytes = new byte[random.nextInt(80)];
			random.nextBytes(bytes);
			assertThat(HintCodec.decode(bytes, null)).isNull();
			assertThat(HintCodec.decode(whole(bytes), null)).isNull();
		}
		assertThat(HintCodec.decode(null, null)).isNull();
		assertThat(HintCodec.decode(RecordCodec.encode(new JournalRecord.Forget(UUID.randomUUID(), 1, "job")), null))
			.isNull();
	}

	/** Like a hint up to its type, and with the right checksum. */
	private static byte[] whole(byte[] bytes) {
		byte[] whole = bytes.clone();
		if (whole.length > RecordChecksum.LENGTH + 4) {
			whole[0] = 2;
			whole[1] = 'P';
			whole[2] = 'H';
			int end = whole.length - RecordChecksum.LENGTH;
			ByteBuffer.wrap(whole).putInt(end, RecordChecksum.of(whole, end));
		}
		return whole;
	}

	private static RecordSigner key(int key) {
		return new RecordSigner() {

			@Override
			public byte[] sign(byte[] bytes, int length) {
				byte[] signature = new byte[LENGTH];
				signature[0] = (byte) (key + RecordChecksum.of(bytes, length));
				return signature;
			}

			@Override
			public boolean isSigned(byte[] bytes, int length, int signatures) {
				return bytes[length] == (byte) (key + RecordChecksum.of(bytes, length));
			}

		};
	}

}

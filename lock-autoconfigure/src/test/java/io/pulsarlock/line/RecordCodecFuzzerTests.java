package io.pulsarlock.line;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads the findings of hours of search by Jazzer.
 */
class RecordCodecFuzzerTests {

	static List<byte[]> corpus() throws Exception {
		return RecordCodecFuzzer.corpus();
	}

	@ParameterizedTest
	@MethodSource("corpus")
	void bytesAreARecordOrHaveAReasonToSkipThem(byte[] bytes) {
		RecordCodecFuzzer.fuzzerTestOneInput(bytes);
	}

	/** Otherwise it would not have got far. */
	@Test
	void corpusHasRecordsOfAllKindsAndBytesOfAllCauses() throws Exception {
		Set<Object> found = new HashSet<>();
		for (byte[] bytes : corpus()) {
			for (byte[] each : (bytes.length > 4) ? List.of(bytes, RecordCodecFuzzer.sealed(bytes)) : List.of(bytes)) {
				for (RecordSigner signer : new RecordSigner[] { null, new OddSigner() }) {
					try {
						found.add(RecordCodec.decode(each, signer).getClass());
					}
					catch (UnreadableRecordException ex) {
						found.add(ex.skipCause());
					}
				}
			}
		}
		assertThat(found).containsAll(
				Stream
					.of(JournalRecord.Heartbeat.class, JournalRecord.Request.class, JournalRecord.Release.class,
							JournalRecord.Expel.class, JournalRecord.Bye.class, JournalRecord.Fire.class,
							JournalRecord.Forget.class, JournalRecord.Idle.class, JournalRecord.OtherVersion.class,
							JournalRecord.Unverified.class)
					.toList());
		assertThat(found).contains(SkipCause.EMPTY, SkipCause.FOREIGN, SkipCause.DAMAGED, SkipCause.INVALID);
	}

}

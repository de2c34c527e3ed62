package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.Position;
import io.pulsarlock.session.JournalReader.Entry;
import io.pulsarlock.session.JournalReader.Hole;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what a session applies when readers are moved, acknowledgements arrive early and
 * ledgers change.
 */
class JournalReaderTests {

	private static final JournalRecord RECORD = new Bye(new UUID(0, 1), 1, 1);

	private boolean asking;

	private final JournalReader reader = new JournalReader(() -> this.asking);

	@Test
	void whatIsReadInOrderIsHandedOutOnce() {
		assertThat(read("5:7", "5:8", "5:8", "5:7", "5:9")).containsExactly("5:7", "5:8", "5:9");
		assertThat(this.reader.hole()).isNull();
	}

	@Test
	void ownRecordIsHandedOutEarlyOnlyIfItDirectlyFollows() {
		read("5:7");
		this.reader.written(at("5:8"), RECORD);
		assertThat(next()).containsExactly("5:8");
		this.reader.written(at("5:10"), RECORD);
		assertThat(next()).isEmpty();
		assertThat(this.reader.hole()).as("the reader is only slower").isNull();
		assertThat(read("5:8", "5:9")).containsExactly("5:9", "5:10");
	}

	@Test
	void whileJoiningWhatMayLieBetweenTwoLedgersIsReadAgain() {
		read("1:0", "1:1");
		assertThat(read("3:0", "3:1")).isEmpty();
		assertThat(this.reader.hole()).isEqualTo(new Hole(at("1:0"), at("3:0")));
		this.reader.reading();
		assertThat(read("1:1", "1:2", "2:0")).containsExactly("1:2");
		this.reader.readAgain(true);
		assertThat(next()).containsExactly("2:0", "3:0", "3:1");
		assertThat(this.reader.hole()).isNull();
		assertThat(this.reader.isBehindLoss(at("3:0"))).isFalse();
	}

	@Test
	void whileJoiningALedgerOfAnotherTopicIsBehindALoss() {
		read("1:0", "1:1", "3:0");
		for (int i = 0; i < 3; i++) {
			assertThat(next()).isEmpty();
			assertThat(this.reader.isLost()).isFalse();
			assertThat(this.reader.hole()).isEqualTo(new Hole(at("1:0"), at("3:0")));
			this.reader.reading();
			this.reader.readAgain(true);
		}
		assertThat(this.reader.isLost()).isTrue();
		this.reader.giveUp();
		assertThat(next()).containsExactly("3:0");
		assertThat(this.reader.isBehindLoss(at("3:0"))).isTrue();
		assertThat(read("3:1")).containsExactly("3:1");
		assertThat(this.reader.isBehindLoss(at("3:1"))).isFalse();
	}

	@Test
	void whoHasAskedForSomethingReadsAgainWhatMayLieBetweenTwoLedgers() {
		this.reader.joined();
		assertThat(read("1:0", "2:0", "2:1")).containsExactly("1:0", "2:0", "2:1");
		this.asking = true;
		assertThat(read("3:0")).isEmpty();
		assertThat(this.reader.hole()).isEqualTo(new Hole(at("2:0"), at("3:0")));
		this.reader.reading();
		assertThat(read("2:1", "2:2")).containsExactly("2:2");
		this.reader.readAgain(true);
		assertThat(next()).containsExactly("3:0");
	}

	@Test
	void whileJoiningAPositionThatWasThereBeforeIsToBeThereAgain() {
		this.reader.begin(at("1:7"));
		assertThat(read("2:0")).isEmpty();
		assertThat(this.reader.hole()).isEqualTo(new Hole(at("1:6"), at("2:0")));
		this.reader.reading();
		read("1:7");
		this.reader.readAgain(true);
		assertThat(next()).containsExactly("2:0");
	}

	@Test
	void readingThatHadNoAnswerMakesSureOfNothing() {
		read("1:0", "1:1");
		read("2:0");
		assertThat(this.reader.hole()).isNotNull();
		this.reader.reading();
		this.reader.readAgain(false);
		assertThat(next()).isEmpty();
		assertThat(this.reader.hole()).isEqualTo(new Hole(at("1:0"), at("2:0")));
	}

	@Test
	void ownRecordInAnotherLedgerWaitsForTheReader() {
		this.reader.joined();
		read("5:7");
		this.reader.written(at("6:0"), RECORD);
		assertThat(next()).isEmpty();
		assertThat(this.reader.hole()).isNull();
		assertThat(read("5:8", "6:0")).containsExactly("5:8", "6:0");
	}

	@Test
	void nothingBehindAHoleIsHandedOutBeforeItIsFilled() {
		read("1:1");
		assertThat(read("1:3")).isEmpty();
		assertThat(this.reader.hole()).isEqualTo(new Hole(at("1:1"), at("1:3")));
		this.reader.reading();
		assertThat(this.reader.hole()).as("while it is being read").isNull();
		assertThat(read("1:4")).isEmpty();
		assertThat(read("1:2")).containsExactly("1:2", "1:3", "1:4");
		this.reader.readAgain(true);
		assertThat(next()).isEmpty();
		assertThat(this.reader.hole()).isNull();
	}

	@Test
	void ledgerThatDoesNotBeginWithItsFirstEntryHasAHole() {
		read("1:0", "1:1");
		assertThat(read("2:1")).isEmpty();
		assertThat(this.reader.hole()).isEqualTo(new Hole(at("1:0"), at("2:1")));
		this.reader.reading();
		// The end of the old ledger may be missing too.
		assertThat(read("1:1", "1:2")).containsExactly("1:2");
		assertThat(read("2:0")).isEmpty();
		this.reader.readAgain(true);
		assertThat(next()).containsExactly("2:0", "2:1");
	}

	@Test
	void ownRecordThatTheReaderHasPassedShowsAHoleAtTheEndOfALedger() {
		read("1:0", "1:1");
		this.reader.written(at("1:3"), RECORD);
		assertThat(read("2:0")).isEmpty();
		assertThat(this.reader.hole()).isEqualTo(new Hole(at("1:0"), at("2:0")));
		this.reader.reading();
		assertThat(read("1:1", "1:2", "1:3", "1:4")).containsExactly("1:2", "1:3", "1:4");
		this.reader.readAgain(true);
		assertThat(next()).containsExactly("2:0");
	}

	@Test
	void readerThatBeginsBehindAnOwnRecordHasAHole() {
		this.reader.written(at("1:3"), RECORD);
		assertThat(read("1:6")).isEmpty();
		assertThat(this.reader.hole()).isEqualTo(new Hole(Position.NONE, at("1:6")));
	}

	@Test
	void holeIsLostOnlyAfterThreeReadingsThatHadAnAnswer() {
		read("1:1", "1:3");
		for (int i = 0; i < 10; i++) {
			this.reader.reading();
			this.reader.readAgain(false);
			assertThat(this.reader.isLost()).isFalse();
		}
		for (int i = 0; i < 3; i++) {
			assertThat(this.reader.isLost()).as("after %d", i).isFalse();
			assertThat(this.reader.hole()).isNotNull();
			this.reader.reading();
			this.reader.readAgain(true);
		}
		assertThat(this.reader.isLost()).isTrue();
		this.reader.giveUp();
		assertThat(next()).containsExactly("1:3");
		assertThat(this.reader.isLost()).isFalse();
		assertThat(this.reader.hole()).isNull();
	}

	@Test
	void holeThatBecomesSmallerIsNotLost() {
		read("1:1", "1:9");
		for (int i = 2; i < 9; i++) {
			this.reader.reading();
			assertThat(read("1:" + i)).contains("1:" + i);
			this.reader.readAgain(true);
			assertThat(this.reader.isLost()).isFalse();
		}
		assertThat(read("1:10")).containsExactly("1:10");
	}

	private List<String> read(String... positions) {
		List<String> handedOut = new ArrayList<>();
		for (String position : positions) {
			this.reader.read(at(position), RECORD);
			handedOut.addAll(next());
		}
		return handedOut;
	}

	private List<String> next() {
		List<String> handedOut = new ArrayList<>();
		for (Entry next = this.reader.next(); next != null; next = this.reader.next()) {
			handedOut.add(next.position().toString());
		}
		return handedOut;
	}

	private static Position at(String position) {
		String[] parts = position.split(":");
		return new Position(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
	}

}

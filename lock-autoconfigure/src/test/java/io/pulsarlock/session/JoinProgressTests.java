package io.pulsarlock.session;

import io.pulsarlock.line.Position;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests how long a session may take to join, in virtual time.
 */
class JoinProgressTests {

	private final JoinProgress progress = new JoinProgress(10, 0);

	@Test
	void whatOthersWriteIsNoProgressBeforeAnOwnRecordIsPersistent() {
		for (int i = 0; i <= 10; i++) {
			this.progress.applied(new Position(1, i), i);
			assertThat(this.progress.isStuck(i)).isFalse();
		}
		assertThat(this.progress.isStuck(11)).isTrue();
	}

	@Test
	void longJournalMayBeReadForAsLongAsTheReaderComesNearer() {
		this.progress.written(new Position(1, 100), 5);
		for (int i = 0; i <= 100; i++) {
			this.progress.applied(new Position(1, i), 9 * i);
			assertThat(this.progress.isStuck(9 * i + 10)).isFalse();
		}
		assertThat(this.progress.isStuck(911)).isTrue();
	}

	@Test
	void ownRecordThatIsReadAndNotAcceptedIsNoProgress() {
		this.progress.written(new Position(1, 3), 5);
		this.progress.applied(new Position(1, 3), 6);
		for (int i = 7; i < 17; i++) {
			this.progress.written(new Position(1, 3 * i), i);
			this.progress.applied(new Position(1, 3 * i), i);
		}
		assertThat(this.progress.isStuck(17)).isTrue();
	}

	@Test
	void sessionWhoseRecordsAreAcceptedMayWait() {
		for (int i = 0; i < 100; i += 9) {
			this.progress.accepted(i);
			assertThat(this.progress.isStuck(i + 9)).isFalse();
		}
	}

}

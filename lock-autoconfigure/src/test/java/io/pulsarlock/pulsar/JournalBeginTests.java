package io.pulsarlock.pulsar;

import java.util.ArrayList;
import java.util.List;

import io.pulsarlock.line.Position;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link JournalBegin}: what the first record says of where the journal was found to
 * begin.
 */
class JournalBeginTests {

	private final List<Position> earliest = new ArrayList<>();

	@Test
	void firstRecordOfTheLedgerBearsItOutOnce() {
		JournalBegin begin = begin(new Position(7, -1), false);
		assertThat(begin.allows(new Position(7, 3))).isTrue();
		assertThat(begin.allows(new Position(7, 4))).isTrue();
		assertThat(this.earliest).containsExactly(new Position(7, -1));
	}

	@Test
	void firstRecordEverTellsTheLedger() {
		assertThat(begin(Position.NONE, true).allows(new Position(7, 0))).isTrue();
		assertThat(this.earliest).containsExactly(new Position(7, -1));
	}

	@Test
	void ledgerThatHasGoneMeanwhileIsNotBorneOut() {
		assertThat(begin(new Position(7, -1), false).allows(new Position(9, 0))).isTrue();
		assertThat(this.earliest).isEmpty();
	}

	@Test
	void journalThatBeginsEarlierIsAnotherOne() {
		assertThat(begin(new Position(7, -1), false).allows(new Position(6, 0))).isFalse();
		assertThat(this.earliest).isEmpty();
	}

	@Test
	void aPlaceWithinTheJournalOrNoneSaysNothing() {
		assertThat(begin(new Position(7, 5), false).allows(new Position(7, 5))).isTrue();
		assertThat(begin(Position.NONE, false).allows(new Position(1, 0))).isTrue();
		assertThat(begin(Position.NONE, true).allows(new Position(1, 3))).isTrue();
		assertThat(this.earliest).isEmpty();
	}

	private JournalBegin begin(Position after, boolean empty) {
		return new JournalBegin(after, empty, this.earliest::add);
	}

}

package io.pulsarlock.session;

import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.Position;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests which sessions a session waits for in another ledger, and how long a gap in the
 * journal counts.
 */
class LedgerGuardTests {

	private static final UUID ONE = new UUID(0, 1);

	private static final UUID OTHER = new UUID(0, 2);

	private final LedgerGuard guard = new LedgerGuard();

	@Test
	void allWhoAreKnownAreWaitedFor() {
		assertThat(this.guard.isHeardFromAll()).isTrue();
		this.guard.rolled(Set.of(ONE, OTHER));
		assertThat(this.guard.isHeardFromAll()).isFalse();
		assertThat(heard(ONE, at(1), at(0))).as("the last").isFalse();
		assertThat(this.guard.isUnheard(ONE)).isFalse();
		assertThat(this.guard.isUnheard(OTHER)).isTrue();
		assertThat(this.guard.ended(OTHER)).as("the last").isTrue();
		assertThat(this.guard.isHeardFromAll()).isTrue();
		assertThat(heard(ONE, at(2), at(1))).as("the last").isFalse();
	}

	@Test
	void heartbeatShowsNothingWithoutClaimsOrOfAnotherLedger() {
		this.guard.rolled(Set.of(ONE));
		heard(ONE, at(1), new Position(4, 17));
		assertThat(this.guard.isHeardFromAll()).isFalse();
		this.guard.heard(at(2), new Heartbeat(ONE, 1, false, info(), Position.NONE, at(1), at(1), List.of()));
		assertThat(this.guard.isHeardFromAll()).isFalse();
	}

	@Test
	void journalThatEndsBeforeWhereTheNodeHasBeenGoesBack() {
		assertThat(LedgerGuard.goesBack(Position.NONE, new Position(0, 0))).isFalse();
		assertThat(LedgerGuard.goesBack(new Position(7, 3), new Position(7, 4))).isFalse();
		assertThat(LedgerGuard.goesBack(new Position(7, 3), new Position(8, 0))).isFalse();
		assertThat(LedgerGuard.goesBack(new Position(7, 3), new Position(6, 90))).isTrue();
		assertThat(LedgerGuard.goesBack(new Position(7, 3), new Position(7, 3))).isTrue();
	}

	@Test
	void gapCountsUntilAllHaveSpoken() {
		assertThat(this.guard.isSettled(0)).isTrue();
		this.guard.missed(at(7), 20);
		assertThat(this.guard.isSettled(19)).isFalse();
		assertThat(this.guard.gap()).isEqualTo(at(7));
		assertThat(this.guard.isSettled(20)).isTrue();
	}

	@Test
	void gapThatIsOlderThanWhatJoiningNodesNeedCountsForNothing() {
		this.guard.missed(at(7), 20);
		heard(ONE, at(8), at(7), at(6));
		assertThat(this.guard.isSettled(0)).isFalse();
		heard(ONE, at(9), at(8), at(7));
		assertThat(this.guard.isSettled(0)).isTrue();
		this.guard.missed(at(12), 30);
		assertThat(this.guard.isSettled(0)).as("another one").isFalse();
	}

	@Test
	void journalStartsLateOnlyIfItIsTheJournalAndNotThisNodeThatLeavesSomethingOut() {
		Position first = new Position(6, 0);
		assertThat(LedgerGuard.startsLate(Position.NONE, first, at(3))).isTrue();
		assertThat(LedgerGuard.startsLate(new Position(6, -1), first, at(3))).isTrue();
		assertThat(LedgerGuard.startsLate(at(9), first, at(3))).as("after its history").isFalse();
		assertThat(LedgerGuard.startsLate(Position.NONE, first, Position.NONE)).as("was nowhere").isFalse();
		assertThat(LedgerGuard.startsLate(Position.NONE, first, new Position(6, 4))).as("was here").isFalse();
	}

	private boolean heard(UUID session, Position position, Position upTo) {
		return heard(session, position, upTo, Position.NONE);
	}

	private boolean heard(UUID session, Position position, Position upTo, Position history) {
		return this.guard.heard(position,
				new Heartbeat(session, 1, false, info(), history, Position.NONE, upTo, List.of()));
	}

	private static SessionInfo info() {
		return new SessionInfo("n", 10_000, 4_000, 1);
	}

	private static Position at(long entry) {
		return new Position(5, entry);
	}

}

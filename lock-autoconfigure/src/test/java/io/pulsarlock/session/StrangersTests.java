package io.pulsarlock.session;

import java.time.Duration;
import java.util.UUID;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.JournalRecord.Unverified.Doubt;
import io.pulsarlock.line.Position;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StrangersTests {

	private static final UUID ONE = new UUID(1, 1);

	private static final UUID OTHER = new UUID(2, 2);

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	private int entry;

	private final Strangers strangers = new Strangers(
			SessionSettings.of("a").withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4)));

	@Test
	void nobodyIsWaitedForIfThereWasNobody() {
		assertThat(this.strangers.isOutwaited(SECOND)).as("nothing was read").isFalse();
		assertThat(own(SECOND)).isTrue();
		assertThat(this.strangers.isOutwaited(SECOND)).isTrue();
	}

	@Test
	void nodeWithoutKeysThatWasThereIsWaitedForForItsLeaseAndNoLonger() {
		assertThat(heard(ONE, Doubt.UNSIGNED, 20, 0)).isTrue();
		own(SECOND);
		assertThat(this.strangers.obstacle(SECOND)).isNotInstanceOf(LockConfigurationException.class)
			.hasMessageContaining("Node 'other'")
			.hasMessageContaining("not signed")
			.hasMessageContaining("21000 ms");
		assertThat(heard(ONE, Doubt.UNSIGNED, 3600, 10 * SECOND)).isTrue();
		assertThat(heard(OTHER, Doubt.UNSIGNED, 3600, 20 * SECOND)).isTrue();
		assertThat(this.strangers.isOutwaited(22 * SECOND - 1)).isFalse();
		assertThat(this.strangers.isOutwaited(22 * SECOND)).isTrue();
	}

	@Test
	void leaseThatIsNotKnownIsTakenForTheOwn() {
		heard(ONE, Doubt.UNSIGNED, 0, 0);
		own(0);
		assertThat(this.strangers.isOutwaited(10 * SECOND)).isFalse();
		assertThat(this.strangers.isOutwaited(11 * SECOND)).isTrue();
	}

	@Test
	void nodeWithAnotherKeyThatWasThereIsWaitedForUntilItIsSilent() {
		assertThat(heard(ONE, Doubt.OTHER_KEY, 10, 0)).isTrue();
		own(SECOND);
		assertThat(this.strangers.obstacle(SECOND)).isNotInstanceOf(LockConfigurationException.class)
			.isInstanceOf(LockUnavailableException.class)
			.hasMessageContaining("has not been heard from since");
		heard(ONE, Doubt.OTHER_KEY, 0, 5 * SECOND);
		assertThat(this.strangers.obstacle(SECOND)).isInstanceOf(LockConfigurationException.class)
			.hasMessageContaining("Node 'other'")
			.hasMessageContaining("pulsar-lock.security.record-keys");
		this.strangers.readUpTo(15 * SECOND);
		assertThat(this.strangers.isOutwaited(60 * SECOND)).as("something may still be unread").isFalse();
		this.strangers.readUpTo(5 * SECOND + 10 * SECOND + SECOND / 2);
		assertThat(this.strangers.isOutwaited(60 * SECOND)).isTrue();
	}

	/** Otherwise the two would wait for each other forever. */
	@Test
	void nodeWithAnotherKeyThatCameLaterIsNotWaitedFor() {
		own(SECOND);
		assertThat(heard(ONE, Doubt.OTHER_KEY, 10, 2 * SECOND)).isTrue();
		assertThat(this.strangers.isOutwaited(2 * SECOND)).isTrue();
	}

	@Test
	void sessionThatWasNotConfirmedIsOverIfAStrangerMayHaveExpelledIt() {
		own(SECOND);
		assertThat(this.strangers.mayGoOn(false, 12 * SECOND)).as("nobody else was there").isTrue();
		heard(ONE, Doubt.UNSIGNED, 10, 13 * SECOND);
		assertThat(this.strangers.mayGoOn(true, 14 * SECOND)).as("it was confirmed").isTrue();
		assertThat(this.strangers.mayGoOn(false, 30 * SECOND)).as("heard before the last own record").isTrue();
		heard(OTHER, Doubt.OTHER_KEY, 10, 31 * SECOND);
		assertThat(this.strangers.mayGoOn(false, 42 * SECOND)).isFalse();
	}

	/** An opening record confirms what was not confirmed before. */
	@Test
	void openingRecordIsNoSuchRecord() {
		heard(ONE, Doubt.UNSIGNED, 10, 0);
		assertThat(this.strangers.mayGoOn(false, SECOND)).isTrue();
	}

	@Test
	void manyNamesOfOneForgerTakeNoMemoryAndAreAllWaitedFor() {
		for (int i = 0; i < 100_000; i++) {
			heard(new UUID(5, i), Doubt.OTHER_KEY, 10, i);
		}
		own(SECOND);
		this.strangers.readUpTo(10 * SECOND);
		assertThat(this.strangers.isOutwaited(60 * SECOND)).isFalse();
		heard(new UUID(5, 99_999), Doubt.OTHER_KEY, 10, 10 * SECOND);
		this.strangers.readUpTo(20 * SECOND);
		assertThat(this.strangers.isOutwaited(60 * SECOND)).isFalse();
		this.strangers.readUpTo(21 * SECOND);
		assertThat(this.strangers.isOutwaited(60 * SECOND)).isTrue();
	}

	/**
	 * Otherwise one message of a forger would keep nodes waiting until its ledger is
	 * deleted.
	 */
	@Test
	void whatANodeThatHasJoinedReadLeasesAgoIsNotWaitedFor() {
		heard(ONE, Doubt.UNSIGNED, 10, 0);
		heard(OTHER, Doubt.OTHER_KEY, 3600, 0);
		heard(ONE, Doubt.UNSIGNED, 10, 0);
		this.strangers.unneeded(new Position(7, 1));
		own(0);
		assertThat(this.strangers.isOutwaited(SECOND)).as("one is later").isFalse();
		assertThat(this.strangers.isOutwaited(11 * SECOND)).isTrue();
		this.strangers.unneeded(new Position(7, 2));
		assertThat(this.strangers.isOutwaited(SECOND)).as("it has gone on since").isTrue();
		Strangers others = new Strangers(SessionSettings.of("b"));
		others.isPassed(new Position(7, 1), new Unverified(ONE, 7, Doubt.UNSIGNED, "other", 10_000, false), 0);
		others.unneeded(new Position(7, 1));
		others.mayGoOn(true, 0);
		assertThat(others.isOutwaited(0)).isTrue();
	}

	/** The outsiders handle it then. */
	@Test
	void signedRecordIsNotPassedWhereThereIsNoKey() {
		assertThat(heard(ONE, Doubt.NO_KEY, 10, 0)).isFalse();
		own(SECOND);
		assertThat(this.strangers.isOutwaited(SECOND)).isTrue();
	}

	private boolean heard(UUID session, Doubt doubt, int lease, long now) {
		return this.strangers.isPassed(new Position(7, this.entry++),
				new Unverified(session, 7, doubt, (lease > 0) ? "other" : null, lease * 1000L, false), now);
	}

	private boolean own(long now) {
		boolean goesOn = this.strangers.mayGoOn(true, now);
		this.strangers.readUpTo(now);
		return goesOn;
	}

}

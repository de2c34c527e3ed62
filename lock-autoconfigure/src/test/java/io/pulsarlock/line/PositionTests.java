package io.pulsarlock.line;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PositionTests {

	private static final long LEDGERS = 1L << 32;

	private static final long ENTRIES = 1L << 24;

	@Property
	void tokensGrowWithPositions(@ForAll @LongRange(min = 0, max = LEDGERS - 2) long ledger,
			@ForAll @LongRange(min = 0, max = ENTRIES - 1) long entry,
			@ForAll @LongRange(min = 0, max = LEDGERS - 2) long otherLedger,
			@ForAll @LongRange(min = 0, max = ENTRIES - 1) long otherEntry) {
		Position one = new Position(ledger, entry);
		for (Position other : new Position[] { new Position(otherLedger, otherEntry), new Position(ledger, otherEntry),
				one }) {
			assertThat(Integer.signum(Long.compare(one.token(), other.token())))
				.isEqualTo(Integer.signum(one.compareTo(other)));
			assertThat(one.isAfter(other)).isEqualTo(one.token() > other.token() + Position.HOLDINGS - 1);
			assertThat(one.isAfter(other)).isEqualTo(one.token() > other.token());
			assertThat(one.compareTo(other) == 0).isEqualTo(one.equals(other));
		}
		assertThat(one.token()).isPositive();
		assertThat(one.isAfter(Position.NONE)).isTrue();
	}

	@Property
	void onlyTheNextEntryOfTheSameLedgerFollowsDirectly(@ForAll @LongRange(min = 0, max = 9) long ledger,
			@ForAll @LongRange(min = 0, max = 9) long entry, @ForAll @LongRange(min = 0, max = 9) long otherLedger,
			@ForAll @LongRange(min = 0, max = 9) long otherEntry) {
		boolean follows = new Position(otherLedger, otherEntry).directlyFollows(new Position(ledger, entry));
		assertThat(follows).isEqualTo(ledger == otherLedger && entry + 1 == otherEntry);
	}

	@Property
	void refusesWhatDoesNotFitAToken(@ForAll @LongRange(min = LEDGERS) long tooLarge,
			@ForAll @LongRange(min = ENTRIES) long tooMany,
			@ForAll @LongRange(min = Long.MIN_VALUE, max = -1) long none) {
		for (Position position : new Position[] { new Position(tooLarge, 0), new Position(0, tooMany),
				new Position(none, 0), new Position(0, none), Position.NONE }) {
			assertThatExceptionOfType(ArithmeticException.class).isThrownBy(position::token);
		}
	}

	@Property
	void tokensAboveAFloorGrowAsTheyDoWithoutIt(@ForAll @LongRange(min = 0, max = LEDGERS / 2 - 1) long ledger,
			@ForAll @LongRange(min = 0, max = ENTRIES - 1) long entry,
			@ForAll @LongRange(min = 0, max = RecordBounds.MAX_TOKEN_FLOOR) long floor) {
		Position one = new Position(ledger, entry);
		assertThat(one.token(floor)).isGreaterThan(floor);
		assertThat(one.token(floor) - one.token()).isEqualTo(floor);
	}

	@Test
	void tokenThatDoesNotFitAboveAFloorIsRefused() {
		Position last = new Position(LEDGERS - 1, ENTRIES - 4);
		assertThat(last.hasToken(0)).isTrue();
		assertThat(last.token(0) + Position.HOLDINGS).isPositive();
		assertThat(last.hasToken(2L * Position.HOLDINGS)).isFalse();
		assertThat(new Position(LEDGERS - 1, ENTRIES - 1).hasToken(0)).isFalse();
		assertThat(Position.NONE.hasToken(0)).isFalse();
		assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> last.token(RecordBounds.MAX_TOKEN_FLOOR));
	}

	@Test
	void everyTokenIsPositive() {
		assertThat(new Position(0, 0).token()).isEqualTo(Position.HOLDINGS);
		assertThat(new Position(LEDGERS - 1, ENTRIES - 2).token()).isEqualTo(Long.MAX_VALUE - Position.HOLDINGS + 1);
		assertThatExceptionOfType(ArithmeticException.class)
			.isThrownBy(() -> new Position(LEDGERS - 1, ENTRIES - 1).token());
	}

}

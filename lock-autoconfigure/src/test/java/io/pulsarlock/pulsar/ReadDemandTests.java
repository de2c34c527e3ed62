package io.pulsarlock.pulsar;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import io.pulsarlock.line.Position;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.pulsarlock.pulsar.SimulatedDispatch.MILLI;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReadDemand}.
 */
class ReadDemandTests {

	private static final long SECOND = 1000 * MILLI;

	private final SimulatedDispatch dispatch = new SimulatedDispatch();

	private boolean stopped;

	private boolean askAgain;

	static IntStream seeds() {
		return IntStream.range(0, 200);
	}

	@ParameterizedTest
	@ValueSource(ints = { 100, 200, 500, 1000, 2000 })
	void whatOthersHaveWrittenIsThereSoonAfterAnOwnReceipt(int othersPerSecond) {
		this.dispatch.start(Position.NONE);
		Random random = new Random(1);
		write(random, othersPerSecond, false);
		write(random, 50, true);
		this.dispatch.run(20 * SECOND);
		assertThat(this.dispatch.delays).hasSizeGreaterThan(800);
		assertThat(percentile(this.dispatch.delays, 90)).isLessThan(MILLI);
		assertThat(this.dispatch.idle).isLessThanOrEqualTo(ReadDemand.BOUND);
	}

	@Test
	void entryIsThereAtOnceWhereItIsQuiet() {
		this.dispatch.start(Position.NONE);
		for (int i = 0; i < 50; i++) {
			this.dispatch.run(100 * MILLI);
			Position written = this.dispatch.write(1, false);
			this.dispatch.run(MILLI / 2);
			assertThat(this.dispatch.sent).last().isEqualTo(written);
		}
		assertThat(this.dispatch.looks).isZero();
		assertThat(this.dispatch.asks).isLessThan(120);
		assertThat(this.dispatch.idle).isLessThanOrEqualTo(ReadDemand.BOUND);
	}

	@Test
	void entriesOfOthersAreThereInTimeWhereItIsBusy() {
		this.dispatch.start(Position.NONE);
		assertInTime(ReadDemand.SELDOM);
	}

	@Test
	void entriesOfOthersAreThereSoonForANodeThatHasAPlace() {
		this.dispatch.start(Position.NONE);
		this.dispatch.place();
		this.dispatch.run(2 * ReadDemand.SHORT_TIME);
		assertInTime(ReadDemand.REGULAR);
	}

	@Test
	void entriesOfOthersAreThereVerySoonForANodeThatHasJustAsked() {
		this.dispatch.start(Position.NONE);
		this.dispatch.place();
		this.askAgain = true;
		assertInTime(ReadDemand.OFTEN);
	}

	@Test
	void nodeThatHasGivenItsPlaceUpDoesNotLookOften() {
		this.dispatch.start(Position.NONE);
		this.dispatch.place();
		this.dispatch.release();
		write(new Random(1), 1000, false);
		this.dispatch.run(10 * SECOND);
		assertThat(this.dispatch.looks).isLessThan(420);
	}

	@Test
	void ownReleaseIsNotAskedForByItself() {
		this.dispatch.start(Position.NONE);
		write(new Random(1), 1000, false);
		Random random = new Random(2);
		for (int i = 0; i < 1000; i++) {
			this.dispatch.write(1, true, false);
			this.dispatch.run(random.nextLong(20 * MILLI));
		}
		assertThat(this.dispatch.asks).isLessThan(450);
	}

	private void assertInTime(long limit) {
		write(new Random(1), 1000, false);
		this.dispatch.run(SECOND);
		for (int i = 0; i < 200; i++) {
			if (this.askAgain) {
				this.dispatch.release();
				this.dispatch.place();
			}
			Position written = this.dispatch.write(1, false);
			this.dispatch.run(limit + 2 * MILLI);
			assertThat(this.dispatch.sent).contains(written);
		}
	}

	@Test
	void busyJournalIsNotReadOneByOne() {
		this.dispatch.start(Position.NONE);
		write(new Random(1), 3000, false);
		this.dispatch.run(10 * SECOND);
		assertThat(this.dispatch.asks + this.dispatch.looks).isLessThan(2_500);
		assertThat(this.dispatch.idle).isLessThanOrEqualTo(ReadDemand.BOUND);
	}

	@Test
	void oneNodeAloneNeitherLooksNorAsksForEachEntry() {
		this.dispatch.start(Position.NONE);
		write(new Random(1), 2000, true);
		this.dispatch.run(10 * SECOND);
		assertThat(this.dispatch.looks).isZero();
		assertThat(this.dispatch.asks).isLessThan(5_000);
		assertThat(this.dispatch.idle).isLessThanOrEqualTo(ReadDemand.BOUND);
	}

	@Test
	void whatIsThereAtTheBeginningIsReadAtOnce() {
		for (int i = 0; i < 20_000; i++) {
			this.dispatch.write(1, false);
			if (i % 7_000 == 0) {
				this.dispatch.roll();
			}
		}
		this.dispatch.start(this.dispatch.write(1, false));
		this.dispatch.run(200 * MILLI);
		assertThat(this.dispatch.isComplete()).isTrue();
		assertThat(this.dispatch.most).isLessThanOrEqualTo(ReadDemand.WINDOW);
	}

	@Test
	void batchThatIsLargerThanTheWindowDoesNotEndTheReading() {
		this.dispatch.start(Position.NONE);
		for (int i = 0; i < 10; i++) {
			this.dispatch.write(3000, false);
			this.dispatch.run(20 * MILLI);
		}
		this.dispatch.write(1, false);
		this.dispatch.run(20 * MILLI);
		assertThat(this.dispatch.isComplete()).isTrue();
	}

	@Test
	void permitsThatAreLostAreAskedForAgain() {
		this.dispatch.start(Position.NONE);
		this.dispatch.run(SECOND);
		this.dispatch.losePermits();
		// The broker has one reading under way.
		this.dispatch.write(1, false);
		this.dispatch.write(1, false);
		this.dispatch.losePermits();
		this.dispatch.write(1, true);
		this.dispatch.run(200 * MILLI);
		assertThat(this.dispatch.isComplete()).isTrue();
		assertThat(this.dispatch.reconnects).isZero();
	}

	@Test
	void permitsThatAreLostWhereItIsBusyAreAskedForAgain() {
		this.dispatch.looksFail = true;
		this.dispatch.start(Position.NONE);
		write(new Random(1), 1000, false);
		this.dispatch.run(SECOND);
		this.stopped = true;
		this.dispatch.losePermits();
		this.dispatch.write(1, true, false);
		this.dispatch.write(1, true, false);
		this.dispatch.run(2 * SECOND);
		assertThat(this.dispatch.isComplete()).isTrue();
	}

	@Test
	void permitsThatTheReaderDoesNotKnowOfAreUsedUp() {
		this.dispatch.start(Position.NONE);
		Random random = new Random(1);
		write(random, 500, false);
		write(random, 50, true);
		this.dispatch.addPermits(100);
		this.dispatch.run(SECOND);
		this.dispatch.delays.clear();
		this.dispatch.run(10 * SECOND);
		assertThat(percentile(this.dispatch.delays, 90)).isLessThan(MILLI);
	}

	@Test
	void entryThatComesTwiceDoesNotEndTheWaitingForAnother() {
		ReadDemand demand = new ReadDemand(Position.NONE, new Position(1, 5), 0);
		long now = 0;
		int steps = 0;
		boolean reconnects = false;
		demand.next(now);
		demand.came(new Position(1, 0), 1, false, now);
		while (!reconnects && steps++ < 1000) {
			ReadDemand.Step step = demand.next(now);
			reconnects = step.reconnect();
			now += Math.min(step.waitNanos(), SECOND);
			demand.came(new Position(1, 0), 1, false, now);
		}
		assertThat(reconnects).isTrue();
		assertThat(steps).isLessThan(50);
	}

	@Test
	void longRestOfALedgerIsNotReadOneByOne() {
		this.dispatch.start(Position.NONE);
		this.dispatch.run(SECOND);
		for (int i = 0; i < 10_000; i++) {
			this.dispatch.write(1, false);
		}
		this.dispatch.roll();
		this.dispatch.write(1, true);
		this.dispatch.run(100 * MILLI);
		assertThat(this.dispatch.isComplete()).isTrue();
	}

	@Test
	void whatIsSkippedIsReadOverANewConnection() {
		this.dispatch.start(Position.NONE);
		this.dispatch.write(1, true);
		for (int i = 1; i <= 3; i++) {
			this.dispatch.run(SECOND);
			this.dispatch.write(1, true);
			this.dispatch.write(1, true);
			this.dispatch.skip();
			this.dispatch.run(12 * SECOND);
			assertThat(this.dispatch.isComplete()).isTrue();
			assertThat(this.dispatch.reconnects).isEqualTo(i);
		}
	}

	@Test
	void whatNeverComesIsNotWaitedForForever() {
		this.dispatch.start(Position.NONE);
		write(new Random(1), 1000, false);
		this.dispatch.run(SECOND);
		this.dispatch.roll();
		SimulatedDispatch quiet = new SimulatedDispatch();
		quiet.writeMarker();
		quiet.start(new Position(1, 0));
		quiet.run(60 * SECOND);
		assertThat(quiet.reconnects).isEqualTo(1);
		Position written = quiet.write(1, false);
		quiet.run(20 * MILLI);
		assertThat(quiet.sent).containsExactly(written);
	}

	@Test
	void readerThatCannotLookReadsAsAnOrdinaryOne() {
		this.dispatch.looksFail = true;
		this.dispatch.start(Position.NONE);
		write(new Random(1), 2000, false);
		this.dispatch.run(SECOND);
		for (int i = 0; i < 100; i++) {
			Position written = this.dispatch.write(1, false);
			this.dispatch.run(ReadDemand.BOUND);
			assertThat(this.dispatch.sent).contains(written);
		}
		assertThat(this.dispatch.looks).isLessThan(10);
	}

	@Test
	void readerReadsAsAnOrdinaryOneWhereLooksTakeLong() {
		this.dispatch.lookDelay = 15 * MILLI;
		this.dispatch.start(Position.NONE);
		for (int i = 0; i < 2000; i++) {
			this.dispatch.write(1, false);
			this.dispatch.run(MILLI);
		}
		assertThat(this.dispatch.looks).isPositive().isLessThan(20);
		this.dispatch.lookDelay = 0;
		int looks = this.dispatch.looks;
		for (int i = 0; i < 3000; i++) {
			this.dispatch.write(1, false);
			this.dispatch.run(MILLI);
		}
		assertThat(this.dispatch.looks).isGreaterThan(looks + 30);
		assertThat(this.dispatch.sent).hasSizeGreaterThan(4900);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void everythingComesWhateverHappens(int seed) {
		Random random = new Random(seed);
		for (int i = random.nextInt(3000); i > 0; i--) {
			this.dispatch.write(1, false);
		}
		this.dispatch.start(this.dispatch.write(1, false));
		write(random, 1 + random.nextInt(1000), false);
		write(random, 1 + random.nextInt(200), true);
		this.dispatch.run(SECOND);
		for (int i = 0; i < 10; i++) {
			switch (random.nextInt(6)) {
				case 0 -> this.dispatch.roll();
				case 1 -> {
					this.dispatch.disconnect();
					this.dispatch.at(random.nextInt(200) * MILLI, this.dispatch::connect);
				}
				case 2 -> this.dispatch.write(1 + random.nextInt(3000), false);
				case 3 -> this.dispatch.writeMarker();
				case 4 -> this.dispatch.losePermits();
				default -> this.dispatch.run(random.nextInt(1000) * MILLI);
			}
			this.dispatch.run(random.nextInt(300) * MILLI);
		}
		this.dispatch.run(SECOND);
		this.stopped = true;
		// A permit that was lost shows by the next heartbeat.
		this.dispatch.write(1, true);
		this.dispatch.run(20 * SECOND);
		assertThat(this.dispatch.isComplete()).isTrue();
		assertThat(this.dispatch.most).isLessThanOrEqualTo(ReadDemand.WINDOW + 3000);
	}

	/** At random moments. */
	private void write(Random random, int perSecond, boolean own) {
		long pause = (long) (-Math.log(1 - random.nextDouble()) * SECOND / perSecond);
		this.dispatch.at(pause, () -> {
			if (!this.stopped) {
				this.dispatch.write(1, own);
				write(random, perSecond, own);
			}
		});
	}

	private static long percentile(List<Long> values, int percent) {
		return values.stream().sorted().toList().get(values.size() * percent / 100);
	}

}

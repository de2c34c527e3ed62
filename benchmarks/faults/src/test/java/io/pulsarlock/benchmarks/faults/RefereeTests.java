package io.pulsarlock.benchmarks.faults;

import java.util.List;

import io.pulsarlock.benchmarks.faults.Violation.Kind;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests the referee with handmade histories, each with one violation. Times are seconds.
 */
class RefereeTests {

	private static final long SECOND = 1_000_000_000L;

	private final Chronicle chronicle = new Chronicle();

	private final StallWatch stalls = StallWatch.none();

	@Test
	void orderlyHandOverIsFine() {
		Round round = round(Fault.RESET, "a", 1, 2);
		hold("a", 1, 1, 3, 3);
		hold("b", 2, 4, 5, 5);
		Referee referee = referee();
		assertThat(referee.violations()).isEmpty();
		assertThat(referee.tallies()).containsOnlyKeys(round.fault);
		assertThat(tally(referee).handOffs).isEqualTo(2);
		assertThat(tally(referee).overlaps).isZero();
	}

	@Test
	void overlapIsMeasured() {
		round(Fault.RESET, "a", 1, 2);
		hold("a", 1, 1, 4.5, 6);
		hold("b", 2, 4, 5, 5);
		Referee referee = referee();
		assertThat(kinds(referee)).containsExactly(Kind.OVERLAP);
		assertThat(tally(referee).overlapMax).isEqualTo(500);
		assertThat(tally(referee).overlapPerThousand()).isEqualTo(250_000);
	}

	@Test
	void overlapWithTheLastButOneIsSeen() {
		round(Fault.RESET, "a", 1, 2);
		hold("a", 1, 1, 8, 8);
		hold("b", 2, 2, 3, 3);
		hold("c", 3, 4, 5, 5);
		assertThat(kinds(referee())).containsExactly(Kind.OVERLAP, Kind.OVERLAP);
	}

	@Test
	void readersOverlapAndEnterInAnyOrder() {
		round(Fault.RESET, "a", 1, 2);
		hold("a", 3, "1 " + Integer.MAX_VALUE, 1, 4);
		hold("b", 2, "1 " + Integer.MAX_VALUE, 2, 6);
		hold("c", 4, Integer.MAX_VALUE + " " + Integer.MAX_VALUE, 7, 8);
		Referee referee = referee();
		assertThat(referee.violations()).isEmpty();
		assertThat(tally(referee).shared).isEqualTo(1);
		assertThat(tally(referee).handOffs).isEqualTo(3);
	}

	@Test
	void readerMustNotOverlapWithAWriter() {
		round(Fault.RESET, "a", 1, 2);
		hold("a", 1, "1 " + Integer.MAX_VALUE, 1, 5);
		hold("b", 2, "1 " + Integer.MAX_VALUE, 2, 9);
		hold("c", 3, Integer.MAX_VALUE + " " + Integer.MAX_VALUE, 4, 8);
		Referee referee = referee();
		assertThat(kinds(referee)).containsExactly(Kind.OVERLAP);
		assertThat(tally(referee).overlapMax).isEqualTo(4000);
		hold("d", 4, "1 " + Integer.MAX_VALUE, 7, 7.5);
		assertThat(kinds(referee())).containsExactly(Kind.OVERLAP, Kind.OVERLAP);
	}

	@Test
	void noMoreHaveAPermitThanThereAre() {
		round(Fault.RESET, "a", 1, 2);
		hold("a", 1, "1 2", 1, 5);
		hold("b", 2, "1 2", 2, 7);
		hold("c", 3, "1 2", 5, 6);
		assertThat(referee().violations()).isEmpty();
		hold("d", 4, "1 2", 5.5, 8);
		assertThat(kinds(referee())).containsExactly(Kind.OVERLAP);
	}

	@Test
	void differentNumbersOfPermitsAreNeverMixed() {
		hold("a", 1, "1 2", 1, 5);
		hold("b", 2, "1 3", 2, 7);
		assertThat(kinds(referee())).containsExactly(Kind.OVERLAP);
	}

	@Test
	void tokenOfAWriterGrows() {
		hold("a", 7, "1 " + Integer.MAX_VALUE, 1, 2);
		hold("b", 6, Integer.MAX_VALUE + " " + Integer.MAX_VALUE, 3, 4);
		assertThat(kinds(referee())).containsExactly(Kind.TOKEN);
		hold("c", 5, "1 " + Integer.MAX_VALUE, 5, 6);
		assertThat(kinds(referee())).containsExactly(Kind.TOKEN, Kind.TOKEN);
	}

	@Test
	void lossOfAReaderMustBeToldBeforeTheNextWriter() {
		round(Fault.BLACKHOLE, "a", 1, 2);
		read("a", "G", 1, "lock 1 1 " + Integer.MAX_VALUE);
		read("a", "E", 2, "lock 1 " + 2 * SECOND + " LOST");
		read("a", "L", 4.25, "lock 1 CONNECTION_LOST");
		hold("b", 2, "1 " + Integer.MAX_VALUE, 3, 3.5);
		assertThat(referee().violations()).isEmpty();
		hold("c", 3, Integer.MAX_VALUE + " " + Integer.MAX_VALUE, 4, 5);
		assertThat(kinds(referee())).containsExactly(Kind.TOLD_LATE);
	}

	@Test
	void whoeverDidNotBelieveDoesNotOverlap() {
		// Granted before the process was paused, recorded after it continued.
		hold("b", 2, 4, 5, 5);
		read("a", "G", 4.5, "lock 1");
		read("a", "E", 4.6, "lock 1 0 LOST");
		read("a", "L", 4.6, "lock 1 NO_ANSWER");
		assertThat(kinds(referee())).doesNotContain(Kind.OVERLAP, Kind.TOKEN);
	}

	@Test
	void deadBelieveUntilTheyAreKilled() {
		round(Fault.KILL, "a", 3, 3);
		read("a", "G", 1, "lock 1");
		this.chronicle.died("a", 3 * SECOND);
		hold("b", 2, 2.5, 4, 4);
		assertThat(kinds(referee())).contains(Kind.OVERLAP);
	}

	@Test
	void tokenGivenTwiceIsSeen() {
		hold("a", 1, 1, 2, 2);
		hold("b", 1, 3, 4, 4);
		assertThat(kinds(referee())).contains(Kind.TOKEN);
	}

	@Test
	void tokenThatDoesNotGrowIsSeen() {
		hold("a", 7, 1, 2, 2);
		hold("b", 6, 3, 4, 4);
		assertThat(kinds(referee())).containsExactly(Kind.TOKEN);
	}

	@Test
	void lossMustBeToldOnce() {
		round(Fault.RESET, "a", 1, 2);
		hold("a", 1, 1, 2, 2, "LOST");
		assertThat(kinds(referee())).containsExactly(Kind.UNTOLD);
		read("a", "L", 2, "lock 1 CONNECTION_LOST");
		assertThat(referee().violations()).isEmpty();
		read("a", "L", 2.1, "lock 1 CONNECTION_LOST");
		assertThat(kinds(referee())).containsExactly(Kind.UNTOLD);
	}

	@Test
	void lossMustBeToldBeforeTheNextGrant() {
		round(Fault.BLACKHOLE, "a", 1, 2);
		hold("a", 1, 1, 2, 2, "LOST");
		read("a", "L", 4.25, "lock 1 CONNECTION_LOST");
		hold("b", 2, 4, 5, 5);
		Referee referee = referee();
		assertThat(kinds(referee)).containsExactly(Kind.TOLD_LATE);
		assertThat(tally(referee).margins).containsExactly(-250.0);
	}

	@Test
	void whoeverStoodCannotBeToldBefore() {
		round(Fault.STOP_5, "a", 1.5, 6);
		hold("a", 1, 1, 1.5, 6.1, "LOST");
		read("a", "L", 6.1, "lock 1 CONNECTION_LOST");
		hold("b", 2, 4, 5, 5);
		assertThat(referee().violations()).isEmpty();
	}

	@Test
	void bystanderMustNotLose() {
		round(Fault.KILL, "b", 0.5, 0.5);
		hold("a", 1, 1, 2, 2, "LOST");
		read("a", "L", 2, "lock 1 ENDED_BY_CLUSTER");
		assertThat(kinds(referee())).containsExactly(Kind.BYSTANDER);
	}

	@Test
	void nodeThatIsStoppedAfterwardsGivesUpWhatItHas() {
		round(Fault.KILL, "b", 0.5, 0.5);
		read("a", "G", 1, "lock 1");
		read("a", "B", 1.5, "");
		read("a", "E", 2, "lock 1 " + 2 * SECOND + " LOST");
		read("a", "L", 2, "lock 1 RESIGNED");
		assertThat(kinds(referee())).isEmpty();
	}

	@Test
	void machineThatStoodExcusesALossButNoOverlap() {
		round(Fault.KILL, "b", 0.5, 0.5);
		hold("a", 1, 1, 2, 2, "LOST");
		read("a", "L", 2, "lock 1 ENDED_BY_CLUSTER");
		hold("c", 2, 3, 5, 5);
		hold("d", 3, 4, 6, 6);
		this.stalls.seen(SECOND, SECOND + SECOND / 2);
		Referee referee = referee();
		assertThat(kinds(referee)).containsExactly(Kind.OVERLAP);
		assertThat(referee.excused()).isEqualTo(1);
	}

	@Test
	void lockMustNotStayFree() {
		Round round = round(Fault.KILL, "a", 2, 2);
		read("a", "G", 1, "lock 1");
		this.chronicle.died("a", 2 * SECOND);
		hold("b", 2, 40, 41, 41);
		Referee referee = referee();
		assertThat(kinds(referee)).containsExactly(Kind.LIVENESS);
		assertThat(referee.tallies().get(round.fault).failovers).containsExactly(38_000.0);
	}

	@Test
	void grantMayWaitForTheEndOfTheNextFaultOfPulsarToo() {
		round(Fault.POLICY_TTL, null, 1, 2);
		round(Fault.BROKER_KILL, null, 3, 4);
		hold("a", 1, 14, 15, 15);
		Referee referee = referee();
		assertThat(referee.violations()).isEmpty();
		assertThat(referee.tallies().get(Fault.POLICY_TTL).failovers).isEmpty();
		assertThat(referee.tallies().get(Fault.BROKER_KILL).failovers).containsExactly(10_000.0);
	}

	@Test
	void grantMustNotWaitForAThirdFaultOfPulsar() {
		round(Fault.POLICY_TTL, null, 1, 2);
		round(Fault.POLICY_TTL, null, 3, 4);
		round(Fault.BROKER_KILL, null, 13, 14);
		hold("a", 1, 15, 16, 16);
		assertThat(kinds(referee())).containsExactly(Kind.LIVENESS);
	}

	@Test
	void faultMustBeGotOver() {
		round(Fault.RESET, "a", 1, 2).recovered = 0;
		assertThat(kinds(referee())).containsExactly(Kind.LIVENESS);
	}

	@Test
	void timeOfPulsarsFaultCountsFromItsEnd() {
		round(Fault.BROKER_KILL, null, 1, 10);
		hold("a", 1, 1, 2, 2);
		hold("b", 2, 12.5, 13, 13);
		Referee referee = referee();
		assertThat(referee.violations()).isEmpty();
		assertThat(tally(referee).failovers).containsExactly(2_500.0);
	}

	@Test
	void jobMustNotRunTwiceForATime() {
		round(Fault.RESET, "a", 1, 2);
		read("a", "F", 3, "1000 1");
		read("a", "F", 4, "2000 1");
		read("b", "F", 9, "2000 2");
		read("b", "F", 10, "6000 2");
		Referee referee = referee();
		assertThat(kinds(referee)).containsExactly(Kind.FIRED_TWICE);
		assertThat(tally(referee).missedFireTimes).isEqualTo(3);
	}

	@Test
	void fireTimeOfATurnedClockIsAnotherOne() {
		round(Fault.RESET, "a", 1, 2);
		read("a", "F", 3, "1000 1");
		read("b", "F", 4, "3602000 2");
		read("a", "F", 5, "3000 1");
		read("a", "F", 3604, "3602000 1");
		Referee referee = referee();
		assertThat(referee.violations()).isEmpty();
		assertThat(tally(referee).missedFireTimes).isEqualTo(1 + 3598);
	}

	@Test
	void growthIsSeen() {
		this.chronicle.read("a", "S 1 a 1");
		for (int i = 0; i < 30; i++) {
			this.chronicle.read("a", "M " + i * SECOND + " " + (20_000_000 + i * 1_000_000) + " 30 40 0");
			this.chronicle.read("b", "M " + i * SECOND + " " + (20_000_000 + (i % 3) * 1_000_000) + " 30 40 0");
		}
		Referee referee = referee();
		assertThat(kinds(referee)).containsExactly(Kind.GROWTH);
		assertThat(referee.violations().get(0).what()).startsWith("a/1");
	}

	@Test
	void growthAtTheBrokersIsSeen() {
		for (int i = 0; i < 30; i++) {
			this.chronicle.kept.add(new Chronicle.Kept(i * SECOND, 500_000 + (i % 3) * 1_000_000, 7 + i % 2));
		}
		assertThat(referee().violations()).isEmpty();
		this.chronicle.kept.replaceAll((each) -> new Chronicle.Kept(each.at(), each.at() / SECOND * 500_000, 7));
		assertThat(kinds(referee())).containsExactly(Kind.GROWTH);
		this.chronicle.kept
			.replaceAll((each) -> new Chronicle.Kept(each.at(), 500_000, (int) (7 + each.at() / SECOND)));
		assertThat(kinds(referee())).containsExactly(Kind.GROWTH);
	}

	@Test
	void faultThatCouldNotBeDoneCountsForNothing() {
		Round round = round(Fault.BOOKIE_KILL, null, 1, 2);
		round.recovered = 0;
		assertThat(kinds(referee())).containsExactly(Kind.LIVENESS);
		round.healed = 0;
		Referee referee = referee();
		assertThat(referee.violations()).isEmpty();
		assertThat(referee.tallies().get(Fault.BOOKIE_KILL).rounds).isZero();
	}

	@Test
	void tornLineOfADeadProcessIsNotTakenForAnything() {
		round(Fault.KILL, "a", 1, 2);
		this.chronicle.read("a", "G 17");
		assertThat(referee().violations()).isEmpty();
		this.chronicle.read("a", "G 18");
		assertThat(kinds(referee())).containsExactly(Kind.UNEXPECTED);
	}

	@Test
	void percentilesAreByNearestRank() {
		assertThat(List.of(entry(50.0, 2.0), entry(99.0, 4.0), entry(0.0, 1.0), entry(100.0, 4.0)))
			.allSatisfy((each) -> assertThat(Tally.percentile(List.of(4.0, 2.0, 1.0, 3.0), each.getKey()))
				.isEqualTo(each.getValue()));
		assertThat(Tally.percentile(List.of(), 50)).isNaN();
	}

	private Round round(Fault fault, @org.jspecify.annotations.Nullable String target, double injected, double healed) {
		Round round = new Round(this.chronicle.rounds.size() + 1, fault, target);
		round.begun = Math.round(injected * SECOND) - SECOND / 2;
		round.injected = Math.round(injected * SECOND);
		round.healed = Math.round(healed * SECOND);
		round.recovered = round.healed + 1;
		this.chronicle.rounds.add(round);
		return round;
	}

	private void hold(String node, long token, double granted, double lastTrue, double ended) {
		hold(node, token, granted, lastTrue, ended, "RELEASED");
	}

	private void hold(String node, long token, double granted, double lastTrue, double ended, String how) {
		read(node, "G", granted, "lock " + token);
		read(node, "E", ended, "lock " + token + " " + Math.round(lastTrue * SECOND) + " " + how);
	}

	private void hold(String node, long token, String part, double granted, double ended) {
		read(node, "G", granted, "lock " + token + " " + part);
		read(node, "E", ended, "lock " + token + " " + Math.round(ended * SECOND) + " RELEASED");
	}

	private void read(String node, String what, double at, String rest) {
		this.chronicle.read(node, what + " " + Math.round(at * SECOND) + " " + rest);
	}

	private Referee referee() {
		Referee referee = new Referee(this.chronicle, true, this.stalls);
		referee.referee();
		return referee;
	}

	private static Tally tally(Referee referee) {
		return referee.tallies().values().iterator().next();
	}

	private static List<Kind> kinds(Referee referee) {
		return referee.violations().stream().map(Violation::kind).toList();
	}

}

package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.LongStream;

import io.pulsarlock.LeaderListener;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipOccupied;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LeadershipVacant;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.Registration;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.OtherVersion;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Replicated;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.JournalRecord.Unverified;
import io.pulsarlock.line.JournalRecord.Unverified.Doubt;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.SkipCause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests one node in one shard, in virtual time, including the operations of an operator.
 */
class ShardTests {

	private static final String LOCK = "l:stock";

	private static final UUID OTHER = new UUID(1, 2);

	private static final SessionInfo INFO = new SessionInfo("b", 10_000, 4_000, 1);

	private static final UUID NEWER = new UUID(3, 4);

	/** Represents a message of another program. */
	private static final JournalRecord NO_RECORD = new Release(OTHER, 0, LOCK, 0);

	private final ManualLoop loop = new ManualLoop(0);

	private final Log log = new Log();

	private final List<HoldEvent> events = new ArrayList<>();

	private final Shard shard = shard(new OneConnector(this.log));

	private long otherSequence;

	ShardTests() {
		this.shard.start();
		this.loop.advance(Duration.ofMillis(100));
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	private Shard shard(Connector connector) {
		return new Shard(0,
				SessionSettings.of("a").withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4)).withShards(1),
				this.loop, connector, Runnable::run, this.events::add, UUID::randomUUID, new ClusterAgreement(0),
				new Availability(SessionSettings.of("a").withShards(1)));
	}

	private Heartbeat otherHeartbeat() {
		return new Heartbeat(OTHER, this.otherSequence++, this.otherSequence == 1, INFO, Position.NONE, Position.NONE,
				Position.NONE, List.of());
	}

	@Test
	void openingThatNeverEndsIsAbandonedAndTriedAgain() {
		StuckConnector connector = new StuckConnector(new OneConnector(new Log()), new ArrayList<>());
		Shard stuck = shard(connector);
		stuck.start();
		this.loop.advance(Duration.ofSeconds(44));
		assertThat(connector.calls()).containsExactly("open");
		this.loop.advance(Duration.ofSeconds(10));
		assertThat(connector.calls()).containsExactly("open", "abandon", "open");
		assertThat(stuck.isConfirmed()).isTrue();
	}

	@Test
	void sessionThatIsSilentForItsLeaseAndTheDriftIsExpelledAheadOfTheJudge() {
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofMillis(10_550));
		assertThat(this.log.written(Expel.class)).isEmpty();
		assertThat(this.shard.administration().expel(OTHER)).isTrue();
		this.loop.advance(Duration.ZERO);
		assertThat(this.log.written(Expel.class)).singleElement()
			.satisfies((expel) -> assertThat(expel.target()).isEqualTo(OTHER));
		assertThat(this.shard.administration().expel(OTHER)).isFalse();
	}

	@Test
	void sessionThatMayBelieveToHoldItsLocksIsNotExpelled() {
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofMillis(10_400));
		assertThatExceptionOfType(LockOperationRefusedException.class)
			.isThrownBy(() -> this.shard.administration().expel(OTHER))
			.withMessageContaining("of node 'b' has not been silent for long enough")
			.withMessageContaining("another 100 ms");
		assertThat(this.log.written(Expel.class)).isEmpty();
	}

	@Test
	void sessionThatHasSpokenUnheardIsNotExpelled() {
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofMillis(10_550));
		this.log.delayed = true;
		this.log.append(otherHeartbeat());
		assertThat(this.shard.administration().expel(OTHER)).isTrue();
		this.log.deliver();
		this.loop.advance(Duration.ofMillis(10));
		assertThat(this.log.written(Expel.class)).isEmpty();
		assertThatExceptionOfType(LockOperationRefusedException.class)
			.isThrownBy(() -> this.shard.administration().expel(OTHER));
	}

	@Test
	void nodeThatStoodItselfExpelsNobody() {
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofSeconds(1));
		this.loop.pass(Duration.ofSeconds(9).toNanos());
		this.loop.pass(Duration.ofSeconds(2).toNanos());
		assertThatExceptionOfType(LockUnavailableException.class)
			.isThrownBy(() -> this.shard.administration().expel(OTHER))
			.withMessageContaining("out of touch with shard 0");
		assertThat(this.log.written(Expel.class)).isEmpty();
	}

	@Test
	void ownSessionIsNotExpelled() {
		UUID own = this.log.written(Heartbeat.class).get(0).session();
		assertThatExceptionOfType(LockOperationRefusedException.class)
			.isThrownBy(() -> this.shard.administration().expel(own))
			.withMessageContaining("this node's own");
	}

	@Test
	void unknownSessionIsUnknown() {
		assertThat(this.shard.administration().expel(UUID.randomUUID())).isFalse();
	}

	@Test
	void holderIsToldBeforeTheLockIsReleased() {
		Hold hold = acquire();
		this.loop.advance(Duration.ofSeconds(2));
		List<LockLoss> told = new ArrayList<>();
		hold.onLost((lost) -> {
			told.add(lost);
			assertThat(hold.isHeld()).isFalse();
			assertThat(this.log.written(Release.class)).isEmpty();
		});
		assertThat(takeAway()).isCompletedWithValue(true);
		this.loop.advance(Duration.ZERO);
		assertThat(told).singleElement()
			.satisfies((lost) -> assertThat(lost.reason()).isEqualTo(LockLoss.Reason.RELEASED_BY_ADMINISTRATOR));
		assertThat(this.log.written(Release.class)).hasSize(1);
		assertThat(takeAway()).isCompletedWithValue(false);
		assertThat(this.events).extracting(HoldEvent::type)
			.containsExactly(HoldEvent.Type.ACQUIRED, HoldEvent.Type.LOST);
		assertThat(this.events.get(1).elapsed()).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2100));
	}

	private CompletableFuture<Boolean> takeAway() {
		CompletableFuture<Boolean> gone = this.shard.takeAway(LOCK, "Lock 'stock'");
		this.loop.advance(Duration.ZERO);
		return gone;
	}

	@Test
	void waitIsPartOfTheEvent() {
		this.log.append(otherHeartbeat());
		this.log.append(new Request(OTHER, this.otherSequence, LOCK));
		this.loop.advance(Duration.ofMillis(100));
		ask();
		this.loop.advance(Duration.ofSeconds(3));
		this.log.append(new Release(OTHER, this.otherSequence + 1, LOCK, this.otherSequence));
		this.loop.advance(Duration.ofMillis(100));
		assertThat(this.events).singleElement()
			.satisfies(
					(event) -> assertThat(event.elapsed()).isBetween(Duration.ofSeconds(3), Duration.ofMillis(3100)));
	}

	@Test
	void sessionWritesEightTimesInAGraceForAsLongAsItHoldsSomething() {
		this.loop.advance(Duration.ofSeconds(20));
		assertThat(this.log.records).as("while it has nothing: a heartbeat every third of a lease")
			.hasSizeBetween(6, 8);
		Hold hold = acquire();
		int before = this.log.records.size();
		this.loop.advance(Duration.ofSeconds(20));
		assertThat(this.log.records.size() - before).isBetween(38, 50);
		hold.release();
		this.loop.advance(Duration.ofSeconds(2));
		int after = this.log.records.size();
		this.loop.advance(Duration.ofSeconds(20));
		assertThat(this.log.records.size() - after).isBetween(5, 7);
	}

	@Test
	void recordsAreAsManyHoweverManyLocksAreHeld() {
		for (int i = 0; i < 1000; i++) {
			this.shard.acquire("l:" + i, "any", LockKind.LOCK, new Waiter(false, null));
		}
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(this.shard.statistics().held()).isEqualTo(1000);
		int before = this.log.records.size();
		this.loop.advance(Duration.ofSeconds(20));
		assertThat(this.log.records.size() - before).isBetween(38, 50);
	}

	@Test
	void sessionThatIsNextWritesAsOftenSoThatItIsGrantedTheLockAtOnce() {
		this.log.append(otherHeartbeat());
		this.log.append(new Request(OTHER, this.otherSequence++, LOCK));
		Waiter waiter = ask();
		for (int i = 0; i < 60; i++) {
			this.loop.advance(Duration.ofMillis(333));
			this.log.append(heartbeatUpTo(Position.NONE));
		}
		int before = this.log.ofThisNode(Heartbeat.class).size();
		this.log.append(new Release(OTHER, this.otherSequence++, LOCK, 1));
		this.loop.advance(Duration.ofNanos(1));
		assertThat(waiter.granted.getNow(null).isHeld()).isTrue();
		assertThat(this.log.ofThisNode(Heartbeat.class)).as("without a record").hasSize(before);
	}

	@Test
	void silentSessionInFrontIsExpelledAfterItsGraceAndTheNextOneHoldsTheLock() {
		this.log.append(otherHeartbeat());
		this.log.append(new Request(OTHER, this.otherSequence++, LOCK));
		Waiter waiter = ask();
		this.loop.advance(Duration.ofMillis(4195));
		assertThat(this.log.written(Expel.class)).isEmpty();
		this.loop.advance(Duration.ofMillis(10));
		assertThat(this.log.written(Expel.class)).hasSize(1);
		assertThat(waiter.granted.getNow(null).isHeld()).isTrue();
	}

	@Test
	void sessionThatComesToTheFrontHasAGraceToWriteIn() {
		this.log.append(otherHeartbeat());
		this.log.append(new Request(OTHER, this.otherSequence++, LOCK));
		UUID third = UUID.randomUUID();
		this.log.append(new Heartbeat(third, 0, true, INFO, Position.NONE, Position.NONE, Position.NONE, List.of()));
		this.log.append(new Request(third, 1, LOCK));
		for (int i = 0; i < 18; i++) {
			this.loop.advance(Duration.ofMillis(500));
			this.log.append(heartbeatUpTo(Position.NONE));
		}
		assertThat(this.log.written(Expel.class)).as("of a session that is in front of nothing").isEmpty();
		this.log.append(new Bye(OTHER, this.otherSequence, this.otherSequence));
		this.loop.advance(Duration.ofMillis(1400));
		assertThat(this.log.written(Expel.class)).as("9 s and 1.4 s, of a lease of 10 s").isEmpty();
		this.loop.advance(Duration.ofMillis(1500));
		assertThat(this.log.written(Expel.class)).as("after its lease").hasSize(1);
	}

	@Test
	void nodeThatStoodHearsItselfBeforeItExpelsAnybody() {
		this.log.append(otherHeartbeat());
		this.log.append(new Request(OTHER, this.otherSequence++, LOCK));
		ask();
		this.loop.advance(Duration.ofSeconds(1));
		this.log.delayed = true;
		this.loop.pass(Duration.ofSeconds(6).toNanos());
		this.log.append(heartbeatUpTo(Position.NONE));
		this.loop.advance(Duration.ofSeconds(1));
		this.log.delayed = false;
		this.log.deliver();
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(this.log.written(Expel.class)).isEmpty();
	}

	@Test
	void recordThatComesBackAfterTheLeaseRevivesNothing() {
		Hold hold = acquire();
		this.log.delayed = true;
		this.loop.advance(Duration.ofSeconds(1));
		UUID session = this.shard.activeSession().id();
		this.loop.pass(Duration.ofSeconds(11).toNanos());
		this.log.delayed = false;
		// Before any tick.
		this.log.deliver();
		this.loop.runAll();
		assertThat(hold.isHeld()).isFalse();
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(this.shard.activeSession().id()).isNotEqualTo(session);
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	/** It waits for what it guards, for a grace at the most. */
	@Test
	@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void holdingThatHasReachedItsLimitIsNotLookedAtAllTheTime() {
		Waiter waiter = new Waiter(false, Duration.ofMillis(500));
		this.shard.acquire(LOCK, "stock", LockKind.LOCK, waiter);
		this.loop.advance(Duration.ofMillis(100));
		Hold hold = waiter.granted.getNow(null);
		Registration use = hold.use();
		this.loop.advance(Duration.ofSeconds(3));
		assertThat(hold.lost().reason()).isEqualTo(LockLoss.Reason.HELD_TOO_LONG);
		assertThat(this.log.written(Release.class)).isEmpty();
		use.close();
		this.loop.advance(Duration.ofMillis(10));
		assertThat(this.log.written(Release.class)).hasSize(1);
	}

	@Test
	void whatIsHeldIsInJeopardyAfterHalfAGraceAndLostAfterIt() {
		Hold hold = acquire();
		this.loop.advance(Duration.ofSeconds(10));
		this.log.delayed = true;
		this.loop.advance(Duration.ofMillis(1400));
		assertThat(this.events).extracting(HoldEvent::type).containsExactly(HoldEvent.Type.ACQUIRED);
		this.loop.advance(Duration.ofMillis(900));
		assertThat(this.events).extracting(HoldEvent::type)
			.containsExactly(HoldEvent.Type.ACQUIRED, HoldEvent.Type.JEOPARDY);
		assertThat(hold.isHeld()).isTrue();
		this.log.delayed = false;
		this.log.deliver();
		this.loop.advance(Duration.ofMillis(600));
		assertThat(this.events).extracting(HoldEvent::type)
			.containsExactly(HoldEvent.Type.ACQUIRED, HoldEvent.Type.JEOPARDY, HoldEvent.Type.RECOVERED);
		this.log.delayed = true;
		this.loop.advance(Duration.ofMillis(4010));
		assertThat(this.events).extracting(HoldEvent::type)
			.endsWith(HoldEvent.Type.RECOVERED, HoldEvent.Type.JEOPARDY, HoldEvent.Type.LOST);
		assertThat(hold.lost().reason()).isEqualTo(LockLoss.Reason.CONNECTION_LOST);
	}

	/** The next holder comes no earlier than that. */
	@Test
	void holderIsToldOfItsLossAtOnceAndNotAtTheNextTick() {
		Hold hold = acquire();
		this.loop.advance(Duration.ofSeconds(10));
		this.log.delayed = true;
		long last = this.shard.activeSession().lease().confirmedAt();
		List<Long> told = new ArrayList<>();
		hold.onLost((lost) -> told.add(this.loop.nanoTime() - last));
		this.loop.advance(Duration.ofSeconds(5));
		assertThat(told).singleElement()
			.satisfies((after) -> assertThat(after).isBetween(4_000_000_000L, 4_001_000_000L));
	}

	@Test
	void nobodyIsGrantedAnythingInANewLedgerBeforeAllHaveRepeatedWhatTheyHave() {
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofMillis(100));
		this.log.roll();
		this.log.append(new Request(OTHER, this.otherSequence++, "l:another"));
		this.loop.advance(Duration.ZERO);
		assertThat(this.log.ofThisNode(Heartbeat.class).get(1)).as("says at once what this node has")
			.satisfies((heartbeat) -> assertThat(heartbeat.upTo()).isEqualTo(this.log.at(2)));
		Waiter waiter = ask();
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(waiter.isWaiting()).isTrue();
		// Written before it had read anything of the new ledger.
		this.log.append(heartbeatUpTo(this.log.at(1)));
		this.loop.advance(Duration.ofMillis(100));
		assertThat(waiter.isWaiting()).isTrue();
		this.log.append(heartbeatUpTo(this.log.at(2), new Claim("l:another", 1, this.log.at(2))));
		this.loop.advance(Duration.ofMillis(100));
		assertThat(waiter.granted.getNow(null).isHeld()).isTrue();
	}

	@Test
	void nobodyWaitsInANewLedgerForWhoHasLeft() {
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofMillis(100));
		this.log.roll();
		Waiter waiter = ask();
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(waiter.isWaiting()).isTrue();
		this.log.append(new Bye(OTHER, this.otherSequence, this.otherSequence));
		this.loop.advance(Duration.ofMillis(100));
		assertThat(waiter.granted.getNow(null).isHeld()).isTrue();
	}

	@Test
	void silenceCountsFromEachNewLedger() {
		this.log.append(otherHeartbeat());
		for (int i = 0; i < 3; i++) {
			this.loop.advance(Duration.ofSeconds(9));
			this.log.roll();
			this.log.append(new Bye(UUID.randomUUID(), 0, 0));
		}
		this.loop.advance(Duration.ofMillis(10_400));
		assertThatExceptionOfType(LockOperationRefusedException.class)
			.isThrownBy(() -> this.shard.administration().expel(OTHER));
		assertThat(this.log.written(Expel.class)).isEmpty();
		this.loop.advance(Duration.ofMillis(150));
		assertThat(this.shard.administration().expel(OTHER)).isTrue();
	}

	@Test
	void lossOfAnothersRecordEndsTheSessionAndTheNextWaitsUntilAllHaveSpoken() {
		this.log.append(otherHeartbeat());
		Hold hold = acquire();
		this.otherSequence += 2;
		this.log.roll();
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofMillis(10));
		assertThat(hold.lost().reason()).isEqualTo(LockLoss.Reason.NO_ANSWER);
		assertThat(this.shard.failure()).isInstanceOf(LockUnavailableException.class)
			.hasMessageContaining("The journal of shard 0 has lost records before")
			.hasMessageContaining("its topic was deleted");
		for (int i = 0; i < 6; i++) {
			this.loop.advance(Duration.ofSeconds(3));
			this.log.append(otherHeartbeat());
			assertThat(this.shard.isConfirmed()).as("after %d s", 3 * i + 3).isFalse();
		}
		this.loop.advance(Duration.ofSeconds(6));
		assertThat(this.shard.isConfirmed()).isTrue();
		assertThat(this.shard.failure()).isNull();
	}

	@Test
	void numberThatWasNeverWrittenCostsOnlyItsWriter() {
		this.log.append(otherHeartbeat());
		Hold hold = acquire();
		this.otherSequence += 2;
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofMillis(10));
		assertThat(hold.isHeld()).isTrue();
		assertThat(this.shard.failure()).isNull();
	}

	@Test
	void requestTheReaderWasMovedPastIsReadAgainBeforeAnythingIsGranted() {
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofMillis(100));
		this.log.unreachable = true;
		this.log.leaveOut(new Request(OTHER, this.otherSequence++, LOCK));
		Waiter waiter = ask();
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(waiter.isWaiting()).as("while what was left out is not known").isTrue();
		assertThat(this.shard.statistics().unread()).isPositive();
		this.log.unreachable = false;
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(waiter.isWaiting()).as("behind the other's request").isTrue();
		assertThat(this.shard.isConfirmed()).isTrue();
		assertThat(this.shard.statistics().unread()).isZero();
		this.log.append(new Release(OTHER, this.otherSequence++, LOCK, this.otherSequence - 2));
		this.loop.advance(Duration.ofMillis(100));
		assertThat(waiter.granted.getNow(null).isHeld()).isTrue();
	}

	@Test
	void holderKeepsItsLockWhenItsReaderWasMoved() {
		this.log.append(otherHeartbeat());
		Hold hold = acquire();
		this.log.leaveOut(new Request(OTHER, this.otherSequence++, "l:another"));
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofSeconds(30));
		assertThat(hold.isHeld()).isTrue();
		assertThat(this.shard.failure()).isNull();
	}

	@Test
	void entryThatIsGoneEndsTheSessionAndTheNextWaitsUntilAllHaveSpoken() {
		this.log.append(otherHeartbeat());
		Hold hold = acquire();
		this.log.gone = true;
		this.log.leaveOut(new Request(OTHER, this.otherSequence++, LOCK));
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(hold.lost().reason()).isEqualTo(LockLoss.Reason.NO_ANSWER);
		assertThat(this.shard.failure()).hasMessageContaining("has lost records before");
		this.loop.advance(Duration.ofSeconds(18));
		assertThat(this.shard.isConfirmed()).isFalse();
		this.loop.advance(Duration.ofSeconds(6));
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	@Test
	void sessionEndsIfWhatWasLeftOutCannotBeReadWithinItsLease() {
		this.log.append(otherHeartbeat());
		Hold hold = acquire();
		this.log.unreachable = true;
		this.log.leaveOut(new Request(OTHER, this.otherSequence++, LOCK));
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofSeconds(11));
		assertThat(hold.lost().reason()).isIn(LockLoss.Reason.NO_ANSWER, LockLoss.Reason.CONNECTION_LOST);
		this.log.unreachable = false;
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(this.shard.isConfirmed()).as("the journal is whole: no need to wait").isTrue();
	}

	@Test
	void errorBeforeARecordExistsTakesNoNumber() {
		Session session = this.shard.activeSession();
		assertThatExceptionOfType(StackOverflowError.class).isThrownBy(() -> session.publish((sequence) -> {
			throw new StackOverflowError();
		}));
		acquire();
		assertThat(this.log.records.stream().mapToLong(JournalRecord::sequence))
			.containsExactlyElementsOf(LongStream.range(0, this.log.records.size()).boxed().toList());
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	@Test
	void errorWhileARecordIsWrittenEndsTheWritersSessionAndIsSaidInItsGoodbye() {
		Hold hold = acquire();
		this.log.error = new OutOfMemoryError("simulated");
		this.shard.acquire("l:another", "another", LockKind.LOCK, new Waiter(false, null));
		this.loop.runAll();
		assertThat(hold.lost().reason()).isEqualTo(LockLoss.Reason.NO_ANSWER);
		long written = this.log.records.get(this.log.records.size() - 2).sequence();
		assertThat(this.log.records.get(this.log.records.size() - 1)).isInstanceOfSatisfying(Bye.class, (bye) -> {
			assertThat(bye.written()).isEqualTo(written + 1);
			assertThat(bye.sequence()).isEqualTo(written + 2);
		});
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(this.shard.isConfirmed()).as("under another id").isTrue();
	}

	@Test
	void nodeWhoseEveryTickIsLateStillSaysWhatItHas() {
		acquire();
		int before = this.log.ofThisNode(Heartbeat.class).size();
		for (int i = 0; i < 40; i++) {
			this.loop.pass(Duration.ofMillis(500).toNanos());
			this.loop.advance(Duration.ZERO);
		}
		List<Heartbeat> since = this.log.ofThisNode(Heartbeat.class);
		assertThat(since.subList(before, since.size())).filteredOn((heartbeat) -> !heartbeat.claims().isEmpty())
			.as("in 20 s, one every third of a lease")
			.hasSizeBetween(5, 7);
	}

	@Test
	void joiningEndsIfNoOwnRecordArrivesWhateverOthersWrite() {
		List<String> opened = new ArrayList<>();
		Log deaf = new Log();
		deaf.swallowing = true;
		Shard joining = shard(new CountingConnector(new OneConnector(deaf), opened));
		joining.start();
		for (int i = 0; i < 25; i++) {
			deaf.append(otherHeartbeat());
			this.loop.advance(Duration.ofSeconds(1));
		}
		assertThat(opened).as("after two and a half leases").hasSize(3);
		deaf.swallowing = false;
		this.loop.advance(Duration.ofSeconds(11));
		assertThat(joining.isConfirmed()).isTrue();
	}

	@Test
	void nodeThatJoinsWaitsForAGapInTheJournalUntilAllHaveSpoken() {
		Shard joining = joiningAfterAGap(Position.NONE);
		this.loop.advance(Duration.ofSeconds(18));
		assertThat(joining.isConfirmed()).isFalse();
		assertThat(joining.failure()).hasMessageContaining("has lost records before 2:0");
		this.loop.advance(Duration.ofSeconds(6));
		assertThat(joining.isConfirmed()).isTrue();
		assertThat(joining.failure()).isNull();
	}

	@Test
	void nodeThatJoinsDoesNotWaitForAGapThatIsOlderThanWhatItNeeds() {
		Shard joining = joiningAfterAGap(new Position(2, 0));
		this.loop.advance(Duration.ofMillis(100));
		assertThat(joining.isConfirmed()).isTrue();
		assertThat(joining.failure()).isNull();
	}

	private Shard joiningAfterAGap(Position history) {
		Log old = new Log();
		old.append(otherHeartbeat());
		this.otherSequence += 2;
		old.roll();
		old.append(otherHeartbeat());
		old.append(new Heartbeat(OTHER, this.otherSequence++, false, INFO, history, Position.NONE, new Position(2, 0),
				List.of()));
		Shard joining = shard(new OneConnector(old));
		joining.start();
		return joining;
	}

	@Test
	void readerThatBeginsLaterThanItWasToldReadsWhatIsBefore() {
		Log log = new Log();
		log.append(otherHeartbeat());
		log.append(new Request(OTHER, this.otherSequence++, LOCK));
		log.begin = new Position(1, -1);
		log.moved = true;
		Shard joining = shard(new OneConnector(log));
		joining.start();
		this.loop.advance(Duration.ofMillis(200));
		assertThat(joining.isConfirmed()).isTrue();
		Waiter waiter = new Waiter(false, null);
		joining.acquire(LOCK, "stock", LockKind.LOCK, waiter);
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(waiter.isWaiting()).isTrue();
	}

	@Test
	void openingNamesTheHistoryThatReadingBeganWith() {
		Log log = new Log();
		log.append(otherHeartbeat());
		log.begin = new Position(1, 0);
		Shard joining = shard(new OneConnector(log));
		joining.start();
		this.loop.advance(Duration.ofMillis(100));
		assertThat(joining.isConfirmed()).isTrue();
		assertThat(log.ofThisNode(Heartbeat.class).get(0).history()).isEqualTo(new Position(1, 0));
	}

	@Test
	void nodeThatComesBackGrantsAtOnceIfItFindsWhereItWas() {
		this.log.delayed = true;
		this.loop.advance(Duration.ofSeconds(12));
		assertThat(this.shard.isConfirmed()).isFalse();
		this.log.delayed = false;
		this.log.deliver();
		this.loop.advance(Duration.ofMillis(500));
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	@Test
	void nodeThatComesBackToAJournalThatBeginsLaterWaitsUntilAllHaveSpoken() {
		this.log.delayed = true;
		this.loop.advance(Duration.ofSeconds(9));
		this.log.forget();
		this.loop.advance(Duration.ofSeconds(3));
		this.log.delayed = false;
		this.log.deliver();
		this.loop.advance(Duration.ofSeconds(17));
		assertThat(this.shard.isConfirmed()).isFalse();
		this.loop.advance(Duration.ofSeconds(5));
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	@Test
	void ticketItsSessionDoesNotKnowEndsTheSessionOnlyInANewLedger() {
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofMillis(100));
		this.log.append(new Request(OTHER, this.otherSequence++, "l:another"));
		this.log.append(heartbeatUpTo(this.log.at(2)));
		this.loop.advance(Duration.ofMillis(100));
		assertThat(this.shard.isConfirmed()).as("a remnant").isTrue();
		this.log.roll();
		this.log.append(new Request(OTHER, this.otherSequence++, "l:another"));
		this.log.append(heartbeatUpTo(this.log.at(4)));
		this.loop.advance(Duration.ZERO);
		assertThat(this.shard.failure()).hasMessageContaining("has lost records before");
	}

	@Test
	void nothingButAGoodbyeFollowsARecordThatCouldNotBeWritten() {
		this.log.failing = true;
		ask();
		this.shard.acquire("l:another", "another", LockKind.LOCK, new Waiter(false, null));
		int before = this.log.records.size();
		this.loop.runAll();
		List<JournalRecord> after = this.log.records.subList(before, this.log.records.size());
		assertThat(after).hasSize(2);
		assertThat(after.get(0)).isInstanceOf(Request.class);
		assertThat(after.get(1)).isInstanceOf(Bye.class);
	}

	@Test
	void messageThatIsNoRecordIsPassed() {
		Hold held = acquire();
		this.log.append(NO_RECORD);
		this.loop.advance(Duration.ofSeconds(60));
		assertThat(held.isHeld()).isTrue();
		held.close();
		this.log.append(NO_RECORD);
		assertThat(acquire()).isNotNull();
		assertThat(this.events).extracting(HoldEvent::type)
			.doesNotContain(HoldEvent.Type.LOST, HoldEvent.Type.JEOPARDY);
	}

	@Test
	void nodeOfANewerVersionStopsThisOneForAsLongAsItIsThere() {
		Hold held = acquire();
		this.log.append(newer(0));
		assertThat(held.isHeld()).isTrue();
		Waiter refused = ask();
		this.loop.advance(Duration.ofMillis(1));
		assertThat(refused.granted).isCompletedExceptionally();
		for (int i = 1; i <= 10; i++) {
			this.loop.advance(Duration.ofSeconds(3));
			this.log.append(newer(i));
		}
		assertThat(held.isHeld()).isFalse();
		assertThat(this.shard.failure()).isInstanceOf(LockConfigurationException.class)
			.hasMessageContaining("Node 'newer'")
			.hasMessageContaining("version 9")
			.hasMessageContaining("Upgrade this node");
		// It dies. Its holds stood for a lease.
		this.loop.advance(Duration.ofMillis(10_450));
		assertThat(this.log.written(Expel.class)).isEmpty();
		this.loop.advance(Duration.ofSeconds(2));
		assertThat(this.log.written(Expel.class)).isNotEmpty();
		assertThat(this.shard.failure()).isNull();
		assertThat(acquire()).isNotNull();
	}

	@Test
	void nodeOfANewerVersionThatHasSaidGoodbyeKeepsNobodyFromJoining() {
		this.log.append(newer(0));
		this.log.append(newer(1));
		this.log.append(new OtherVersion(NEWER, 2, 9, null, 0, true));
		Shard late = shard(new OneConnector(this.log));
		late.start();
		this.loop.advance(Duration.ofMillis(100));
		assertThat(late.isConfirmed()).isTrue();
	}

	/** As long as it is silent, it may be dead, which is no reason to fail the start. */
	@Test
	void nodeOfANewerVersionThatIsSilentFailsNoStart() {
		Log log = new Log();
		log.append(newer(0));
		log.append(newer(1));
		Shard late = shard(new OneConnector(log));
		late.start();
		this.loop.advance(Duration.ofMillis(9_000));
		assertThat(late.isConfirmed()).isFalse();
		assertThat(late.joined()).isNotDone();
		assertThat(late.failure()).isInstanceOf(LockUnavailableException.class).hasMessageContaining("version 9");
		this.loop.advance(Duration.ofMillis(4_000));
		assertThat(late.joined()).isCompleted();
		assertThat(late.isConfirmed()).isTrue();
	}

	@Test
	void recordsCopiedFromAnotherPulsarClusterStopThisNodeWheneverTheyBegin() {
		Hold held = acquire();
		UUID there = UUID.randomUUID();
		this.log.append(new Replicated(there, 1000, "west", null, 0, false));
		for (int i = 1; i <= 5; i++) {
			this.loop.advance(Duration.ofSeconds(3));
			this.log.append(new Replicated(there, 1000 + i, "west", "far", 10_000, false));
		}
		assertThat(held.isHeld()).isFalse();
		assertThat(this.shard.failure()).isInstanceOf(LockConfigurationException.class)
			.hasMessageContaining("Node 'far'")
			.hasMessageContaining("Pulsar cluster 'west'")
			.hasMessageContaining("pulsar-lock.topic.namespace");
		this.log.append(new Replicated(there, 2000, "west", null, 0, true));
		this.loop.advance(Duration.ofSeconds(15));
		assertThat(this.shard.isConfirmed()).as("another copy may be on its way").isFalse();
		this.loop.advance(Duration.ofSeconds(10));
		assertThat(acquire()).isNotNull();
	}

	/** A forgery, or noise: no session is of two versions. */
	@Test
	void recordOfANewerVersionInTheNameOfASessionOfThisOneCountsForNothing() {
		Hold held = acquire();
		UUID own = this.log.records.get(0).session();
		this.log.append(new OtherVersion(own, 1_000_000, 9, "any", 1000, false));
		this.loop.advance(Duration.ofSeconds(60));
		assertThat(held.isHeld()).isTrue();
	}

	@Test
	void callerWhoseRequestIsDisplacedByAForgedRecordIsServed() {
		Hold held = acquire();
		JournalRecord latest = this.log.records.get(this.log.records.size() - 1);
		long number = latest.sequence() + 1;
		this.log.append(new Idle(latest.session(), number, "l:strange", 7, true));
		this.loop.advance(Duration.ofMillis(1));
		assertThat(held.isHeld()).as("nothing is displaced yet").isTrue();
		Waiter waiter = new Waiter(false, null);
		this.shard.acquire("l:another", "another", LockKind.LOCK, waiter);
		this.loop.advance(Duration.ofMillis(1));
		assertThat(held.lost().reason()).isEqualTo(LockLoss.Reason.NO_ANSWER);
		assertThat(this.log.written(Bye.class)).singleElement()
			.satisfies((bye) -> assertThat(bye.sequence()).isEqualTo(number + 1));
		assertThat(this.shard.failure()).hasMessageContaining("a client that is not this node")
			.hasMessageContaining("pulsar-lock.security.record-keys");
		this.loop.advance(Duration.ofSeconds(2));
		assertThat(waiter.granted).isCompleted();
		assertThat(this.shard.failure()).isNull();
	}

	@Test
	void recordsThatAreWrittenTwiceDisplaceNothing() {
		Hold held = acquire();
		List.copyOf(this.log.records).forEach(this.log::append);
		this.loop.advance(Duration.ofSeconds(5));
		List.copyOf(this.log.records).forEach(this.log::append);
		this.loop.advance(Duration.ofSeconds(5));
		assertThat(held.isHeld()).isTrue();
	}

	@Test
	void signedRecordsStopANodeWithoutKeysForAsLongAsTheyCome() {
		Hold held = acquire();
		for (int i = 0; i <= 5; i++) {
			this.log.append(unverified(NEWER, i, Doubt.NO_KEY));
			this.loop.advance(Duration.ofSeconds(3));
		}
		assertThat(held.isHeld()).isFalse();
		assertThat(this.shard.failure()).isInstanceOf(LockConfigurationException.class)
			.hasMessageContaining("Node 'stranger'")
			.hasMessageContaining("are signed, and this node has no key")
			.hasMessageContaining("Set pulsar-lock.security.record-keys");
		this.loop.advance(Duration.ofSeconds(14));
		assertThat(acquire()).isNotNull();
	}

	@Test
	void recordsThatCannotBeVerifiedTakeNothingFromANodeWithKeys() {
		Hold held = acquire();
		UUID own = this.log.records.get(0).session();
		for (int i = 0; i < 40; i++) {
			Doubt doubt = (i % 2 == 0) ? Doubt.UNSIGNED : Doubt.OTHER_KEY;
			this.log.append(unverified(NEWER, i, doubt));
			this.log.append(unverified(own, 1_000_000 + i, doubt));
			this.loop.advance(Duration.ofSeconds(1));
			assertThat(held.isHeld()).isTrue();
		}
		held.close();
		assertThat(acquire()).isNotNull();
		assertThat(this.shard.statistics().skipped()).isEqualTo(80);
		assertThat(this.log.written(Expel.class)).isEmpty();
	}

	@Test
	void nodeWithKeysJoinsALeaseAfterOneWithoutWhateverThatWrites() {
		Log log = new Log();
		log.append(unverified(NEWER, 0, Doubt.UNSIGNED));
		Shard late = shard(new OneConnector(log));
		late.start();
		for (int i = 1; i <= 10; i++) {
			this.loop.advance(Duration.ofSeconds(1));
			log.append(unverified(NEWER, i, Doubt.UNSIGNED));
		}
		assertThat(late.isConfirmed()).isFalse();
		assertThat(late.failure()).isInstanceOf(LockUnavailableException.class).hasMessageContaining("are not signed");
		assertThat(late.joined()).isNotDone();
		this.loop.advance(Duration.ofSeconds(4));
		assertThat(late.isConfirmed()).isTrue();
	}

	@Test
	void nodeWithAnotherKeyThatWasThereKeepsThisOneFromJoiningForAsLongAsItWrites() {
		Log log = new Log();
		log.append(unverified(NEWER, 0, Doubt.OTHER_KEY));
		Shard late = shard(new OneConnector(log));
		late.start();
		CompletableFuture<?> joined = late.joined();
		for (int i = 1; i <= 10; i++) {
			this.loop.advance(Duration.ofSeconds(3));
			log.append(unverified(NEWER, i, Doubt.OTHER_KEY));
		}
		assertThat(late.isConfirmed()).isFalse();
		assertThat(joined).isCompletedExceptionally();
		assertThat(late.failure()).isInstanceOf(LockConfigurationException.class)
			.hasMessageContaining("signed with a key which this node does not have");
		this.loop.advance(Duration.ofSeconds(16));
		assertThat(late.isConfirmed()).isTrue();
		assertThat(log.written(Expel.class)).as("it would not read it").isEmpty();
	}

	private static Unverified unverified(UUID session, long sequence, Doubt doubt) {
		return new Unverified(session, sequence, doubt, "stranger", 10_000, false);
	}

	private static OtherVersion newer(long sequence) {
		return new OtherVersion(NEWER, sequence, 9, "newer", 10_000, false);
	}

	@Test
	void sessionsThatHaveAskedForNothingAreGoneSoonWhateverTheirLease() {
		SessionInfo info = new SessionInfo("stranger", 3_600_000, 4_000, 1);
		for (int i = 0; i < 5000; i++) {
			this.log.append(new Heartbeat(new UUID(5, i), 0, true, info, Position.NONE, Position.NONE, Position.NONE,
					List.of()));
		}
		Hold held = acquire();
		assertThat(held).isNotNull();
		this.loop.advance(Duration.ofMillis(10_300));
		assertThat(this.log.written(Expel.class)).isEmpty();
		this.loop.advance(Duration.ofMillis(4_000));
		assertThat(this.log.written(Expel.class)).hasSize(5000);
		assertThat(held.isHeld()).isTrue();
	}

	@Test
	void sessionThatWaitsBehindAnotherKeepsItsLease() {
		SessionInfo info = new SessionInfo("long", 60_000, 4_000, 1);
		Hold held = acquire();
		this.log.append(new Heartbeat(OTHER, 0, true, info, Position.NONE, Position.NONE, Position.NONE, List.of()));
		this.log.append(new Request(OTHER, 1, LOCK));
		this.loop.advance(Duration.ofSeconds(60));
		assertThat(this.log.written(Expel.class)).isEmpty();
		this.loop.advance(Duration.ofSeconds(20));
		assertThat(this.log.written(Expel.class)).hasSize(1);
		assertThat(held.isHeld()).isTrue();
	}

	/** Whether what it has asked for is lost is not known then. */
	@Test
	void sessionKeepsItsLeaseWhenTheJournalGoesOnInAnotherLedger() {
		SessionInfo info = new SessionInfo("long", 60_000, 4_000, 1);
		this.log.append(new Heartbeat(OTHER, 0, true, info, Position.NONE, Position.NONE, Position.NONE, List.of()));
		this.log.roll();
		this.loop.advance(Duration.ofSeconds(60));
		assertThat(this.log.written(Expel.class)).isEmpty();
		this.loop.advance(Duration.ofSeconds(20));
		assertThat(this.log.written(Expel.class)).hasSize(1);
	}

	/** It may be another topic of the same name, whatever its first message is. */
	@Test
	void messageThatIsNoRecordBeginsALedgerLikeAnyOther() {
		this.log.append(otherHeartbeat());
		this.loop.advance(Duration.ofMillis(10));
		this.log.roll();
		this.log.append(NO_RECORD);
		assertThat(acquire()).isNull();
	}

	@Test
	void groupThatHasNoLeaderForLongerThanALeaseSaysSoOnce() {
		List<String> told = new ArrayList<>();
		SessionGroup group = new SessionGroup("digest", "g:digest", Runnable::run, List::of, SessionGroup::stop);
		group.addListener(new LeaderListener() {

			@Override
			public void onGranted(LeadershipGranted event) {
				told.add("granted");
			}

			@Override
			public void onRevoked(LeadershipRevoked event) {
				told.add("revoked");
			}

			@Override
			public void onVacant(LeadershipVacant event) {
				told.add("vacant");
			}

			@Override
			public void onOccupied(LeadershipOccupied event) {
				told.add("occupied");
			}

		});
		this.log.delayed = true;
		group.start(this.shard);
		this.loop.advance(Duration.ofMillis(9500));
		assertThat(group.isVacant()).isFalse();
		this.loop.advance(Duration.ofSeconds(20));
		assertThat(group.isVacant()).isTrue();
		assertThat(told).containsExactly("vacant");
		this.log.delayed = false;
		this.log.deliver();
		this.loop.advance(Duration.ofSeconds(20));
		assertThat(group.isVacant()).isFalse();
		assertThat(told).containsExactly("vacant", "granted", "occupied");
	}

	@Test
	void groupThatAnotherNodeLeadsIsNotVacant() {
		this.log.append(otherHeartbeat());
		this.log.append(new Request(OTHER, this.otherSequence++, "g:digest"));
		SessionGroup group = new SessionGroup("digest", "g:digest", Runnable::run, List::of, SessionGroup::stop);
		group.start(this.shard);
		for (int i = 0; i < 20; i++) {
			this.loop.advance(Duration.ofSeconds(3));
			this.log.append(heartbeatUpTo(this.log.at(1)));
			assertThat(group.isVacant()).isFalse();
		}
	}

	private Heartbeat heartbeatUpTo(Position upTo, Claim... claims) {
		return new Heartbeat(OTHER, this.otherSequence++, false, INFO, Position.NONE, Position.NONE, upTo,
				List.of(claims));
	}

	@Test
	void lockThatIsGrantedInJeopardyIsInJeopardy() {
		this.log.append(otherHeartbeat());
		this.log.append(new Request(OTHER, this.otherSequence++, LOCK));
		Waiter waiter = ask();
		this.loop.advance(Duration.ofMillis(100));
		this.log.swallowing = true;
		this.loop.advance(Duration.ofMillis(2300));
		this.log.append(new Release(OTHER, this.otherSequence++, LOCK, 1));
		this.loop.advance(Duration.ofMillis(100));
		assertThat(waiter.granted.join().isHeld()).isTrue();
		assertThat(this.events).extracting(HoldEvent::type)
			.containsExactly(HoldEvent.Type.ACQUIRED, HoldEvent.Type.JEOPARDY);
		this.log.swallowing = false;
		this.loop.advance(Duration.ofMillis(600));
		assertThat(this.events).extracting(HoldEvent::type)
			.containsExactly(HoldEvent.Type.ACQUIRED, HoldEvent.Type.JEOPARDY, HoldEvent.Type.RECOVERED);
	}

	@Test
	void anchorThatRunsOutCausesNoStormOfRecords() {
		long lease = Duration.ofSeconds(10).toNanos();
		SessionLease anchor = new SessionLease(UUID.randomUUID(), lease, lease, this.loop.nanoTime());
		anchor.confirmed(anchor.sending(this.loop.nanoTime()));
		ClusterAgreement agreement = new ClusterAgreement(0);
		agreement.agreed(anchor);
		Log log = new Log();
		SessionSettings settings = SessionSettings.of("a")
			.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4))
			.withShards(2);
		Shard dependent = new Shard(1, settings, this.loop, new OneConnector(log), Runnable::run, this.events::add,
				UUID::randomUUID, agreement, new Availability(settings));
		dependent.start();
		this.loop.advance(Duration.ofMillis(9500));
		int before = log.records.size();
		log.most = before + 20;
		Waiter waiter = new Waiter(false, null);
		dependent.acquire(LOCK, "stock", LockKind.LOCK, waiter);
		this.loop.advance(Duration.ofMillis(300));
		assertThat(log.records.size() - before).isBetween(1, 5);
		assertThat(waiter.isWaiting()).isTrue();
		anchor.confirmed(anchor.sending(this.loop.nanoTime()));
		this.loop.advance(Duration.ofMillis(300));
		assertThat(waiter.granted).isCompleted();
	}

	private Waiter ask() {
		Waiter waiter = new Waiter(false, null);
		this.shard.acquire(LOCK, "stock", LockKind.LOCK, waiter);
		return waiter;
	}

	private Hold acquire() {
		Waiter waiter = ask();
		this.loop.advance(Duration.ofMillis(100));
		return waiter.granted.getNow(null);
	}

	/** A log with one reader. */
	private static final class Log implements Journal {

		private final List<JournalRecord> records = new ArrayList<>();

		/** Where ledgers begin. */
		private final TreeMap<Integer, Long> ledgers = new TreeMap<>(Map.of(0, 1L));

		/** The first that is still there. */
		private int first;

		private int delivered;

		private boolean failing;

		/** So many records, and more cannot be written. */
		private int most = Integer.MAX_VALUE;

		private boolean delayed;

		/** Own records never come back. */
		private boolean swallowing;

		/** Missing records cannot be read again for now. */
		private boolean unreachable;

		/** Missing records do not exist. */
		private boolean gone;

		/** The position at which reading begins. */
		private Position begin = Position.NONE;

		/** The next reader begins at the end nevertheless. */
		private boolean moved;

		/** The result of the next call to publish. */
		private Error error;

		private Listener listener;

		@Override
		public Position start(Listener listener) {
			this.listener = listener;
			this.delivered = this.moved ? this.records.size() : this.first;
			this.moved = false;
			deliver();
			return this.begin;
		}

		@Override
		public CompletionStage<?> readAgain(Position after, Position before) {
			if (this.unreachable) {
				return CompletableFuture.failedFuture(new IllegalStateException("no connection"));
			}
			for (int i = this.first; !this.gone && i < this.records.size(); i++) {
				if (at(i).isAfter(after) && before.isAfter(at(i))) {
					this.listener.received(at(i), this.records.get(i));
				}
			}
			return CompletableFuture.completedFuture(null);
		}

		@Override
		public CompletionStage<Position> publish(JournalRecord record) {
			Error error = this.error;
			if (error != null) {
				this.error = null;
				throw error;
			}
			if (this.swallowing) {
				return new CompletableFuture<>();
			}
			if (this.records.size() >= this.most) {
				throw new IllegalStateException("a storm of records");
			}
			append(record);
			return this.failing ? CompletableFuture.failedFuture(new IllegalStateException("no disk"))
					: new CompletableFuture<>();
		}

		/** The next records are in another ledger. */
		void roll() {
			this.ledgers.put(this.records.size(), this.ledgers.lastEntry().getValue() + 1);
		}

		/** Deletes everything that was there before. */
		void forget() {
			this.first = this.records.size();
			roll();
		}

		Position at(int index) {
			Map.Entry<Integer, Long> ledger = this.ledgers.floorEntry(index);
			return new Position(ledger.getValue(), index - ledger.getKey());
		}

		void append(JournalRecord record) {
			this.records.add(record);
			if (!this.delayed) {
				deliver();
			}
		}

		/** A record that the reader is moved past. */
		void leaveOut(JournalRecord record) {
			this.records.add(record);
			this.delivered = this.records.size();
		}

		void deliver() {
			while (this.listener != null && this.delivered < this.records.size()) {
				Position position = at(this.delivered);
				JournalRecord record = this.records.get(this.delivered++);
				if (record != NO_RECORD) {
					this.listener.received(position, record);
				}
				else {
					this.listener.skipped(position, SkipCause.FOREIGN);
				}
			}
		}

		<T extends JournalRecord> List<T> ofThisNode(Class<T> type) {
			return written(type).stream().filter((record) -> !record.session().equals(OTHER)).toList();
		}

		<T extends JournalRecord> List<T> written(Class<T> type) {
			return this.records.stream().filter(type::isInstance).map(type::cast).toList();
		}

		@Override
		public long connection() {
			return 1;
		}

		@Override
		public void trim(Position upTo) {
		}

		@Override
		public CompletionStage<?> close() {
			return CompletableFuture.completedFuture(null);
		}

	}

	private record OneConnector(Log log) implements Connector {

		@Override
		public CompletionStage<Journal> open(int shard) {
			return CompletableFuture.completedFuture(this.log);
		}

		@Override
		public void close() {
		}

	}

	private record CountingConnector(Connector next, List<String> calls) implements Connector {

		@Override
		public CompletionStage<Journal> open(int shard) {
			this.calls.add("open");
			return this.next.open(shard);
		}

		@Override
		public void close() {
		}

	}

	/** A connector that opens nothing until the caller has stopped waiting. */
	private record StuckConnector(Connector next, List<String> calls) implements Connector {

		@Override
		public CompletionStage<Journal> open(int shard) {
			this.calls.add("open");
			return this.calls.contains("abandon") ? this.next.open(shard) : new CompletableFuture<>();
		}

		@Override
		public void abandon(int shard) {
			this.calls.add("abandon");
		}

		@Override
		public void close() {
		}

	}

}

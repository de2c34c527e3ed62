package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLostException;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Remaining;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.Resting;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.RecordBounds;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests what one node does about locks that rest, in virtual time.
 */
class ShardRestTests {

	private static final UUID OTHER = new UUID(1, 2);

	private static final String KEY = "l:stock";

	private final ManualLoop loop = new ManualLoop(0);

	private final ThrowingPorts ports = new ThrowingPorts();

	private final List<HoldEvent> events = new ArrayList<>();

	/** Code of the application that is to run. */
	private final ArrayDeque<Runnable> callbacks = new ArrayDeque<>();

	private final SessionSettings settings = SessionSettings.of("a")
		.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4))
		.withShards(1)
		.withAffinity(Duration.ofSeconds(5), 10);

	private final Shard shard = new Shard(0, this.settings, this.loop, this.ports.connector(), this.callbacks::add,
			this.events::add, UUID::randomUUID, new ClusterAgreement(0), new Availability(this.settings));

	ShardRestTests() {
		this.shard.start();
		this.loop.advance(Duration.ofMillis(100));
	}

	private Waiter ask(boolean immediate) {
		Waiter waiter = new Waiter(immediate, null);
		this.shard.acquire(KEY, "stock", LockKind.LOCK, waiter);
		return waiter;
	}

	private Hold acquire() {
		Waiter waiter = ask(false);
		this.loop.advance(Duration.ofMillis(1));
		return waiter.granted.join();
	}

	private CompletableFuture<Void> rest(Hold hold, Duration atLeast) {
		CompletableFuture<Void> rests = hold.restFor(atLeast);
		this.loop.runAll();
		callBack();
		return rests;
	}

	private void callBack() {
		while (!this.callbacks.isEmpty()) {
			this.callbacks.poll().run();
		}
	}

	private long count(Class<?> type) {
		return this.ports.records.stream().filter(type::isInstance).count();
	}

	private static SessionInfo info() {
		return new SessionInfo("b", 10_000, 4_000, 1);
	}

	@Test
	void lockThatRestsIsNotKeptAndGoesToTheNextWhenTheRestIsOver() {
		Hold hold = acquire();
		assertThat(rest(hold, Duration.ofSeconds(2))).isCompleted();
		hold.close();
		this.loop.advance(Duration.ofMillis(10));
		assertThat(count(Release.class)).isOne();
		Waiter immediate = ask(true);
		Waiter next = ask(false);
		this.loop.advance(Duration.ofMillis(1980));
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(immediate.granted::get)
			.withCauseInstanceOf(LockBusyException.class)
			.withMessageContaining("'stock' rests");
		assertThat(next.granted).isNotDone();
		assertThat(next.behind).isTrue();
		this.loop.advance(Duration.ofMillis(12));
		assertThat(next.granted).isCompleted();
		assertThat(next.granted.join().token()).isGreaterThan(hold.token());
	}

	@Test
	void lockThatWasTakenWithoutTheLoopRestsToo() {
		acquire().close();
		this.loop.advance(Duration.ofMillis(1));
		Waiter waiter = ask(false);
		assertThat(waiter.granted).isCompleted();
		Hold hold = waiter.granted.join();
		CompletableFuture<Void> rests = hold.restFor(Duration.ofSeconds(1));
		this.loop.runAll();
		hold.close();
		Waiter next = ask(false);
		this.loop.advance(Duration.ofMillis(990));
		callBack();
		assertThat(rests).isCompleted();
		assertThat(next.granted).isNotDone();
		this.loop.advance(Duration.ofMillis(11));
		assertThat(next.granted).isCompleted();
	}

	/** A caller of this node would overtake the record. */
	@Test
	void lockRestsHereBeforeTheRecordHasComeBack() {
		Hold hold = acquire();
		this.ports.publishSilent = true;
		CompletableFuture<Void> rests = hold.restFor(Duration.ofSeconds(1));
		this.loop.runAll();
		hold.close();
		Waiter next = ask(false);
		this.loop.advance(Duration.ofMillis(100));
		assertThat(next.granted).isNotDone();
		assertThat(rests).isNotDone();
	}

	@Test
	void holderThatGetsNoAnswerIsToldSoWithinTheGrace() {
		Hold hold = acquire();
		int timers = this.loop.timers();
		this.ports.publishSilent = true;
		CompletableFuture<Void> rests = hold.restFor(Duration.ofSeconds(1));
		this.loop.advance(Duration.ofMillis(3000));
		callBack();
		assertThat(rests).isNotDone();
		this.loop.advance(Duration.ofMillis(1100));
		callBack();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(rests::get)
			.withCauseInstanceOf(LockException.class)
			.withMessageContaining("Unable to determine whether lock 'stock' rests");
		assertThat(this.loop.timers()).isLessThanOrEqualTo(timers);
	}

	@Test
	void endOfTheSessionLeavesItUnknown() {
		Hold hold = acquire();
		this.ports.publishSilent = true;
		CompletableFuture<Void> rests = hold.restFor(Duration.ofSeconds(1));
		this.loop.runAll();
		this.shard.close();
		this.loop.runAll();
		callBack();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(rests::get)
			.withCauseInstanceOf(LockLostException.class)
			.withMessageContaining("Unable to determine whether lock 'stock' rests");
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> hold.restFor(Duration.ofSeconds(1)));
	}

	@Test
	void codeOfTheApplicationDoesNotRunOnTheLoop() {
		Hold hold = acquire();
		List<String> ran = new ArrayList<>();
		hold.restFor(Duration.ofSeconds(1)).thenRun(() -> ran.add("told"));
		this.loop.advance(Duration.ofMillis(10));
		assertThat(ran).isEmpty();
		callBack();
		assertThat(ran).containsExactly("told");
	}

	@Test
	void restThatCannotBeIsRefused() {
		Hold hold = acquire();
		assertThat(LockHandle.LONGEST_REST.toMillis()).isEqualTo(RecordBounds.MAX_REST_MILLIS);
		for (Duration wrong : List.of(Duration.ZERO, Duration.ofMillis(-1), LockHandle.LONGEST_REST.plusNanos(1))) {
			assertThatIllegalArgumentException().isThrownBy(() -> hold.restFor(wrong))
				.withMessageContaining("'stock' must be positive and not longer than 24 h");
		}
		assertThat(rest(hold, LockHandle.LONGEST_REST)).isCompleted();
		assertThat(rest(hold, Duration.ofNanos(1))).isCompleted();
		hold.close();
		assertThatIllegalStateException().isThrownBy(() -> hold.restFor(Duration.ofSeconds(1)));
	}

	@Test
	void laterRestCoversTheOneBefore() {
		Hold hold = acquire();
		hold.restFor(Duration.ofSeconds(5));
		hold.restFor(Duration.ofSeconds(1));
		this.loop.runAll();
		assertThat(this.ports.records).filteredOn(Rest.class::isInstance)
			.extracting((record) -> ((Rest) record).millis())
			.containsExactly(5000L, 5000L);
	}

	@Test
	void restThatAnotherNodeHasSaidOutlivesItAndTheSessionsHere() {
		this.ports
			.append(new Heartbeat(OTHER, 0, true, info(), Position.NONE, Position.NONE, Position.NONE, List.of()));
		this.ports.append(new Rest(OTHER, 1, KEY, 60_000));
		this.ports.append(new Bye(OTHER, 2, 2));
		this.loop.runAll();
		Waiter next = ask(false);
		this.loop.advance(Duration.ofSeconds(10));
		// No answer for longer than a lease.
		this.ports.publishSilent = true;
		this.loop.advance(Duration.ofSeconds(15));
		this.ports.publishSilent = false;
		this.loop.advance(Duration.ofMillis(34_990));
		assertThat(this.ports.sessions()).hasSizeGreaterThan(2);
		assertThat(next.granted).isNotDone();
		this.loop.advance(Duration.ofMillis(20));
		assertThat(next.granted).isCompleted();
	}

	@Test
	void oldestSessionRepeatsEveryRestUntilItIsOver() {
		Hold hold = acquire();
		rest(hold, Duration.ofSeconds(20));
		this.loop.advance(Duration.ofSeconds(30));
		List<Long> repeated = this.ports.records.stream()
			.filter(Resting.class::isInstance)
			.flatMap((record) -> ((Resting) record).rests().stream())
			.map(Remaining::millis)
			.toList();
		// Every third of a lease.
		assertThat(repeated).hasSizeBetween(5, 7).isSortedAccordingTo((one, other) -> Long.compare(other, one));
		assertThat(repeated.get(0)).isBetween(19_000L, 20_000L);
		assertThat(repeated.get(repeated.size() - 1)).isLessThan(4_000);
	}

	/** A session that is older, and lives, repeats it; when it has ended, this one. */
	@Test
	void youngerSessionTakesOverAtOnce() {
		ThrowingPorts ports = new ThrowingPorts();
		ports.append(new Heartbeat(OTHER, 0, true, info(), Position.NONE, Position.NONE, Position.NONE, List.of()));
		ports.append(new Rest(OTHER, 1, KEY, 60_000));
		Shard younger = new Shard(0, SessionSettings.of("c").withShards(1), this.loop, ports.connector(),
				this.callbacks::add, this.events::add, UUID::randomUUID, new ClusterAgreement(0),
				new Availability(this.settings));
		younger.start();
		this.loop.advance(Duration.ofSeconds(5));
		assertThat(ports.records).noneMatch(Resting.class::isInstance);
		ports.append(new Bye(OTHER, 2, 2));
		this.loop.advance(Duration.ofNanos(this.settings.tickNanos() + 1));
		assertThat(ports.records).filteredOn(Resting.class::isInstance).hasSize(1);
	}

	@Test
	void manyRestsAreRepeatedInSeveralRecords() {
		this.ports
			.append(new Heartbeat(OTHER, 0, true, info(), Position.NONE, Position.NONE, Position.NONE, List.of()));
		for (int i = 1; i <= 5000; i++) {
			this.ports.append(new Rest(OTHER, i, "l:" + "x".repeat(40) + i, 60_000));
		}
		this.loop.advance(Duration.ofSeconds(1));
		List<Resting> records = this.ports.records.stream()
			.filter(Resting.class::isInstance)
			.map(Resting.class::cast)
			.toList();
		assertThat(records).hasSizeBetween(3, 4);
		assertThat(records.stream().flatMap((record) -> record.rests().stream()).map(Remaining::lock).distinct())
			.hasSize(5000);
	}

	@Test
	void operatorEndsARest() {
		Hold hold = acquire();
		rest(hold, Duration.ofSeconds(60));
		hold.close();
		Waiter next = ask(false);
		this.loop.advance(Duration.ofSeconds(1));
		CompletableFuture<Boolean> ended = this.shard.endRest(KEY);
		this.loop.advance(Duration.ofMillis(10));
		assertThat(ended).isCompletedWithValue(true);
		assertThat(next.granted).isCompleted();
		CompletableFuture<Boolean> again = this.shard.endRest(KEY);
		this.loop.runAll();
		assertThat(again).isCompletedWithValue(false);
		this.ports.connection = 0;
		this.loop.advance(Duration.ofMillis(600));
		CompletableFuture<Boolean> unknown = this.shard.endRest(KEY);
		this.loop.runAll();
		assertThat(unknown).isCompletedExceptionally();
	}

	/** Like any lock that is awaited, it costs neither a timer per look nor a record. */
	@Test
	void lockThatRestsLeavesOneTimer() {
		Hold hold = acquire();
		rest(hold, Duration.ofSeconds(60));
		hold.close();
		this.loop.advance(Duration.ofMillis(10));
		int timers = this.loop.timers();
		Waiter next = ask(false);
		for (int i = 0; i < 100; i++) {
			ask(true);
			this.loop.runAll();
		}
		assertThat(this.loop.timers()).isEqualTo(timers + 1);
		next.granted.cancel(false);
		this.shard.givenUp(KEY);
		this.loop.runAll();
		assertThat(this.loop.timers()).isEqualTo(timers);
	}

}

package io.pulsarlock.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.LineTable;
import io.pulsarlock.line.Position;
import io.pulsarlock.line.Share;
import io.pulsarlock.line.TableChange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that exceptions anywhere may end the session, whose holders are then notified,
 * but not the shard.
 */
class ShardFailureTests {

	private static final UUID OTHER = new UUID(1, 2);

	private final ManualLoop loop = new ManualLoop(0);

	private final ThrowingPorts world = new ThrowingPorts();

	private final List<HoldEvent> events = new ArrayList<>();

	private @Nullable Throwable listenerThrows;

	private int refusals;

	private @Nullable Throwable idsThrow;

	private final Shard shard = new Shard(0,
			SessionSettings.of("a")
				.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4))
				.withShards(1)
				.withAffinity(Duration.ZERO, 1),
			this.loop, this.world.connector(), this::callback, this::event, this::id, new ClusterAgreement(0),
			new Availability(SessionSettings.of("a").withShards(1)));

	ShardFailureTests() {
		this.shard.start();
		this.loop.advance(Duration.ofMillis(100));
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	static List<Throwable> failures() {
		return List.of(new IllegalStateException("on purpose"), new StackOverflowError("on purpose"),
				new OutOfMemoryError("on purpose"), new NoClassDefFoundError("on purpose"));
	}

	private void callback(Runnable task) {
		if (this.refusals > 0) {
			this.refusals--;
			throw new OutOfMemoryError("unable to create native thread: on purpose");
		}
		task.run();
	}

	private void event(HoldEvent event) {
		this.events.add(event);
		ThrowingPorts.raise(this.listenerThrows);
	}

	private UUID id() {
		Throwable once = this.idsThrow;
		this.idsThrow = null;
		ThrowingPorts.raise(once);
		return UUID.randomUUID();
	}

	private Waiter ask(String lock) {
		Waiter waiter = new Waiter(false, null);
		this.shard.acquire("l:" + lock, lock, LockKind.LOCK, waiter);
		return waiter;
	}

	private Hold acquire(String lock) {
		Waiter waiter = ask(lock);
		this.loop.advance(Duration.ofMillis(100));
		assertThat(waiter.granted).isCompleted();
		return waiter.granted.join();
	}

	private void assertEndedAndBack(Hold hold, List<LockLoss> told) {
		assertThat(hold.isHeld()).isFalse();
		assertThat(told).singleElement()
			.satisfies((loss) -> assertThat(loss.reason()).isEqualTo(LockLoss.Reason.NO_ANSWER));
		assertThat(this.shard.isConfirmed()).as("joined again").isTrue();
		assertThat(acquire("another").isHeld()).isTrue();
	}

	@ParameterizedTest
	@MethodSource("failures")
	void portThatThrowsInATickEndsTheSessionAndTheShardJoinsAgain(Throwable failure) {
		Hold hold = acquire("stock");
		List<LockLoss> told = new ArrayList<>();
		hold.onLost(told::add);
		this.world.connectionThrows = failure;
		this.loop.advance(Duration.ofMillis(300));
		assertThat(this.world.connectionThrows).isNull();
		assertEndedAndBack(hold, told);
	}

	@ParameterizedTest
	@MethodSource("failures")
	void orderThatMeetsAnExceptionGetsAnAnswer(Throwable failure) {
		this.world.connectionThrows = failure;
		CompletableFuture<Boolean> gone = this.shard.takeAway("l:stock", "Lock 'stock'");
		this.loop.advance(Duration.ofMillis(300));
		assertThatExceptionOfType(CompletionException.class).isThrownBy(gone::join)
			.withCauseInstanceOf(LockUnavailableException.class)
			.withMessageContaining("may or may not be done");
		assertThat(this.shard.isConfirmed()).as("joined again").isTrue();
	}

	@ParameterizedTest
	@MethodSource("failures")
	void portThatThrowsInAWriteCostsItsSessionAndNobodyElseAnything(Throwable failure) {
		Hold hold = acquire("stock");
		List<LockLoss> told = new ArrayList<>();
		hold.onLost(told::add);
		this.world.publishThrows = failure;
		ask("second");
		this.loop.advance(Duration.ofMillis(300));
		assertThat(this.world.publishThrows).isNull();
		assertEndedAndBack(hold, told);
		LineTable others = new LineTable();
		for (int i = 0; i < this.world.records.size(); i++) {
			TableChange change = others.apply(new Position(1, i), this.world.records.get(i));
			assertThat(change.missing()).as("a record is missed before %s", this.world.records.get(i)).isFalse();
			if (i == 0) {
				others.seal();
			}
		}
	}

	@ParameterizedTest
	@MethodSource("failures")
	void recordThatCannotBeMadeTakesNoNumber(Throwable failure) {
		Session session = this.shard.activeSession();
		long next = session.lease().nextSequence();
		try {
			session.publish((sequence) -> {
				ThrowingPorts.raise(failure);
				return new Bye(OTHER, 0, 0);
			});
		}
		catch (Throwable ex) {
			assertThat(ex).isSameAs(failure);
		}
		assertThat(session.lease().nextSequence()).isEqualTo(next);
	}

	@ParameterizedTest
	@MethodSource("failures")
	void openingThatThrowsIsTriedAgain(Throwable failure) {
		this.world.connectionThrows = failure;
		this.world.openThrows = failure;
		this.idsThrow = failure;
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(this.world.openThrows).isNull();
		assertThat(this.idsThrow).isNull();
		assertThat(this.shard.isConfirmed()).isTrue();
		assertThat(this.world.open).as("journals left open").isEqualTo(1);
	}

	@ParameterizedTest
	@MethodSource("failures")
	void listenerThatThrowsCostsNoLock(Throwable failure) {
		this.listenerThrows = failure;
		Hold hold = acquire("stock");
		this.loop.advance(Duration.ofSeconds(1));
		this.world.publishSilent = true;
		this.loop.advance(Duration.ofMillis(2600));
		this.world.publishSilent = false;
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(this.events).extracting(HoldEvent::type)
			.containsExactly(HoldEvent.Type.ACQUIRED, HoldEvent.Type.JEOPARDY, HoldEvent.Type.RECOVERED);
		assertThat(hold.isHeld()).isTrue();
		assertThat(this.world.sessions()).as("sessions").hasSize(1);
	}

	@ParameterizedTest
	@MethodSource("failures")
	void allHoldersAreToldThoughTheJournalThrows(Throwable failure) {
		List<LockLoss> told = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			acquire("lock-" + i).onLost(told::add);
		}
		this.world.connectionThrows = failure;
		this.loop.advance(Duration.ofSeconds(3));
		assertThat(told).hasSize(20);
		assertThat(this.shard.isConfirmed()).isTrue();
		assertThat(acquire("lock-7").isHeld()).isTrue();
	}

	@Test
	void allHoldersAreToldThoughThreadsAreShort() {
		List<LockLoss> told = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			acquire("lock-" + i).onLost(told::add);
		}
		this.refusals = 500;
		this.world.connectionThrows = new OutOfMemoryError("on purpose");
		this.loop.advance(Duration.ofSeconds(2));
		assertThat(this.refusals).isZero();
		assertThat(told).hasSize(50);
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	@Test
	void goodbyeIsSaidOnceHoweverOftenTheEndIsTried() {
		this.world.closeThrows = 3;
		this.world.connectionThrows = new OutOfMemoryError("on purpose");
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(this.world.closeThrows).isZero();
		assertThat(this.world.records.stream().filter(Bye.class::isInstance)).hasSize(1);
		assertThat(this.shard.isConfirmed()).isTrue();
	}

	@Test
	void asynchronousHolderIsToldLaterWhenThreadsAreShort() {
		SessionLock lock = new SessionLock("stock", "l:stock", Share.EXCLUSIVE, () -> this.shard, new ThreadHolds());
		this.refusals = 5;
		CompletableFuture<LockHandle> coming = lock.acquireAsync(Duration.ofSeconds(30), null);
		this.loop.advance(Duration.ofMillis(20));
		assertThat(coming).isNotDone();
		this.loop.advance(Duration.ofMillis(200));
		assertThat(coming).isCompletedWithValueMatching(LockHandle::isHeld);
	}

	@Test
	void grantedAsynchronouslyLeavesNoDeadline() {
		SessionLock lock = new SessionLock("stock", "l:stock", Share.EXCLUSIVE, () -> this.shard, new ThreadHolds());
		this.loop.advance(Duration.ofSeconds(1));
		int before = this.loop.timers();
		for (int i = 0; i < 1000; i++) {
			CompletableFuture<LockHandle> coming = lock.acquireAsync(Duration.ofHours(1), null);
			this.loop.advance(Duration.ofMillis(1));
			coming.join().close();
		}
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(this.loop.timers()).isEqualTo(before);
	}

	@Test
	void openingThatHasEndedLeavesNoLimit() {
		int before = this.loop.timers();
		for (int i = 0; i < 5; i++) {
			this.world.connectionThrows = new IllegalStateException("on purpose");
			this.loop.advance(Duration.ofSeconds(2));
		}
		assertThat(this.loop.timers()).isEqualTo(before);
	}

	@Test
	void refusedAndCancelledWaitersLeaveNothingBehind() {
		this.world.append(new Heartbeat(OTHER, 0, true, new SessionInfo("b", 10_000, 4_000, 1), Position.NONE,
				Position.NONE, Position.NONE, List.of()));
		for (int i = 0; i < 1000; i++) {
			this.world.append(new Request(OTHER, i + 1, "l:foreign-" + i));
		}
		this.loop.advance(Duration.ofMillis(100));
		for (int i = 0; i < 1000; i++) {
			Waiter waiter = new Waiter(true, null);
			this.shard.acquire("l:foreign-" + i, "foreign-" + i, LockKind.LOCK, waiter);
			this.loop.runAll();
			assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> get(waiter));
		}
		assertThat(this.shard.locks().keys()).isEmpty();
		Waiter waiter = ask("foreign-0");
		this.loop.advance(Duration.ofSeconds(1));
		waiter.abandoned = true;
		this.loop.advance(Duration.ofSeconds(1));
		assertThat(this.shard.locks().keys()).isEmpty();
	}

	@Test
	void whatItsCallerCouldNotTakeIsReleased() {
		Waiter waiter = ask("stock");
		this.loop.advance(Duration.ofMillis(100));
		assertThat(waiter.granted.join().isHeld()).isTrue();
		waiter.abandoned = true;
		this.loop.advance(Duration.ofMillis(100));
		assertThat(waiter.granted.join().isHeld()).isFalse();
		assertThat(this.events).extracting(HoldEvent::type)
			.containsExactly(HoldEvent.Type.ACQUIRED, HoldEvent.Type.RELEASED);
		assertThat(acquire("stock").isHeld()).isTrue();
	}

	@Test
	void everyCallerIsToldOfARefusalByAnExceptionOfItsOwn() {
		this.world.publishSilent = true;
		SessionLock lock = new SessionLock("stock", "l:stock", Share.EXCLUSIVE, () -> this.shard, new ThreadHolds());
		List<CompletableFuture<LockHandle>> all = Stream.generate(() -> lock.acquireAsync(Duration.ofSeconds(30), null))
			.limit(3)
			.toList();
		this.loop.advance(Duration.ofMillis(10));
		this.shard.sessions().failed(new LockConfigurationException("shared"));
		this.loop.advance(Duration.ofMillis(10));
		List<Throwable> told = all.stream().map((each) -> each.handle((held, failure) -> failure).join()).toList();
		assertThat(told).hasSize(3)
			.allSatisfy((each) -> assertThat(each).isInstanceOf(LockConfigurationException.class));
		assertThat(told.stream().distinct()).hasSize(3);
	}

	@Test
	void whoClaimsAFireTimeAfterTheEndIsToldAtOnce() {
		this.shard.close();
		this.loop.runAll();
		this.shard.ended();
		assertThat(this.shard.fire("job", 1)).isCompletedExceptionally();
	}

	private static void get(Waiter waiter) throws Throwable {
		try {
			waiter.granted.getNow(null);
		}
		catch (CompletionException ex) {
			throw ex.getCause();
		}
	}

}

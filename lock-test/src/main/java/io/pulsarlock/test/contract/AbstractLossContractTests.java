package io.pulsarlock.test.contract;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockHandles;
import io.pulsarlock.LockJeopardized;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRecovered;
import io.pulsarlock.LockReleased;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.Registration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The second rung: locks that are lost while they are held, and connections that break.
 * The numbers are explained in {@link AbstractLockContractTests}.
 *
 * @since 0.1.0
 */
public abstract class AbstractLossContractTests extends AbstractLockContractTests {

	@Test
	@DisplayName("8: a lost lock is no longer held when the next holder enters")
	void lossIsKnownBeforeTheNextHolderEnters() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		for (int i = 0; i < 2; i++) {
			LockHandle held = a.obtain("stock").acquire(LONG);
			long token = held.fencingToken();
			CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
			CompletableFuture<Boolean> overlap = next.thenApply((any) -> held.isHeld());
			awaitWaiters(a, "stock", 1);
			try (Registration silence = cluster().silence(a)) {
				assertThat(get(overlap)).isFalse();
				assertThat(get(next).fencingToken()).isGreaterThan(token);
			}
			get(next).close();
		}
	}

	@Test
	void actionThatLosesItsLockIsNotReportedAsDone() {
		LockNode a = node("a");
		node("b");
		AtomicBoolean ran = new AtomicBoolean();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> a.execute("stock", LONG, (held) -> {
			cluster().loseNow(a, "stock");
			await().until(() -> !held.isHeld());
			ran.set(true);
			return "done";
		})).withMessageContaining("stock");
		assertThat(ran).isTrue();
		IOException failure = new IOException("for the test");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> a.execute("stock", LONG, (held) -> {
			cluster().loseNow(a, "stock");
			await().until(() -> !held.isHeld());
			throw failure;
		}))
			.isSameAs(failure)
			.satisfies((ex) -> assertThat(ex.getSuppressed()).singleElement().isInstanceOf(LockLostException.class));
		assertThat(a.heldByCurrentThread("stock")).isEmpty();
	}

	@Test
	@DisplayName("2: the holder is notified of the loss once, in every way there is")
	void holderIsToldOfTheLossOnce() throws Exception {
		LockNode a = node("a");
		node("b");
		List<LockEvent> events = new CopyOnWriteArrayList<>();
		a.addListener(events::add);
		LockHandle held = a.obtain("stock").acquire(LONG);
		long token = held.fencingToken();
		assertThat(held.remaining()).isPositive();
		List<LockLoss> told = new CopyOnWriteArrayList<>();
		held.onLost((lost) -> {
			throw new IllegalStateException("a callback that always fails; this is part of the test");
		});
		held.onLost(told::add);
		cluster().loseNow(a, "stock");
		await().until(() -> !held.isHeld());
		held.onLost(told::add);
		await().until(() -> told.size() == 2);
		assertThat(told).containsOnly(new LockLoss("stock", token, LockLoss.Reason.ENDED_BY_CLUSTER));
		assertThat(held.remaining()).isZero();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(held::assertHeld)
			.withMessageContaining("stock")
			.withMessageContaining("ENDED_BY_CLUSTER");
		assertThatExceptionOfType(LockLostException.class).isThrownBy(held::fencingToken);
		held.close();
		a.obtain("stock").acquire(LONG).close();
		await().until(() -> events.size() == 4);
		assertThat(events).hasExactlyElementsOfTypes(LockAcquired.class, LockLost.class, LockAcquired.class,
				LockReleased.class);
		assertThat(events.get(1).token()).isEqualTo(token);
		assertThat(((LockLost) events.get(1)).reason()).isEqualTo(LockLoss.Reason.ENDED_BY_CLUSTER);
		assertThat(told).hasSize(2);
	}

	@Test
	@DisplayName("12: a removed callback or listener is not notified, all others are")
	void removedListenerIsToldNothing() throws Exception {
		LockNode a = node("a");
		node("b");
		List<LockEvent> removed = new CopyOnWriteArrayList<>();
		List<LockEvent> events = new CopyOnWriteArrayList<>();
		List<LockLoss> told = new CopyOnWriteArrayList<>();
		Registration listener = a.addListener((event) -> addUnlessJeopardy(event, removed));
		a.addListener((event) -> addUnlessJeopardy(event, events));
		LockHandle held = a.obtain("stock").acquire(LONG);
		await().until(() -> removed.size() == 1 && events.size() == 1);
		listener.close();
		listener.close();
		Registration callback = held.onLost(told::add);
		held.onLost(told::add);
		callback.close();
		callback.close();
		cluster().loseNow(a, "stock");
		await().until(() -> told.size() == 1 && events.size() == 2);
		a.obtain("stock").acquire(LONG).close();
		await().until(() -> events.size() == 4);
		assertThat(removed).hasSize(1);
		assertThat(told).hasSize(1);
	}

	/** A busy machine may cause a jeopardy that is over at once. */
	private static void addUnlessJeopardy(LockEvent event, List<LockEvent> events) {
		if (!(event instanceof LockJeopardized) && !(event instanceof LockRecovered)) {
			events.add(event);
		}
	}

	@Test
	@DisplayName("1: releasing a lost lock never touches the next holder's lock")
	void releasingALostLockDoesNotTouchTheNextHolder() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle held = a.obtain("stock").acquire(LONG);
		CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
		awaitWaiters(a, "stock", 1);
		cluster().loseNow(a, "stock");
		LockHandle theirs = get(next);
		held.close();
		held.close();
		expectStockUntouched(a, b, theirs);
	}

	@Test
	@DisplayName("1, 6: a thread that re-enters or unlocks notices the loss")
	void threadThatEntersAgainNoticesTheLoss() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		FencedLock lock = a.obtain("stock");
		lock.lock();
		lock.lock();
		long token = lock.fencingToken();
		CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
		awaitWaiters(a, "stock", 1);
		cluster().loseNow(a, "stock");
		LockHandle theirs = get(next);
		assertThat(lock.isHeldByCurrentThread()).isFalse();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::lock);
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::tryLock);
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> lock.tryLock(1, TimeUnit.SECONDS));
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::lockInterruptibly);
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::fencingToken);
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::unlock);
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::unlock);
		assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(lock::unlock);
		assertThat(theirs.isHeld()).isTrue();
		theirs.close();
		lock.lock();
		assertThat(lock.fencingToken()).isGreaterThan(token);
		lock.unlock();
	}

	@Test
	@DisplayName("5: releasing a lost lock does not hide the exception of the guarded code")
	void releasingALostLockHidesNoException() throws Exception {
		LockNode a = node("a");
		node("b");
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> {
			try (LockHandle held = a.obtain("stock").acquire(LONG)) {
				cluster().loseNow(a, "stock");
				await().until(() -> !held.isHeld());
				throw new IllegalStateException("the guarded code");
			}
		}).withMessage("the guarded code").satisfies((ex) -> assertThat(ex.getSuppressed()).isEmpty());
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> {
			try (LockHandles held = a.acquireAll(List.of("stock", "price"), LONG)) {
				cluster().loseNow(a, "price");
				await().until(() -> !held.isHeld());
				assertThatExceptionOfType(LockLostException.class).isThrownBy(held::assertHeld);
				throw new IllegalStateException("the guarded code");
			}
		}).withMessage("the guarded code").satisfies((ex) -> assertThat(ex.getSuppressed()).isEmpty());
	}

	@Test
	void nodeThatHasLostALockHoldsTheOthersAnewByGrowingTokens() throws Exception {
		LockNode a = node("a");
		node("b");
		List<String> names = List.of("1", "2", "3", "4", "5");
		try (LockHandles held = a.acquireAll(names, LONG)) {
			List<Long> tokens = names.stream().map((name) -> held.get(name).fencingToken()).toList();
			cluster().loseNow(a, "3");
			await().until(() -> !held.get("3").isHeld());
			for (int i = 0; i < names.size(); i++) {
				LockHandle before = held.get(names.get(i));
				if (!before.isHeld()) {
					LockHandle again = a.obtain(names.get(i)).acquire(LONG);
					assertThat(again.fencingToken()).isGreaterThan(tokens.get(i));
					assertThat(before.isHeld()).isFalse();
					again.close();
				}
			}
		}
	}

	@Test
	void lockIsHeldForItsLimitAndNotLonger() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		Duration limit = Duration.ofMillis(400);
		LockHandle held = a.obtain("stock").acquire(LONG, limit);
		assertThat(held.remaining()).isLessThanOrEqualTo(limit);
		List<LockLoss> told = new CopyOnWriteArrayList<>();
		held.onLost(told::add);
		CompletableFuture<Boolean> overlap = b.obtain("stock").acquireAsync(LONG).thenApply((next) -> held.isHeld());
		assertThat(get(overlap)).isFalse();
		await().until(() -> told.size() == 1);
		assertThat(told.get(0).reason()).isEqualTo(LockLoss.Reason.HELD_TOO_LONG);
		assertThatExceptionOfType(LockLostException.class).isThrownBy(held::assertHeld);
		LockHandle quick = a.obtain("quick").acquire(LONG, LONG);
		quick.close();
		assertThat(quick.isHeld()).isFalse();
	}

	@Test
	void limitThatIsSetAnewCountsFromThen() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		Duration limit = Duration.ofSeconds(2);
		LockHandle longer = a.obtain("longer").acquire(LONG, limit);
		LockHandle unlimited = a.obtain("unlimited").acquire(LONG, limit);
		LockHandle held = a.obtain("stock").acquire(LONG, LONG);
		assertThatIllegalArgumentException().isThrownBy(() -> held.holdFor(Duration.ZERO))
			.withMessageContaining("holdFor");
		longer.holdFor(Duration.ofSeconds(Long.MAX_VALUE));
		unlimited.holdFor(null);
		CompletableFuture<Boolean> overlap = b.obtain("stock").acquireAsync(LONG).thenApply((next) -> held.isHeld());
		held.holdFor(limit);
		assertThat(held.remaining()).isLessThanOrEqualTo(limit);
		assertThat(overlap).isNotDone();
		assertThat(get(overlap)).isFalse();
		// Their first limits began before that one.
		assertThat(longer.isHeld()).isTrue();
		assertThat(unlimited.isHeld()).isTrue();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> held.holdFor(LONG))
			.withMessageContaining("HELD_TOO_LONG");
		assertThat(held.isHeld()).isFalse();
		longer.close();
		assertThatIllegalStateException().isThrownBy(() -> longer.holdFor(LONG));
		unlimited.close();
	}

	@Test
	@DisplayName("2: the holder keeps the lock while connections break for less than the grace")
	void holderKeepsTheLockWhileConnectionsBreak() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		List<LockEvent> events = new CopyOnWriteArrayList<>();
		a.addListener(events::add);
		LockHandle held = a.obtain("stock").acquire(LONG);
		long token = held.fencingToken();
		CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
		awaitWaiters(a, "stock", 1);
		for (int i = 0; i < 2; i++) {
			cluster().breakConnections();
			// Whether the holder has been in jeopardy depends on how soon it looked; in
			// the end it is not, and the others can say again that it has the lock.
			await().until(() -> count(events, LockJeopardized.class) == count(events, LockRecovered.class)
					&& isBusy(b.obtain("stock")));
			assertThat(held.isHeld()).isTrue();
			assertThat(next).isNotDone();
		}
		assertThat(held.fencingToken()).isEqualTo(token);
		held.close();
		assertThat(get(next).fencingToken()).isGreaterThan(token);
		await().until(() -> count(events, LockReleased.class) == 1);
		assertThat(count(events, LockLost.class)).isZero();
		assertThat(events.get(0)).isInstanceOf(LockAcquired.class);
		for (int i = 1; i < events.size() - 1; i++) {
			assertThat(events.get(i)).isInstanceOf((i % 2 == 1) ? LockJeopardized.class : LockRecovered.class);
		}
	}

	private static long count(List<LockEvent> events, Class<? extends LockEvent> type) {
		return events.stream().filter(type::isInstance).count();
	}

	private static boolean isBusy(FencedLock lock) {
		try {
			return lock.tryAcquire().isEmpty();
		}
		catch (LockUnavailableException ex) {
			return false;
		}
	}

	@Test
	@DisplayName("7: tokens grow over broken connections")
	void tokensGrowOverBrokenConnections() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		long last = 0;
		for (int i = 0; i < 3; i++) {
			for (LockNode node : List.of(a, b)) {
				try (LockHandle held = node.obtain("stock").acquire(LONG)) {
					assertThat(held.fencingToken()).isGreaterThan(last);
					last = held.fencingToken();
				}
			}
			cluster().breakConnections();
		}
	}

}

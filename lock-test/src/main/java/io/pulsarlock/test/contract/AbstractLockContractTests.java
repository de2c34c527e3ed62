package io.pulsarlock.test.contract;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.pulsarlock.ClusterView.LockView;
import io.pulsarlock.FencedLock;
import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockHandles;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockReleased;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.Participant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The first rung: locks while nothing fails.
 * <p>
 * What users of lock libraries were bitten by, as thirteen points. The number in front of
 * a test's name says which one it holds.
 * <ol>
 * <li>A stale holder's release never touches the next holder's lock.
 * <li>One failed attempt to renew or reconnect is tried again, and if that is hopeless
 * the holder is told.
 * <li>A bounded wait is over within its bound (10 % and 50 ms more), also under
 * contention, spurious wake-ups and with the broker down.
 * <li>An interrupt is an {@link InterruptedException} where the method is interruptible,
 * never wrapped; elsewhere the flag is restored.
 * <li>Releasing never hides the exception of the guarded code.
 * <li>Entering again gives the same token, costs nothing and still notices a loss.
 * <li>Tokens strictly grow, from owner to owner, over restarts and reconnections.
 * <li>A lost lock is not held any more <em>before</em> another holder can have it.
 * <li>Every thread and every object at the broker is gone after release and close.
 * <li>A name that is null or blank is an error; different names, kinds and clusters never
 * share a lock.
 * <li>What is asynchronous holds the lock until it is completed, and can be cancelled.
 * <li>A leader's listeners hear of each leadership and of its end exactly once, in order,
 * also at shutdown; none of them can stop the election.
 * <li>The wall clock means nothing.
 * </ol>
 * Points 5 and 11 have a second half, annotated methods, and so does 9, the end of an
 * application context: a registry knows neither, so the starter's own tests hold them.
 * Point 13 cannot be tested from within a process, whose clock cannot be set; an
 * architecture test of the library forbids to read a wall clock at all.
 *
 * @since 0.1.0
 */
public abstract class AbstractLockContractTests extends ContractTests {

	@Test
	@DisplayName("7: one holder at a time in the whole cluster, and tokens grow from holder to holder")
	void lockHasOneHolderAtATimeAndTokensGrow() throws Exception {
		List<LockNode> nodes = List.of(node("a"), node("b"), node("c"));
		AtomicInteger inside = new AtomicInteger();
		List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
		int[] counter = new int[1];
		List<Caller<Void>> callers = new ArrayList<>();
		for (LockNode node : nodes) {
			for (int thread = 0; thread < 2; thread++) {
				callers.add(Caller.start(() -> {
					for (int i = 0; i < 15; i++) {
						try (LockHandle held = node.obtain("stock").acquire(LONG)) {
							assertThat(inside.incrementAndGet()).isOne();
							tokens.add(held.fencingToken());
							counter[0]++;
							Thread.yield();
							held.assertHeld();
							inside.decrementAndGet();
						}
					}
					return null;
				}));
			}
		}
		Caller.getAll(callers);
		assertThat(counter[0]).isEqualTo(90);
		assertThat(tokens).hasSize(90).doesNotHaveDuplicates().isSorted();
	}

	@Test
	@DisplayName("7: tokens grow when every node is closed and started again")
	void tokensGrowOverRestarts() throws Exception {
		long last = 0;
		for (int i = 0; i < 3; i++) {
			LockNode node = node("a");
			long token = node.obtain("stock").acquire(LONG).fencingToken();
			assertThat(token).isGreaterThan(last);
			last = token;
			node.close();
		}
	}

	@Test
	void lockIsGrantedInTheOrderOfTheRequestsAcrossNodes() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockNode c = node("c");
		LockHandle first = a.obtain("stock").acquire(LONG);
		List<String> order = new CopyOnWriteArrayList<>();
		List<CompletableFuture<?>> ends = new ArrayList<>();
		int waiters = 0;
		for (LockNode node : List.of(c, b, a)) {
			ends.add(node.obtain("stock").acquireAsync(LONG).thenAccept((held) -> {
				order.add(node.node());
				held.close();
			}));
			awaitWaiters(a, "stock", ++waiters);
		}
		first.close();
		for (CompletableFuture<?> end : ends) {
			get(end);
		}
		assertThat(order).containsExactly("c", "b", "a");
	}

	@Test
	@DisplayName("7: a lock taken again and again by one node has a larger token each time")
	void tokensGrowForOneNodeWithoutOthers() throws Exception {
		FencedLock lock = node("a").obtain("stock");
		long last = 0;
		for (int i = 0; i < 1000; i++) {
			try (LockHandle held = lock.acquire(LONG)) {
				assertThat(held.fencingToken()).isGreaterThan(last);
				last = held.fencingToken();
			}
		}
		try (LockHandle held = node("b").obtain("stock").acquire(LONG)) {
			assertThat(held.fencingToken()).isGreaterThan(last);
		}
	}

	@Test
	void nodeThatNeverRestsDoesNotKeepTheLockFromOthers() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		AtomicBoolean end = new AtomicBoolean();
		List<Caller<Void>> restless = new ArrayList<>();
		AtomicInteger served = new AtomicInteger();
		for (int i = 0; i < 3; i++) {
			restless.add(Caller.start(() -> {
				while (!end.get()) {
					a.obtain("stock").acquire(LONG).close();
					served.incrementAndGet();
				}
				return null;
			}));
		}
		for (int i = 0; i < 10; i++) {
			int before = served.get();
			await().until(() -> served.get() > before);
			b.obtain("stock").acquire(LONG).close();
		}
		end.set(true);
		Caller.getAll(restless);
	}

	@Test
	void releasedLockIsFreeForTheNextCaller() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		for (LockNode node : List.of(a, b, a, b)) {
			FencedLock lock = node.obtain("stock");
			// Heard of the release a moment later.
			await().until(() -> lock.tryAcquire().map((held) -> {
				held.close();
				return held;
			}).isPresent());
		}
	}

	@Test
	@DisplayName("6: re-entry returns the same token and costs nothing")
	void threadThatHasTheLockEntersAgainWithTheSameToken() throws Exception {
		FencedLock lock = node("a").obtain("stock");
		LockNode other = node("b");
		lock.lock();
		long token = lock.fencingToken();
		List<String> open = cluster().openObjects();
		lock.lock();
		lock.lockInterruptibly();
		assertThat(lock.tryLock()).isTrue();
		assertThat(lock.tryLock(1, TimeUnit.SECONDS)).isTrue();
		assertThat(lock.fencingToken()).isEqualTo(token);
		assertThat(cluster().openObjects()).isEqualTo(open);
		assertThat(other.monitor().view().locks()).singleElement().satisfies((view) -> {
			assertThat(view.holder().token()).isEqualTo(token);
			assertThat(view.waiters()).isEmpty();
		});
		for (int i = 0; i < 4; i++) {
			lock.unlock();
			assertThat(lock.isHeldByCurrentThread()).isTrue();
			assertThat(other.obtain("stock").tryAcquire()).isEmpty();
		}
		lock.unlock();
		assertThat(lock.isHeldByCurrentThread()).isFalse();
		other.obtain("stock").acquire(LONG).close();
	}

	@Test
	void handleBelongsToItsOwnerAndNotToAThread() throws Exception {
		LockNode node = node("a");
		FencedLock lock = node.obtain("stock");
		LockHandle held = lock.acquire(LONG);
		assertThat(lock.isHeldByCurrentThread()).isFalse();
		assertThat(node.heldByCurrentThread("stock")).isEmpty();
		assertThat(lock.tryAcquire()).isEmpty();
		Caller.start(() -> {
			held.assertHeld();
			held.close();
			return null;
		}).get();
		assertThat(held.isHeld()).isFalse();
		assertThat(held.remaining()).isZero();
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(held::assertHeld);
		lock.acquire(LONG).close();
		lock.lock();
		assertThat(node.heldByCurrentThread("stock")).isPresent();
		lock.unlock();
	}

	@Test
	@DisplayName("3: a bounded wait ends in time as busy, behind another node")
	void boundedWaitBehindAnotherNodeEndsInTime() throws Exception {
		LockNode b = node("b");
		try (LockHandle held = node("a").obtain("stock").acquire(LONG)) {
			awaitKnown(b, "stock");
			expectBusyInTime(b);
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	@DisplayName("3: a bounded wait ends in time as busy, behind many threads of the same node")
	void boundedWaitBehindThreadsOfTheSameNodeEndsInTime() throws Exception {
		LockNode node = node("a");
		try (LockHandle held = node.obtain("stock").acquire(LONG)) {
			List<Caller<Void>> others = new ArrayList<>();
			for (int i = 0; i < 10; i++) {
				others.add(Caller.start(() -> {
					expectBusyWithin(node, Duration.ofMillis(700));
					return null;
				}));
			}
			expectBusyInTime(node);
			Caller.getAll(others);
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	@DisplayName("3: a bounded wait ends in time although other callers come and go")
	void boundedWaitEndsInTimeAlthoughOthersComeAndGo() throws Exception {
		LockNode b = node("b");
		LockNode c = node("c");
		try (LockHandle held = node("a").obtain("stock").acquire(LONG)) {
			awaitKnown(b, "stock");
			AtomicBoolean end = new AtomicBoolean();
			List<Caller<Void>> others = new ArrayList<>();
			for (LockNode node : List.of(b, c)) {
				others.add(Caller.start(() -> {
					while (!end.get()) {
						CompletableFuture<LockHandle> coming = node.obtain("stock").acquireAsync(LONG);
						Thread.yield();
						coming.cancel(true);
						node.obtain("other").acquire(LONG).close();
					}
					return null;
				}));
			}
			expectBusyInTime(b);
			end.set(true);
			Caller.getAll(others);
			assertThat(held.isHeld()).isTrue();
		}
	}

	private static void expectBusyInTime(LockNode node) throws Exception {
		Duration wait = Duration.ofMillis(500);
		FencedLock lock = node.obtain("stock");
		expectBusyWithin(node, wait);
		after(wait, () -> assertThat(lock.tryLock(wait.toMillis(), TimeUnit.MILLISECONDS)).isFalse());
		after(wait, () -> assertThatExceptionOfType(LockBusyException.class)
			.isThrownBy(() -> get(lock.acquireAsync(wait))));
		after(wait, () -> assertThatExceptionOfType(LockBusyException.class)
			.isThrownBy(() -> node.acquireAll(List.of("another", "stock"), wait)));
		punctually(Duration.ZERO, () -> assertThat(lock.tryLock()).isFalse());
		punctually(Duration.ZERO, () -> assertThat(lock.tryAcquire()).isEmpty());
		punctually(Duration.ZERO, () -> assertThat(lock.tryLock(0, TimeUnit.SECONDS)).isFalse());
	}

	private static void expectBusyWithin(LockNode node, Duration wait) throws Exception {
		try {
			after(wait,
					() -> assertThatExceptionOfType(LockBusyException.class)
						.isThrownBy(() -> node.obtain("stock").acquire(wait))
						.withMessageContaining("stock"));
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new AssertionError(ex);
		}
	}

	private static void awaitKnown(LockNode node, String lock) {
		await().until(() -> node.monitor().view().locks().stream().map(LockView::name).anyMatch(lock::equals));
	}

	@Test
	void freeLockIsTakenWithoutWaiting() throws Exception {
		LockNode node = node("a");
		FencedLock lock = node.obtain("stock");
		assertThat(lock.tryAcquire()).hasValueSatisfying(LockHandle::close);
		assertThat(lock.tryLock()).isTrue();
		lock.unlock();
		assertThat(lock.tryLock(0, TimeUnit.SECONDS)).isTrue();
		lock.unlock();
		node.acquireAll(List.of("stock"), Duration.ZERO).close();
		assertThat(lock.tryLock(Long.MAX_VALUE, TimeUnit.DAYS)).isTrue();
		lock.unlock();
		Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
		lock.acquire(forever, forever).close();
		node.acquireAll(List.of("stock"), forever).close();
		assertThatIllegalArgumentException().isThrownBy(() -> lock.acquire(Duration.ofMillis(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> lock.acquire(LONG, Duration.ZERO));
		assertThatIllegalArgumentException().isThrownBy(() -> node.acquireAll(List.of("stock"), Duration.ofMillis(-1)));
	}

	@Test
	@DisplayName("4: an interrupt ends every interruptible wait and leaves nothing behind")
	void interruptEndsAnInterruptibleWait() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		FencedLock lock = b.obtain("stock");
		List<Callable<?>> waits = List.of(() -> lock.acquire(LONG), () -> lock.tryLock(30, TimeUnit.SECONDS), () -> {
			lock.lockInterruptibly();
			return null;
		}, () -> b.acquireAll(List.of("first", "stock"), LONG));
		try (LockHandle held = a.obtain("stock").acquire(LONG)) {
			for (Callable<?> wait : waits) {
				Caller<?> caller = Caller.start(wait);
				awaitWaiters(a, "stock", 1);
				caller.interrupt();
				assertThatExceptionOfType(InterruptedException.class).isThrownBy(caller::get);
				awaitWaiters(a, "stock", 0);
				awaitFree(a, "first");
			}
			for (Callable<?> wait : waits) {
				Caller<?> caller = Caller.start(() -> {
					Thread.currentThread().interrupt();
					return wait.call();
				});
				assertThatExceptionOfType(InterruptedException.class).isThrownBy(caller::get);
			}
			assertThat(held.isHeld()).isTrue();
		}
		awaitFree(b, "stock");
		lock.acquire(LONG).close();
	}

	@Test
	@DisplayName("4: an interrupt does not end lock(), which restores the flag")
	void interruptDoesNotEndAnUninterruptibleWait() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		FencedLock lock = b.obtain("stock");
		LockHandle held = a.obtain("stock").acquire(LONG);
		Caller<Boolean> caller = Caller.start(() -> {
			lock.lock();
			try {
				return lock.isHeldByCurrentThread() && Thread.currentThread().isInterrupted();
			}
			finally {
				lock.unlock();
			}
		});
		awaitWaiters(a, "stock", 1);
		caller.interrupt();
		// It takes a new place, behind the requests made meanwhile.
		awaitWaiters(a, "stock", 1);
		assertThat(caller.isDone()).isFalse();
		held.close();
		assertThat(caller.get()).isTrue();
		assertThat(caller.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("4: an interrupted thread may still try, and stays interrupted")
	void interruptedThreadMayStillTry() throws Exception {
		FencedLock lock = node("a").obtain("stock");
		Caller<Boolean> caller = Caller.start(() -> {
			Thread.currentThread().interrupt();
			boolean locked = lock.tryLock() && Thread.currentThread().isInterrupted();
			lock.unlock();
			lock.tryAcquire().orElseThrow().close();
			return locked;
		});
		assertThat(caller.get()).isTrue();
		assertThat(caller.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("1: releasing twice never touches the next holder's lock")
	void releasingTwiceDoesNotTouchTheNextHolder() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle first = a.obtain("stock").acquire(LONG);
		first.close();
		first.close();
		LockHandle second = a.obtain("stock").acquire(LONG);
		first.close();
		assertThat(second.isHeld()).isTrue();
		second.close();
		try (LockHandle third = b.obtain("stock").acquire(LONG)) {
			first.close();
			second.close();
			expectStockUntouched(a, b, third);
		}
	}

	/** That closing earlier holdings on one node has not touched the other's. */
	static void expectStockUntouched(LockNode a, LockNode b, LockHandle theirs) throws Exception {
		// Whatever the closes may have sent is there before this is.
		a.obtain("other").acquire(LONG).close();
		awaitFree(b, "other");
		assertThat(a.obtain("stock").tryAcquire()).isEmpty();
		assertThat(theirs.isHeld()).isTrue();
	}

	@Test
	@DisplayName("1: only the holder can release a lock")
	void strangerCannotRelease() throws Exception {
		LockNode a = node("a");
		FencedLock lock = a.obtain("stock");
		FencedLock theirs = node("b").obtain("stock");
		lock.lock();
		assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(theirs::unlock);
		Caller<Void> stranger = Caller.start(() -> {
			lock.unlock();
			return null;
		});
		assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(stranger::get);
		assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(theirs::fencingToken);
		assertThat(lock.isHeldByCurrentThread()).isTrue();
		lock.unlock();
		assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(lock::unlock);
	}

	@Test
	@DisplayName("9: nothing is left of a lock that was released")
	void nothingIsLeftOfAReleasedLock() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		List<String> idle = cluster().openObjects();
		for (int i = 0; i < 20; i++) {
			LockHandle held = a.obtain("order", i).acquire(LONG);
			CompletableFuture<LockHandle> next = b.obtain("order", i).acquireAsync(LONG);
			held.close();
			get(next).close();
		}
		await().untilAsserted(() -> assertThat(cluster().openObjects()).isEqualTo(idle));
		// A node may keep a lock it has released, and says a moment later that it is
		// free.
		await().untilAsserted(() -> assertThat(a.monitor().view().locks()).isEmpty());
	}

	@Test
	@DisplayName("9: no thread and nothing at the broker is left after close")
	void nothingIsLeftAfterClose() throws Exception {
		Threads threads = new Threads();
		LockNode a = node("a");
		LockNode b = node("b");
		a.obtain("stock").acquire(LONG);
		CompletableFuture<LockHandle> waiting = b.obtain("stock").acquireAsync(LONG);
		a.leadership().group("digest");
		b.leadership().group("digest");
		assertThat(threads.started()).isNotEmpty();
		b.close();
		a.close();
		assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(() -> get(waiting));
		await().untilAsserted(() -> assertThat(cluster().openObjects()).isEmpty());
		cluster().close();
		await().untilAsserted(() -> assertThat(threads.started()).isEmpty());
	}

	@Test
	@DisplayName("9: close notifies holders and waiters, and hands the locks over at once")
	void closeTellsHoldersAndWaiters() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle held = a.obtain("stock").acquire(LONG);
		List<LockLoss> told = new CopyOnWriteArrayList<>();
		held.onLost(told::add);
		Caller<LockHandle> blocked = Caller.start(() -> a.obtain("stock").acquire(LONG));
		Caller<Void> patient = Caller.start(() -> {
			a.obtain("stock").lock();
			return null;
		});
		CompletableFuture<LockHandle> async = a.obtain("stock").acquireAsync(LONG);
		awaitWaiters(b, "stock", 1);
		CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
		awaitWaiters(b, "stock", 2);
		a.close();
		assertThat(held.isHeld()).isFalse();
		assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(blocked::get);
		assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(patient::get);
		assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(() -> get(async));
		assertThat(get(next, cluster().reconnectGrace()).isHeld()).isTrue();
		await().untilAsserted(() -> assertThat(told).singleElement()
			.extracting(LockLoss::reason)
			.isEqualTo(LockLoss.Reason.NODE_STOPPED));
		a.close();
	}

	@Test
	@DisplayName("9: a closed registry refuses at once")
	void closedRegistryRefusesAtOnce() throws Exception {
		LockNode node = node("a");
		FencedLock lock = node.obtain("stock");
		lock.acquire(LONG).close();
		node.close();
		List<Callable<?>> calls = List.of(() -> lock.acquire(LONG), () -> get(lock.acquireAsync(LONG)), () -> {
			lock.lock();
			return null;
		}, lock::tryLock, lock::tryAcquire, () -> lock.tryLock(30, TimeUnit.SECONDS),
				() -> node.acquireAll(List.of("stock"), LONG), () -> node.monitor().view());
		for (Callable<?> call : calls) {
			Caller<?> caller = Caller.start(call);
			assertThatExceptionOfType(LockUnavailableException.class)
				.isThrownBy(() -> caller.get(Duration.ofSeconds(5)));
		}
	}

	@Test
	@DisplayName("10: a name that is null, blank, too long or not text is an error")
	void badNamesAreErrors() {
		LockNode node = node("a");
		for (String bad : new String[] { "", " ", "\t\n", "x".repeat(LockNode.MAX_NAME_LENGTH + 1), "x\ud800",
				"\ud800x", "\ude00\ud83d" }) {
			assertThatIllegalArgumentException().isThrownBy(() -> node.obtain(bad));
			assertThatIllegalArgumentException().isThrownBy(() -> node.leadership().group(bad));
			assertThatIllegalArgumentException().isThrownBy(() -> node.acquireAll(List.of("good", bad), LONG));
		}
		assertThatIllegalArgumentException().isThrownBy(() -> node.obtain(nothing()));
		assertThatIllegalArgumentException().isThrownBy(() -> node.obtain("order", nothing()));
		assertThatIllegalArgumentException().isThrownBy(() -> node.obtain("order", " "));
		assertThatIllegalArgumentException().isThrownBy(() -> node.obtain(" ", 1));
		assertThatIllegalArgumentException().isThrownBy(() -> node.acquireAll(List.of(), LONG));
	}

	@SuppressWarnings("NullAway")
	private static String nothing() {
		return new AtomicReference<String>().get();
	}

	@Test
	@DisplayName("10: any text is a name, and different names never share a lock")
	void differentNamesNeverShareALock() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		List<String> names = List.of("stock", "Stock", " stock", "stock ", "stock/1", "stock//1", "/stock/1",
				"stock\\1", ".", "..", "../stock", "stock%2F1", "l:stock", "g:stock", "keeper", "reader-1", "k\u00e4se",
				"ka\u0308se", "\u0416\u4e2d\ud83d\ude00", "a\nb", "a?b#c&d", "*", "\"'<>",
				"x".repeat(LockNode.MAX_NAME_LENGTH), "x".repeat(LockNode.MAX_NAME_LENGTH - 1) + "y");
		List<LockHandle> all = new ArrayList<>();
		for (String name : names) {
			LockHandle held = a.obtain(name).acquire(LONG);
			assertThat(held.name()).isEqualTo(name);
			assertThat(a.obtain(name).name()).isEqualTo(name);
			all.add(held);
		}
		await().until(() -> b.monitor().view().locks().size() == names.size());
		for (String name : names) {
			assertThat(b.obtain(name).tryAcquire()).as(name).isEmpty();
		}
		assertThat(b.monitor().view().locks()).extracting(LockView::name).containsExactlyInAnyOrderElementsOf(names);
		assertThat(all).allMatch(LockHandle::isHeld);
	}

	@Test
	@DisplayName("10: pairs of name and key, locks and groups, and clusters never share a lock")
	void kindsAndClustersNeverShareALock() throws Exception {
		LockNode node = node("a");
		List<FencedLock> locks = List.of(node.obtain("a", "b:c"), node.obtain("a:b", "c"), node.obtain("a\\", "b:c"),
				node.obtain("a", "\\b:c"), node.obtain("a\\:b", "c"));
		for (FencedLock lock : locks) {
			assertThat(lock.tryAcquire()).as(lock.name()).isPresent();
		}
		assertThat(node.obtain("a", "b:c").tryAcquire()).isEmpty();
		LockHandle held = node.obtain("same").acquire(LONG);
		await().until(() -> node.leadership().group("same").isLeader());
		LockNode elsewhere = node(track(newCluster()), "a");
		assertThat(elsewhere.obtain("same").tryAcquire()).isPresent();
		assertThat(held.isHeld()).isTrue();
	}

	@Test
	@DisplayName("11: an asynchronously acquired lock is held until it is closed, on any thread")
	void asynchronousHoldingLastsUntilItIsClosed() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		CompletableFuture<Void> work = new CompletableFuture<>();
		CompletableFuture<LockHandle> acquired = a.obtain("stock").acquireAsync(LONG);
		CompletableFuture<?> end = acquired
			.thenCompose((held) -> work.whenComplete((none, ex) -> held.close()).handle((none, ex) -> none));
		get(acquired);
		CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
		awaitWaiters(a, "stock", 1);
		assertThat(b.obtain("stock").tryAcquire()).isEmpty();
		assertThat(next).isNotDone();
		work.completeExceptionally(new IllegalStateException("the work failed"));
		get(end);
		assertThat(get(next).isHeld()).isTrue();
	}

	@Test
	@DisplayName("11: cancelling gives up the place")
	void cancellingGivesThePlaceUp() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle held = a.obtain("stock").acquire(LONG);
		CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
		awaitWaiters(a, "stock", 1);
		next.cancel(true);
		assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> get(next));
		awaitWaiters(a, "stock", 0);
		held.close();
		awaitFree(b, "stock");
	}

	@Test
	@DisplayName("11: a lock granted at the moment of the cancellation is released")
	void lockGrantedAtTheMomentOfTheCancellationIsReleased() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		for (int i = 0; i < 30; i++) {
			LockHandle held = a.obtain("stock").acquire(LONG);
			CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
			if (i % 2 == 0) {
				awaitWaiters(a, "stock", 1);
			}
			held.close();
			if (i % 3 != 0) {
				awaitHolder(a, "stock", "b");
			}
			if (!next.cancel(true)) {
				get(next).close();
			}
		}
		a.obtain("stock").acquire(LONG).close();
		awaitFree(b, "stock");
	}

	private static void awaitHolder(LockNode node, String lock, String holder) {
		await().until(() -> node.monitor()
			.view()
			.locks()
			.stream()
			.anyMatch((view) -> view.name().equals(lock) && view.holder().node().equals(holder)));
	}

	@Test
	void severalLocksAreAcquiredTogetherOrNotAtAll() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		try (LockHandles held = a.acquireAll(List.of("c", "a", "b", "a"), LONG)) {
			assertThat(held.all()).extracting(LockHandle::name).containsExactly("a", "b", "c");
			assertThat(held.get("b").isHeld()).isTrue();
			assertThatIllegalArgumentException().isThrownBy(() -> held.get("d"));
			assertThat(held.isHeld()).isTrue();
			held.assertHeld();
			awaitKnown(b, "b");
			assertThatExceptionOfType(LockBusyException.class)
				.isThrownBy(() -> b.acquireAll(List.of("0", "b", "z"), Duration.ofMillis(200)));
			awaitFree(a, "0");
			awaitFree(a, "z");
			held.get("b").close();
			assertThat(held.isHeld()).isFalse();
		}
		awaitFree(b, "c");
		b.acquireAll(List.of("a", "b", "c"), LONG).close();
	}

	@Test
	void overlappingSetsOfLocksDoNotDeadlock() throws Exception {
		List<LockNode> nodes = List.of(node("a"), node("b"));
		List<List<String>> sets = List.of(List.of("1", "2", "3"), List.of("3", "1"), List.of("2", "3"),
				List.of("3", "2", "1"));
		List<Caller<Void>> callers = new ArrayList<>();
		for (int i = 0; i < sets.size(); i++) {
			LockNode node = nodes.get(i % nodes.size());
			List<String> set = sets.get(i);
			callers.add(Caller.start(() -> {
				for (int round = 0; round < 10; round++) {
					try (LockHandles held = node.acquireAll(set, LONG)) {
						held.assertHeld();
					}
				}
				return null;
			}));
		}
		Caller.getAll(callers);
	}

	@Test
	void viewShowsHolderAndWaitersInOrderOnEveryNode() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockNode c = node("c");
		LockHandle held = a.obtain("stock").acquire(LONG);
		b.obtain("stock").acquireAsync(LONG);
		awaitWaiters(a, "stock", 1);
		c.obtain("stock").acquireAsync(LONG);
		for (LockNode node : List.of(a, b, c)) {
			awaitWaiters(node, "stock", 2);
			assertThat(node.monitor().view().locks()).singleElement().satisfies((lock) -> {
				assertThat(lock.name()).isEqualTo("stock");
				assertThat(lock.holder().node()).isEqualTo("a");
				assertThat(lock.holder().token()).isEqualTo(held.fencingToken());
				assertThat(lock.heldFor()).isPositive();
				assertThat(lock.waiters()).extracting(Participant::node).containsExactly("b", "c");
				assertThat(lock.waiters()).extracting(Participant::token).isSorted();
			});
			assertThat(node.monitor().view().groups()).isEmpty();
			assertThat(node.monitor().view().sessions()).filteredOn((session) -> session.own())
				.isNotEmpty()
				.allMatch((session) -> session.node().equals(node.node()));
			assertThat(node.monitor().view().sessions()).extracting((session) -> session.node())
				.contains("a", "b", "c");
		}
	}

	@Test
	void conditionsAreRefusedWithTheReason() {
		FencedLock lock = node("a").obtain("stock");
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(lock::newCondition)
			.withMessageContaining("fencing token");
	}

	@Test
	void actionRunsWhileItsThreadHoldsTheLock() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		FencedLock lock = a.obtain("stock");
		String result = a.execute("stock", LONG, (held) -> {
			assertThat(held.fencingToken()).isEqualTo(lock.fencingToken()).isPositive();
			assertThatExceptionOfType(LockBusyException.class)
				.isThrownBy(() -> b.execute("stock", Duration.ZERO, (theirs) -> "entered"))
				.withMessageContaining("stock");
			assertThatExceptionOfType(LockBusyException.class)
				.isThrownBy(() -> b.execute("stock", Duration.ofNanos(49_987_611), (theirs) -> "entered"))
				.satisfies((ex) -> assertThat(ex).hasMessageContaining("stock").hasMessageNotContaining("PT"));
			// Within itself, and within the methods of a lock.
			return a.execute("stock", Duration.ZERO, (inner) -> "done " + lock.isHeldByCurrentThread());
		});
		assertThat(result).isEqualTo("done true");
		assertThat(lock.isHeldByCurrentThread()).isFalse();
		IOException failure = new IOException("for the test");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> a.execute("stock", LONG, (held) -> {
			throw failure;
		})).isSameAs(failure).satisfies((ex) -> assertThat(ex.getSuppressed()).isEmpty());
		assertThat(b.<Long, RuntimeException>execute("stock", LONG, LockGrant::fencingToken)).isPositive();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> a.execute("stock", Duration.ofSeconds(-1), (held) -> "never"))
			.withMessageContaining("stock");
	}

	@Test
	void listenersHearOfEveryHoldingInOrder() throws Exception {
		LockNode a = node("a");
		List<LockEvent> events = new CopyOnWriteArrayList<>();
		a.addListener((event) -> {
			throw new IllegalStateException("a listener that always fails; this is part of the test");
		});
		a.addListener(events::add);
		for (int i = 0; i < 3; i++) {
			a.obtain("stock").acquire(LONG).close();
		}
		await().until(() -> events.size() == 6);
		assertThat(events).hasExactlyElementsOfTypes(LockAcquired.class, LockReleased.class, LockAcquired.class,
				LockReleased.class, LockAcquired.class, LockReleased.class);
		assertThat(events).allMatch((event) -> event.name().equals("stock"));
		assertThat(events.get(0).token()).isEqualTo(events.get(1).token()).isLessThan(events.get(2).token());
	}

}

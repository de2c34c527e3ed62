package io.pulsarlock.test.contract;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.pulsarlock.ClusterView.LockView;
import io.pulsarlock.FencedLock;
import io.pulsarlock.FencedReadWriteLock;
import io.pulsarlock.FencedSemaphore;
import io.pulsarlock.LockAcquired;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockReleased;
import io.pulsarlock.Participant;
import io.pulsarlock.Registration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Locks that several callers have at the same time: readers and writers, and permits.
 *
 * @since 0.2.0
 */
public abstract class AbstractSharingContractTests extends ContractTests {

	private static final Duration SHORT = Duration.ofMillis(300);

	@Test
	void readersShareALockAndNoneOvertakesAWriterThatWaits() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle first = a.readWriteLock("prices").readLock().acquire(LONG);
		LockHandle second = b.readWriteLock("prices").readLock().acquire(LONG);
		assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
		assertThat(first.isHeld()).isTrue();
		CompletableFuture<LockHandle> writer = b.readWriteLock("prices").writeLock().acquireAsync(LONG);
		awaitWaiters(a, "prices", 1);
		CompletableFuture<LockHandle> third = a.readWriteLock("prices").readLock().acquireAsync(LONG);
		awaitWaiters(a, "prices", 2);
		assertThat(a.readWriteLock("prices").readLock().tryAcquire()).as("behind the writer").isEmpty();
		first.close();
		awaitHolders(a, "prices", "b");
		assertThat(writer).isNotDone();
		assertThat(third).isNotDone();
		long latest = second.fencingToken();
		second.close();
		LockHandle written = get(writer);
		assertThat(written.fencingToken()).isGreaterThan(latest);
		assertThat(third).isNotDone();
		long token = written.fencingToken();
		written.close();
		assertThat(get(third).fencingToken()).isGreaterThan(token);
		get(third).close();
	}

	@Test
	void writeLockIsTheLockOfThatName() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		try (LockHandle held = a.obtain("prices").acquire(LONG)) {
			assertThat(held.isHeld()).isTrue();
			awaitHolders(b, "prices", "a");
			assertThat(b.readWriteLock("prices").readLock().tryAcquire()).isEmpty();
			assertThat(a.readWriteLock("prices").readLock().tryAcquire()).isEmpty();
			assertThatExceptionOfType(LockBusyException.class)
				.isThrownBy(() -> b.readWriteLock("prices").readLock().acquire(SHORT));
		}
		try (LockHandle held = b.readWriteLock("prices").readLock().acquire(LONG)) {
			assertThat(held.isHeld()).isTrue();
			awaitHolders(a, "prices", "b");
			assertThat(a.obtain("prices").tryAcquire()).isEmpty();
			assertThat(b.obtain("prices").tryAcquire()).isEmpty();
		}
	}

	/** Also when it stays with the node, or its release has not come back yet. */
	@Test
	void lockThatThisNodeHasJustReleasedIsFreeForItInEachWay() throws Exception {
		LockNode a = node("a");
		node("b");
		FencedReadWriteLock lock = a.readWriteLock("prices");
		for (int i = 0; i < 10; i++) {
			lock.writeLock().tryAcquire().orElseThrow().close();
			lock.readLock().tryAcquire().orElseThrow().close();
			lock.writeLock().tryAcquire().orElseThrow().close();
			lock.writeLock().acquire(LONG).close();
			lock.readLock().acquire(LONG).close();
		}
	}

	@Test
	void readersAndWritersOfAllNodesNeverMeet() throws Exception {
		AtomicInteger readers = new AtomicInteger();
		AtomicInteger writers = new AtomicInteger();
		AtomicInteger together = new AtomicInteger();
		Set<Long> tokens = ConcurrentHashMap.newKeySet();
		List<Caller<Void>> callers = new ArrayList<>();
		for (LockNode node : List.of(node("a"), node("b"), node("c"))) {
			for (int thread = 0; thread < 3; thread++) {
				boolean writes = thread == 0;
				callers.add(Caller.start(() -> {
					FencedReadWriteLock lock = node.readWriteLock("prices");
					for (int i = 0; i < 15; i++) {
						try (LockHandle held = (writes ? lock.writeLock() : lock.readLock()).acquire(LONG)) {
							tokens.add(held.fencingToken());
							AtomicInteger mine = writes ? writers : readers;
							int now = mine.incrementAndGet();
							together.accumulateAndGet(writes ? 0 : now, Math::max);
							assertThat(writers.get()).isEqualTo(writes ? 1 : 0);
							assertThat(!writes || readers.get() == 0).isTrue();
							TimeUnit.MILLISECONDS.sleep(2);
							held.assertHeld();
							mine.decrementAndGet();
						}
					}
					return null;
				}));
			}
		}
		Caller.getAll(callers);
		assertThat(tokens).hasSize(135);
		assertThat(together.get()).as("most readers at the same time").isGreaterThan(1);
	}

	@Test
	void semaphoreGivesNoMorePermitsThanThereAre() throws Exception {
		AtomicInteger used = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		Set<Long> tokens = ConcurrentHashMap.newKeySet();
		List<Caller<Void>> callers = new ArrayList<>();
		for (LockNode node : List.of(node("a"), node("b"), node("c"))) {
			for (int thread = 0; thread < 3; thread++) {
				int permits = 1 + thread % 2;
				callers.add(Caller.start(() -> {
					FencedSemaphore semaphore = node.semaphore("mail", 3);
					for (int i = 0; i < 15; i++) {
						try (LockHandle held = semaphore.acquire(permits, LONG, null)) {
							tokens.add(held.fencingToken());
							int now = used.addAndGet(permits);
							assertThat(now).isLessThanOrEqualTo(3);
							most.accumulateAndGet(now, Math::max);
							TimeUnit.MILLISECONDS.sleep(2);
							held.assertHeld();
							used.addAndGet(-permits);
						}
					}
					return null;
				}));
			}
		}
		Caller.getAll(callers);
		assertThat(tokens).hasSize(135);
		assertThat(most.get()).as("most permits at the same time").isGreaterThan(1);
	}

	@Test
	void callerThatWantsOnePermitDoesNotOvertakeOneThatWantsSeveral() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle first = a.semaphore("mail", 3).acquire(2, LONG, null);
		CompletableFuture<LockHandle> second = b.semaphore("mail", 3).acquireAsync(2, LONG, null);
		awaitWaiters(a, "mail", 1);
		assertThat(a.semaphore("mail", 3).tryAcquire()).isEmpty();
		CompletableFuture<LockHandle> third = a.semaphore("mail", 3).acquireAsync(LONG);
		awaitWaiters(a, "mail", 2);
		first.close();
		assertThat(get(second).fencingToken()).isLessThan(get(third).fencingToken());
		awaitHolders(a, "mail", "b", "a");
		assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> b.semaphore("mail", 3).acquire(SHORT));
		get(second).close();
		get(third).close();
	}

	@Test
	void callersThatDisagreeAreToldBothNumbers() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		try (LockHandle held = a.semaphore("mail", 3).acquire(LONG)) {
			assertThatExceptionOfType(LockConfigurationException.class)
				.isThrownBy(() -> b.semaphore("mail", 5).acquire(LONG))
				.withMessageContaining("mail")
				.withMessageContaining("3 permits by node 'a'")
				.withMessageContaining("5 permits");
			assertThatExceptionOfType(LockConfigurationException.class)
				.isThrownBy(() -> a.semaphore("mail", 5).tryAcquire())
				.withMessageContaining("5 permits");
			assertThatExceptionOfType(LockConfigurationException.class)
				.isThrownBy(() -> get(b.readWriteLock("mail").readLock().acquireAsync(LONG)))
				.withMessageContaining("as a shared lock");
			assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> b.obtain("mail").tryLock())
				.withMessageContaining("as an exclusive lock");
			assertThat(held.isHeld()).isTrue();
			b.semaphore("mail", 3).acquire(LONG).close();
		}
		awaitFree(b, "mail");
		b.semaphore("mail", 5).acquire(5, LONG, null).close();
		awaitFree(a, "mail");
		a.obtain("mail").acquire(LONG).close();
	}

	@Test
	void numbersOfPermitsThatCannotBeAreRefused() {
		LockNode a = node("a");
		assertThatIllegalArgumentException().isThrownBy(() -> a.semaphore("mail", 0))
			.withMessageContaining("between 1 and 1000000");
		assertThatIllegalArgumentException().isThrownBy(() -> a.semaphore("mail", 1_000_001));
		assertThatIllegalArgumentException().isThrownBy(() -> a.semaphore(" ", 3));
		assertThatIllegalArgumentException().isThrownBy(() -> a.readWriteLock(""));
		assertThatIllegalArgumentException().isThrownBy(() -> a.semaphore("mail", 3).acquire(4, LONG, null))
			.withMessageContaining("between 1 and 3");
		assertThatIllegalArgumentException().isThrownBy(() -> a.semaphore("mail", 3).tryAcquire(0));
		assertThat(a.semaphore("mail", "eu", 3).name()).isEqualTo(a.obtain("mail", "eu").name());
		assertThat(a.readWriteLock("mail", "eu").name()).isEqualTo(a.obtain("mail", "eu").name());
	}

	@Test
	void writerThatDowngradesKeepsItsPlaceAndLetsReadersIn() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		FencedReadWriteLock lock = a.readWriteLock("prices");
		LockHandle held = lock.writeLock().acquire(LONG);
		long token = held.fencingToken();
		CompletableFuture<LockHandle> reader = b.readWriteLock("prices").readLock().acquireAsync(LONG);
		awaitWaiters(a, "prices", 1);
		CompletableFuture<LockHandle> writer = a.readWriteLock("prices").writeLock().acquireAsync(LONG);
		awaitWaiters(a, "prices", 2);
		lock.downgrade(held);
		lock.downgrade(held);
		assertThat(get(reader).fencingToken()).isGreaterThan(token);
		assertThat(held.isHeld()).isTrue();
		assertThat(held.fencingToken()).isEqualTo(token);
		awaitHolders(b, "prices", "a", "b");
		assertThat(writer).isNotDone();
		held.close();
		get(reader).close();
		get(writer).close();
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> lock.downgrade(held));
		try (LockHandle other = a.obtain("other").acquire(LONG)) {
			assertThatIllegalArgumentException().isThrownBy(() -> lock.downgrade(other));
		}
	}

	@Test
	void threadThatWritesMayReadAndKeepsReadingWhenItUnlocksTheWriteLock() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		FencedReadWriteLock lock = a.readWriteLock("prices");
		for (int i = 0; i < 2; i++) {
			lock.writeLock().lock();
			long token = lock.writeLock().fencingToken();
			lock.readLock().lock();
			assertThat(lock.readLock().fencingToken()).isEqualTo(token);
			assertThat(lock.writeLock().tryLock()).as("again").isTrue();
			lock.writeLock().unlock();
			assertThat(b.readWriteLock("prices").readLock().tryAcquire()).isEmpty();
			lock.writeLock().unlock();
			assertThat(lock.writeLock().isHeldByCurrentThread()).isFalse();
			assertThat(lock.readLock().isHeldByCurrentThread()).isTrue();
			assertThat(a.heldByCurrentThread("prices")).get()
				.satisfies((held) -> assertThat(held.fencingToken()).isEqualTo(token));
			b.readWriteLock("prices").readLock().acquire(LONG).close();
			lock.readLock().unlock();
			assertThat(lock.readLock().isHeldByCurrentThread()).isFalse();
		}
		b.readWriteLock("prices").writeLock().acquire(LONG).close();
	}

	@Test
	void threadThatReadsIsRefusedTheWriteLock() throws Exception {
		LockNode a = node("a");
		FencedReadWriteLock lock = a.readWriteLock("prices");
		FencedLock read = lock.readLock();
		read.lock();
		assertThat(read.tryLock(1, TimeUnit.SECONDS)).as("again").isTrue();
		long token = read.fencingToken();
		assertThatExceptionOfType(LockOperationRefusedException.class).isThrownBy(() -> lock.writeLock().lock())
			.withMessageContaining("prices")
			.withMessageContaining("deadlock");
		assertThatExceptionOfType(LockOperationRefusedException.class).isThrownBy(() -> a.obtain("prices").tryLock());
		assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(() -> lock.writeLock().unlock());
		read.unlock();
		assertThat(read.fencingToken()).isEqualTo(token);
		assertThat(lock.writeLock().isHeldByCurrentThread()).isFalse();
		read.unlock();
		assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(read::unlock);
		lock.writeLock().lock();
		assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(read::unlock);
		lock.writeLock().unlock();
	}

	@Test
	void readerThatIsCutOffLosesItsLockBeforeAWriterEnters() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockNode c = node("c");
		LockHandle cutOff = a.readWriteLock("prices").readLock().acquire(LONG);
		LockHandle other = c.readWriteLock("prices").readLock().acquire(LONG);
		List<LockLoss> told = new CopyOnWriteArrayList<>();
		cutOff.onLost(told::add);
		CompletableFuture<LockHandle> writer = b.readWriteLock("prices").writeLock().acquireAsync(LONG);
		CompletableFuture<Boolean> overlap = writer.thenApply((any) -> cutOff.isHeld());
		awaitWaiters(b, "prices", 1);
		try (Registration silence = cluster().silence(a)) {
			awaitHolders(b, "prices", "c");
			assertThat(cutOff.isHeld()).isFalse();
			assertThat(other.isHeld()).isTrue();
			assertThat(writer).isNotDone();
			other.close();
			assertThat(get(overlap)).isFalse();
		}
		await().until(() -> told.size() == 1);
		get(writer).close();
	}

	@Test
	void everyHolderHasItsLimitItsEventsAndItsPlaceInTheView() throws Exception {
		LockNode a = node("a");
		List<LockEvent> events = new CopyOnWriteArrayList<>();
		a.addListener(events::add);
		LockHandle limited = a.semaphore("mail", 3).acquire(1, LONG, Duration.ofMillis(200));
		long token = limited.fencingToken();
		LockHandle held = a.semaphore("mail", 3).acquire(LONG);
		long second = held.fencingToken();
		assertThat(a.monitor().statistics().held()).isEqualTo(2);
		awaitHolders(a, "mail", "a", "a");
		await().until(() -> !limited.isHeld());
		awaitHolders(a, "mail", "a");
		held.close();
		await().until(() -> events.size() == 4);
		assertThat(events).filteredOn(LockAcquired.class::isInstance)
			.extracting((event) -> ((LockAcquired) event).token())
			.containsExactly(token, second);
		assertThat(events).filteredOn(LockLost.class::isInstance).singleElement().satisfies((event) -> {
			assertThat(((LockLost) event).token()).isEqualTo(token);
			assertThat(((LockLost) event).reason()).isEqualTo(LockLoss.Reason.HELD_TOO_LONG);
		});
		assertThat(events).filteredOn(LockReleased.class::isInstance)
			.extracting((event) -> ((LockReleased) event).token())
			.containsExactly(second);
	}

	@Test
	void administratorTakesASharedLockFromAllItsHolders() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle first = a.readWriteLock("prices").readLock().acquire(LONG);
		LockHandle second = a.readWriteLock("prices").readLock().acquire(LONG);
		LockHandle third = b.readWriteLock("prices").readLock().acquire(LONG);
		await().until(() -> a.monitor().view().locks().stream().anyMatch((lock) -> lock.holders().size() == 3));
		assertThat(a.administration().releaseLock("prices")).isTrue();
		assertThat(first.isHeld()).isFalse();
		assertThat(second.isHeld()).isFalse();
		assertThat(third.isHeld()).isFalse();
		awaitFree(a, "prices");
	}

	@Test
	void placeOfAReaderThatGivesUpIsFree() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle writer = a.obtain("prices").acquire(LONG);
		CompletableFuture<LockHandle> reader = b.readWriteLock("prices").readLock().acquireAsync(LONG);
		awaitWaiters(a, "prices", 1);
		reader.cancel(false);
		awaitWaiters(a, "prices", 0);
		writer.close();
		awaitFree(b, "prices");
	}

	/** Waits until a node knows that these nodes have the lock, in this order. */
	private static void awaitHolders(LockNode node, String lock, String... holders) {
		await().untilAsserted(() -> {
			List<Participant> known = node.monitor()
				.view()
				.locks()
				.stream()
				.filter((view) -> view.name().equals(lock))
				.findFirst()
				.map(LockView::holders)
				.orElse(List.of());
			assertThat(known).extracting(Participant::node).containsExactly(holders);
		});
	}

}

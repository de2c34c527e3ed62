package io.pulsarlock.integration;

import java.time.Duration;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;

import io.pulsarlock.LockLostException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.integration.support.locks.DistributedLock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Asserts what Spring Integration's own tests assert of its registries for JDBC, Redis
 * and Zookeeper. Two registries are those of two nodes.
 */
class PulsarLockRegistryTests {

	private static InMemoryLockCluster cluster;

	private static InMemoryNode node;

	private final String key = UUID.randomUUID().toString();

	private final PulsarLockRegistry registry = new PulsarLockRegistry(node);

	private final PulsarLockRegistry other = new PulsarLockRegistry(cluster.node("other"));

	@BeforeAll
	static void createCluster() {
		// Times that outlast the stalls of a busy machine.
		cluster = InMemoryLockCluster.create(Duration.ofSeconds(30), Duration.ofSeconds(20), 1);
		node = cluster.node("node");
	}

	@AfterAll
	static void closeCluster() {
		cluster.close();
	}

	@Test
	void lockIsLockedAndUnlocked() {
		for (int i = 0; i < 10; i++) {
			Lock lock = this.registry.obtain(this.key);
			lock.lock();
			assertThat(isFree(this.other)).isFalse();
			lock.unlock();
		}
		awaitFree(this.other);
	}

	@Test
	void lockIsLockedInterruptiblyAndUnlocked() throws Exception {
		for (int i = 0; i < 10; i++) {
			Lock lock = this.registry.obtain(this.key);
			lock.lockInterruptibly();
			assertThat(isFree(this.other)).isFalse();
			lock.unlock();
		}
	}

	@Test
	void lockIsTheSameObjectAndForgottenWhenUnused() {
		DistributedLock lock = this.registry.obtain(this.key);
		this.registry.expireUnusedOlderThan(-10_000);
		assertThat(this.registry.obtain(this.key)).isSameAs(lock);
		assertThat(this.registry.obtain(UUID.fromString(this.key))).isSameAs(lock);
		for (int i = 0; i < 1000; i++) {
			this.registry.obtain("unused-" + i);
		}
		await().until(() -> {
			System.gc();
			return this.registry.cached() < 1000;
		});
		assertThat(this.registry.obtain(this.key)).isSameAs(lock);
	}

	@Test
	void lockIsReentrant() throws Exception {
		Lock lock = this.registry.obtain(this.key);
		for (Callable<Boolean> enter : List.<Callable<Boolean>>of(() -> {
			this.registry.obtain(this.key).lock();
			return true;
		}, () -> {
			this.registry.obtain(this.key).lockInterruptibly();
			return true;
		}, () -> this.registry.obtain(this.key).tryLock(),
				() -> this.registry.obtain(this.key).tryLock(1, TimeUnit.SECONDS))) {
			lock.lock();
			assertThat(enter.call()).isTrue();
			lock.unlock();
			assertThat(isFree(this.other)).isFalse();
			lock.unlock();
			awaitFree(this.other);
		}
	}

	@Test
	void locksOfTwoKeysAreIndependent() {
		Lock first = this.registry.obtain(this.key);
		Lock second = this.registry.obtain(this.key + "-2");
		assertThat(second).isNotSameAs(first);
		first.lock();
		assertThat(second.tryLock()).isTrue();
		second.unlock();
		first.unlock();
	}

	@Test
	void secondThreadDoesNotGetTheLockAndCannotUnlockIt() {
		Lock lock = this.registry.obtain(this.key);
		lock.lock();
		onAnotherThread(() -> {
			assertThat(lock.tryLock(200, TimeUnit.MILLISECONDS)).isFalse();
			assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(lock::unlock)
				.withMessageContaining("own");
			return null;
		});
		assertThat(isFree(this.other)).isFalse();
		lock.unlock();
		awaitFree(this.other);
	}

	@Test
	void secondThreadGetsTheLockOnlyAfterTheFirst() throws Exception {
		second(this.registry);
	}

	@Test
	void secondNodeGetsTheLockOnlyAfterTheFirst() throws Exception {
		for (int i = 0; i < 100; i++) {
			second(this.other);
		}
	}

	private void second(PulsarLockRegistry second) throws Exception {
		List<String> order = new CopyOnWriteArrayList<>();
		Lock lock = this.registry.obtain(this.key);
		lock.lockInterruptibly();
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
			Lock same = second.obtain(this.key);
			begun.countDown();
			same.lock();
			order.add("second");
			same.unlock();
		});
		assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
		Thread.yield();
		order.add("first");
		lock.unlock();
		waiting.get(20, TimeUnit.SECONDS);
		assertThat(order).containsExactly("first", "second");
	}

	@Test
	void lockWithoutTimeToLiveLasts() {
		Lock lock = this.registry.obtain(this.key);
		lock.lock();
		this.registry.renewLock(this.key);
		assertThat(isFree(this.other)).isFalse();
		lock.unlock();
	}

	@Test
	void lockLastsAsLongAsItsTimeToLive() throws Exception {
		DistributedLock lock = this.registry.obtain(this.key);
		lock.lock(Duration.ofSeconds(20));
		assertThat(isFree(this.other)).isFalse();
		lock.unlock();
		assertThat(lock.tryLock(Duration.ofSeconds(10), Duration.ofSeconds(20))).isTrue();
		assertThat(isFree(this.other)).isFalse();
		lock.unlock();
		awaitFree(this.other);
	}

	@Test
	void lockIsAcquiredAgainAfterItsTimeToLive() {
		DistributedLock lock = this.registry.obtain(this.key);
		lock.lock(Duration.ofMillis(1));
		awaitFree(this.other);
		awaitLock(lock);
		assertThat(isFree(this.other)).isFalse();
		lock.unlock();
		assertThat(isFree(this.other)).isFalse();
		// What it was to protect was without protection for a while.
		assertLost(lock);
		awaitFree(this.other);
	}

	@Test
	void unlockAfterTheTimeToLiveIsReported() {
		DistributedLock lock = this.registry.obtain(this.key);
		lock.lock(Duration.ofMillis(1));
		awaitFree(this.other);
		assertLost(lock);
		assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(lock::unlock);
	}

	@Test
	void unlockAfterAnotherNodeHasLockedIsReported() {
		DistributedLock lock = this.registry.obtain(this.key);
		lock.lock(Duration.ofMillis(1));
		DistributedLock next = this.other.obtain(this.key);
		next.lock();
		assertLost(lock);
		assertThat(this.registry.obtain(this.key).tryLock()).isFalse();
		next.unlock();
	}

	@Test
	void unlockAfterTheLossIsReported() {
		DistributedLock lock = this.registry.obtain(this.key);
		lock.lock();
		lock.lock();
		cluster.lose(PulsarLockRegistry.DEFAULT_REGION + ':' + this.key);
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::tryLock);
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::lock);
		assertLost(lock);
		assertLost(lock);
		awaitLock(lock);
		lock.unlock();
	}

	private static void assertLost(Lock lock) {
		assertThatExceptionOfType(ConcurrentModificationException.class).isThrownBy(lock::unlock)
			.withCauseInstanceOf(LockLostException.class)
			.withMessageContaining("was lost");
	}

	@Test
	void timeToLiveBeginsAnew() throws Exception {
		DistributedLock lock = this.registry.obtain(this.key);
		lock.lock(Duration.ofSeconds(2));
		for (int i = 0; i < 5; i++) {
			Thread.sleep(500);
			this.registry.renewLock(this.key);
		}
		assertThat(isFree(this.other)).isFalse();
		this.registry.renewLock(this.key, Duration.ofMillis(1));
		awaitFree(this.other);
		assertThatExceptionOfType(ConcurrentModificationException.class)
			.isThrownBy(() -> this.registry.renewLock(this.key));
		assertLost(lock);
	}

	@Test
	void timeToLiveIsSet() {
		DistributedLock lock = this.registry.obtain(this.key);
		lock.lock(Duration.ofSeconds(1));
		this.registry.renewLock(this.key, Duration.ofMinutes(1));
		assertThat(node.obtain("integration:" + this.key).tryAcquire()).isEmpty();
		await().pollDelay(Duration.ofMillis(1500)).until(() -> !isFree(this.other));
		lock.unlock();
	}

	@Test
	void lockOfAnotherThreadIsNotRenewed() {
		assertThatExceptionOfType(IllegalMonitorStateException.class)
			.isThrownBy(() -> this.registry.renewLock(this.key))
			.withMessageContaining("own");
		this.registry.obtain(this.key).lock();
		onAnotherThread(() -> {
			assertThatExceptionOfType(IllegalMonitorStateException.class)
				.isThrownBy(() -> this.registry.renewLock(this.key, Duration.ofSeconds(2)));
			return null;
		});
		this.registry.obtain(this.key).unlock();
	}

	@Test
	void codeIsExecutedWithTheLock() throws Exception {
		this.registry.executeLocked(this.key, () -> {
			assertThat(isFree(this.other)).isFalse();
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> this.other.executeLocked(this.key, Duration.ofMillis(10), () -> {
				}));
		});
		awaitFree(this.other);
	}

	@Test
	void outageIsAnExceptionAndNotABusyLock() {
		try (InMemoryLockCluster cluster = InMemoryLockCluster.create()) {
			PulsarLockRegistry registry = new PulsarLockRegistry(cluster.node("node"));
			cluster.stop();
			assertThatExceptionOfType(LockUnavailableException.class)
				.isThrownBy(() -> registry.obtain(this.key).tryLock());
			assertThatExceptionOfType(LockUnavailableException.class)
				.isThrownBy(() -> registry.obtain(this.key).tryLock(10, TimeUnit.MILLISECONDS));
		}
	}

	@Test
	void interruptEndsTheWait() {
		this.other.obtain(this.key).lock();
		for (Callable<?> wait : List.<Callable<?>>of(() -> {
			this.registry.obtain(this.key).lockInterruptibly();
			return null;
		}, () -> this.registry.obtain(this.key).tryLock(1, TimeUnit.HOURS))) {
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(InterruptedException.class).isThrownBy(wait::call);
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}
		Thread.currentThread().interrupt();
		assertThat(this.registry.obtain(this.key).tryLock()).isFalse();
		assertThat(Thread.interrupted()).isTrue();
		this.other.obtain(this.key).unlock();
		Thread.currentThread().interrupt();
		this.registry.obtain(this.key).lock();
		assertThat(Thread.interrupted()).isTrue();
		this.registry.obtain(this.key).unlock();
	}

	@Test
	void keysAreSimpleValuesOfAnyLength() {
		String begin = "x".repeat(1000);
		Lock lock = this.registry.obtain(begin + 1);
		lock.lock();
		assertThat(this.other.obtain(begin + 1).tryLock()).isFalse();
		assertThat(this.other.obtain(begin + 2).tryLock()).isTrue();
		lock.unlock();
		this.other.obtain(begin + 2).unlock();
		assertThatIllegalArgumentException().isThrownBy(() -> this.registry.obtain(new Object()));
		assertThatIllegalArgumentException().isThrownBy(() -> this.registry.obtain(" "));
	}

	@Test
	void regionsAreApart() {
		PulsarLockRegistry orders = new PulsarLockRegistry(node, "orders");
		orders.obtain(this.key).lock();
		assertThat(isFree(this.registry)).isTrue();
		assertThat(node.obtain("orders", this.key).tryAcquire()).isEmpty();
		orders.obtain(this.key).unlock();
	}

	@Test
	void conditionsAreNotSupported() {
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.registry.obtain(this.key).newCondition());
	}

	/** Seen from a thread that has nothing. */
	private boolean isFree(PulsarLockRegistry registry) {
		return onAnotherThread(() -> {
			DistributedLock lock = registry.obtain(this.key);
			boolean free = lock.tryLock();
			if (free) {
				lock.unlock();
			}
			return free;
		});
	}

	/** Takes a message's time. */
	private void awaitFree(PulsarLockRegistry registry) {
		await().until(() -> isFree(registry));
	}

	/** The node may have to join again. */
	private static void awaitLock(Lock lock) {
		await().pollInSameThread().ignoreException(LockUnavailableException.class).until(lock::tryLock);
	}

	private static <T> T onAnotherThread(Callable<T> call) {
		return CompletableFuture.supplyAsync(() -> {
			try {
				return call.call();
			}
			catch (Exception ex) {
				throw new CompletionException(ex);
			}
		}).join();
	}

}

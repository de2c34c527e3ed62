package io.pulsarlock.test.contract;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockUnavailableException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The last rung, and the one to extend: what holds while the broker is stopped. The
 * numbers are explained in {@link AbstractLockContractTests}.
 *
 * @since 0.1.0
 */
public abstract class AbstractOutageContractTests extends AbstractAgreementContractTests {

	@Test
	@DisplayName("3: with the broker stopped, every wait ends in time, as unknown and never as busy")
	void waitsEndInTimeAsUnknown() throws Exception {
		ContractCluster cluster = stoppableCluster();
		LockNode a = node("a");
		LockHandle held = node("b").obtain("held").acquire(LONG);
		awaitHeld(a, "held");
		a.obtain("free").acquire(LONG).close();
		cluster.stop();
		try {
			expectUnknownInTime(a, "held");
			expectUnknownInTime(a, "free");
			await().until(() -> !held.isHeld());
			await().untilAsserted(() -> assertThatExceptionOfType(LockUnavailableException.class)
				.isThrownBy(() -> a.monitor().view()));
			expectUnknownInTime(a, "held");
			expectUnknownInTime(a, "free");
			assertThat(a.leadership().group("digest").participants()).isEmpty();
		}
		finally {
			cluster.resume();
		}
		a.obtain("held").acquire(LONG).close();
		a.obtain("free").acquire(LONG).close();
	}

	@Test
	@DisplayName("3: a caller that does not wait fails at once if the outage has lasted for longer than the grace")
	void callThatDoesNotWaitEndsAtOnceWhenTheOutageIsKnown() throws Exception {
		ContractCluster cluster = stoppableCluster();
		LockNode a = node("a");
		a.obtain("free").tryAcquire().orElseThrow().close();
		FencedLock lock = a.obtain("free");
		cluster.stop();
		try {
			await().until(() -> endsAtOnceAsUnknown(() -> {
				lock.tryAcquire().ifPresent(LockHandle::close);
				return true;
			}));
			assertThat(endsAtOnceAsUnknown(lock::tryLock)).isTrue();
			assertThat(endsAtOnceAsUnknown(() -> lock.acquire(Duration.ZERO))).isTrue();
			assertThat(endsAtOnceAsUnknown(() -> get(lock.acquireAsync(Duration.ZERO)))).isTrue();
		}
		finally {
			cluster.resume();
		}
		await().untilAsserted(() -> assertThat(lock.acquire(LONG)).satisfies(LockHandle::close));
	}

	/** Before the grace could be waited for once more. */
	private boolean endsAtOnceAsUnknown(Callable<?> call) throws Exception {
		long begin = System.nanoTime();
		try {
			call.call();
			return false;
		}
		catch (LockUnavailableException ex) {
			return System.nanoTime() - begin < cluster().reconnectGrace().toNanos() / 2;
		}
	}

	/** All ways to ask at the same time. */
	private void expectUnknownInTime(LockNode node, String name) throws Exception {
		Duration wait = cluster().reconnectGrace().dividedBy(2);
		FencedLock lock = node.obtain(name);
		List<Caller<Void>> callers = List.of(unknown(wait, () -> lock.acquire(wait)),
				unknown(wait, () -> lock.tryLock(wait.toMillis(), TimeUnit.MILLISECONDS)),
				unknown(wait, () -> get(lock.acquireAsync(wait))),
				unknown(wait, () -> node.acquireAll(List.of(name, "another"), wait)),
				unknown(cluster().reconnectGrace(), lock::tryLock),
				unknown(cluster().reconnectGrace(), lock::tryAcquire));
		Caller.getAll(callers);
	}

	private static Caller<Void> unknown(Duration limit, Callable<?> call) {
		return Caller.start(() -> {
			punctually(limit, () -> assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(call::call));
			return null;
		});
	}

	private static void awaitHeld(LockNode node, String lock) {
		await().until(() -> node.monitor().view().locks().stream().anyMatch((view) -> view.name().equals(lock)));
	}

	@Test
	@DisplayName("2, 7, 8: an outage longer than the grace ends every hold, its holder is notified, and tokens grow")
	void holderIsToldOfAnOutage() throws Exception {
		ContractCluster cluster = stoppableCluster();
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle held = a.obtain("stock").acquire(LONG);
		long token = held.fencingToken();
		LeaderGroup group = a.leadership().group("digest");
		LeaderLog log = new LeaderLog();
		group.addListener(log);
		await().until(group::isLeader);
		List<LockLoss> told = new CopyOnWriteArrayList<>();
		held.onLost(told::add);
		CompletableFuture<Boolean> overlap = b.obtain("stock")
			.acquireAsync(LONG.multipliedBy(4))
			.thenApply((next) -> held.isHeld() || next.fencingToken() <= token);
		awaitWaiters(a, "stock", 1);
		cluster.stop();
		try {
			Duration limit = cluster.reconnectGrace().multipliedBy(3).dividedBy(2);
			await().atMost(limit).until(() -> !held.isHeld() && !group.isLeader());
			await().until(() -> told.size() == 1 && log.size() == 2);
			assertThat(told.get(0).reason()).isIn(LockLoss.Reason.CONNECTION_LOST, LockLoss.Reason.NO_ANSWER);
			assertThat(log.lines()).containsExactly("granted", "revoked");
			assertThat(overlap).isNotDone();
		}
		finally {
			cluster.resume();
		}
		assertThat(get(overlap, LONG.multipliedBy(2))).isFalse();
		assertThat(held.isHeld()).isFalse();
		assertThat(told).hasSize(1);
		await().until(group::isLeader);
		await().until(() -> log.size() == 3);
		log.assertInOrder();
	}

	@Test
	@DisplayName("2, 4: lock() outlasts an outage, interrupted or not")
	void lockWaitsAnOutageOut() throws Exception {
		ContractCluster cluster = stoppableCluster();
		LockNode a = node("a");
		a.obtain("stock").acquire(LONG).close();
		cluster.stop();
		Caller<Boolean> caller;
		try {
			caller = Caller.start(() -> {
				// Not the one it may have kept.
				FencedLock lock = a.obtain("price");
				lock.lock();
				try {
					return lock.isHeldByCurrentThread() && Thread.currentThread().isInterrupted();
				}
				finally {
					lock.unlock();
				}
			});
			caller.interrupt();
			await().untilAsserted(() -> assertThatExceptionOfType(LockUnavailableException.class)
				.isThrownBy(() -> a.monitor().view()));
			assertThat(caller.isDone()).isFalse();
		}
		finally {
			cluster.resume();
		}
		assertThat(caller.get()).isTrue();
		assertThat(caller.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("9: a node closes in bounded time although the broker is stopped, and leaves no thread")
	void nodeClosesAlthoughTheBrokerIsStopped() throws Exception {
		ContractCluster cluster = stoppableCluster();
		Threads threads = new Threads();
		LockNode a = node("a");
		LockHandle held = a.obtain("stock").acquire(LONG);
		LeaderGroup group = a.leadership().group("digest");
		LeaderLog log = new LeaderLog();
		group.addListener(log);
		await().until(() -> log.size() == 1);
		cluster.stop();
		try {
			within(Duration.ofSeconds(20), () -> {
				a.close();
				return null;
			});
			assertThat(held.isHeld()).isFalse();
			assertThat(group.isLeader()).isFalse();
			assertThat(log.lines()).containsExactly("granted", "revoked");
			await().untilAsserted(() -> assertThat(threads.started()).isEmpty());
		}
		finally {
			cluster.resume();
		}
	}

}

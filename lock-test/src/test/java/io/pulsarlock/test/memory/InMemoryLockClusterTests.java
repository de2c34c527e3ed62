package io.pulsarlock.test.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.ClusterView.SessionView;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests the switches of the in-memory cluster; the contract tests its locks.
 */
class InMemoryLockClusterTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	@AfterEach
	void close() {
		this.cluster.close();
		assertThat(this.cluster.openObjects()).isEmpty();
	}

	@Test
	void lockIsLostWhenTheSwitchReturns() throws Exception {
		InMemoryNode a = this.cluster.node("a");
		LockHandle held = a.obtain("stock").acquire(LONG);
		LockHandle other = a.obtain("price").acquire(LONG);
		CompletableFuture<LockHandle> next = this.cluster.node("b").obtain("stock").acquireAsync(LONG);
		a.loseNow("stock");
		assertThat(held.isHeld()).isFalse();
		assertThat(other.isHeld()).isTrue();
		assertThat(next.get(30, TimeUnit.SECONDS).isHeld()).isTrue();
	}

	@Test
	void onlyAHolderInReachCanLose() throws Exception {
		InMemoryNode a = this.cluster.node("a");
		InMemoryNode b = this.cluster.node("b");
		LockHandle held = a.obtain("stock").acquire(LONG);
		assertThatIllegalStateException().isThrownBy(() -> b.loseNow("stock")).withMessageContaining("lock 'stock'");
		assertThatIllegalStateException().isThrownBy(() -> a.loseNow("price"));
		assertThatIllegalStateException().isThrownBy(() -> a.loseLeadership("stock"));
		a.disconnect();
		assertThatIllegalStateException().isThrownBy(() -> a.loseNow("stock")).withMessageContaining("disconnected");
		assertThatIllegalStateException().isThrownBy(a::expel);
		a.reconnect();
		assertThat(held.isHeld()).isTrue();
	}

	@Test
	void expelledNodeLosesEverythingAndJoinsAgain() throws Exception {
		InMemoryNode a = this.cluster.node("a");
		InMemoryNode b = this.cluster.node("b");
		List<LockHandle> held = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			held.add(a.obtain("order", i).acquire(LONG));
		}
		List<LockLoss> told = new CopyOnWriteArrayList<>();
		held.forEach((each) -> each.onLost(told::add));
		LeaderGroup group = a.leadership().group("digest");
		await().until(group::isLeader);
		List<String> before = sessions(a);
		a.expel();
		assertThat(held).noneMatch(LockHandle::isHeld);
		await().until(() -> told.size() == 5);
		assertThat(told).extracting(LockLoss::reason).containsOnly(LockLoss.Reason.ENDED_BY_CLUSTER);
		b.obtain("order", 1).acquire(LONG).close();
		a.obtain("order", 1).acquire(LONG).close();
		assertThat(sessions(a)).doesNotContainAnyElementsOf(before).hasSameSizeAs(before);
		await().until(group::isLeader);
	}

	private static List<String> sessions(InMemoryNode node) {
		return node.monitor().view().sessions().stream().filter(SessionView::own).map(SessionView::id).toList();
	}

	@Test
	void disconnectedNodeLosesItsLockToTheNextOne() throws Exception {
		InMemoryNode a = this.cluster.node("a");
		InMemoryNode b = this.cluster.node("b");
		LockHandle held = a.obtain("stock").acquire(LONG);
		CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
		CompletableFuture<Boolean> overlap = next.thenApply((any) -> held.isHeld());
		a.disconnect();
		assertThat(overlap.get(30, TimeUnit.SECONDS)).isFalse();
		assertThatExceptionOfType(LockUnavailableException.class)
			.isThrownBy(() -> a.obtain("price").acquire(Duration.ofMillis(100)));
		assertThat(b.obtain("price").tryAcquire()).isPresent();
		a.reconnect();
		next.join().close();
		a.obtain("stock").acquire(LONG).close();
		assertThat(held.isHeld()).isFalse();
	}

	@Test
	void nodeThatIsDisconnectedStaysSoWhenTheClusterIsResumed() throws Exception {
		InMemoryNode a = this.cluster.node("a");
		InMemoryNode b = this.cluster.node("b");
		a.disconnect();
		this.cluster.stop();
		assertThat(this.cluster.isStopped()).isTrue();
		InMemoryNode late = this.cluster.node("late");
		assertThatExceptionOfType(LockUnavailableException.class)
			.isThrownBy(() -> late.obtain("stock").acquire(Duration.ofMillis(100)));
		this.cluster.resume();
		late.obtain("stock").acquire(LONG).close();
		b.obtain("stock").acquire(LONG).close();
		assertThatExceptionOfType(LockUnavailableException.class)
			.isThrownBy(() -> a.obtain("stock").acquire(Duration.ofMillis(100)));
		a.reconnect();
		a.obtain("stock").acquire(LONG).close();
	}

	@Test
	void journalDoesNotGrowForEverAndLateNodesStillKnowTheLine() throws Exception {
		try (InMemoryLockCluster small = InMemoryLockCluster.create(Duration.ofMillis(400), Duration.ofMillis(200),
				1)) {
			InMemoryNode a = small.node("a");
			LockHandle held = a.obtain("stock").acquire(LONG);
			long begin = System.nanoTime();
			while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(3)) {
				a.obtain("price").acquire(LONG).close();
			}
			assertThat(small.recordsKept()).isLessThan(small.recordsWritten());
			InMemoryNode late = small.node("late");
			assertThat(held.isHeld()).isTrue();
			assertThat(late.obtain("stock").tryAcquire()).isEmpty();
		}
	}

	@Test
	void sameNameIsTheSameNodeUntilItIsClosed() {
		InMemoryNode node = this.cluster.node("a");
		assertThat(this.cluster.node("a")).isSameAs(node);
		node.close();
		assertThat(this.cluster.node("a")).isNotSameAs(node);
		assertThat(node.delegate().node()).isEqualTo("a");
	}

	@Test
	void closedClusterHasNoThreadAndRefuses() {
		this.cluster.node("a").obtain("stock").tryAcquire();
		this.cluster.close();
		assertThatIllegalStateException().isThrownBy(() -> this.cluster.node("b"));
		assertThatIllegalStateException().isThrownBy(this.cluster::stop);
		this.cluster.close();
	}

}

package io.pulsarlock.test.contract;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.ClusterView;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockNode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Between the second rung and the third: what operators take away at any node.
 *
 * @since 0.2.0
 */
public abstract class AbstractRevocationContractTests extends AbstractRestContractTests {

	private static boolean sees(LockNode node, String lock) {
		return node.monitor().view().locks().stream().anyMatch((each) -> each.name().equals(lock));
	}

	@Test
	void lockIsTakenFromItsHolderAtAnyNode() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockNode c = node("c");
		LockHandle held = a.obtain("stock").acquire(LONG);
		List<LockLoss> told = new CopyOnWriteArrayList<>();
		held.onLost(told::add);
		CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
		CompletableFuture<List<LockLoss>> toldBefore = next.thenApply((any) -> List.copyOf(told));
		awaitWaiters(c, "stock", 1);
		assertThat(c.administration().releaseLock("stock")).isTrue();
		assertThat(held.isHeld()).isFalse();
		assertThat(told).singleElement()
			.satisfies((loss) -> assertThat(loss.reason()).isEqualTo(LockLoss.Reason.RELEASED_BY_ADMINISTRATOR));
		assertThat(get(toldBefore)).hasSize(1);
		assertThat(get(next).isHeld()).isTrue();
		get(next).close();
		// Its node may have kept it, and is asked for it once.
		await().until(() -> !c.administration().releaseLock("stock"));
		assertThatIllegalArgumentException().isThrownBy(() -> c.administration().releaseLock(" "));
	}

	@Test
	void nextHolderIsGrantedTheLockWhenTheListenersOfTheFormerOneHaveEnded() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		LockHandle held = a.obtain("stock").acquire(LONG);
		CountDownLatch telling = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		List<String> order = new CopyOnWriteArrayList<>();
		held.onLost((lost) -> {
			telling.countDown();
			try {
				end.await(LONG.toSeconds(), TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			order.add("told");
		});
		CompletableFuture<LockHandle> next = b.obtain("stock").acquireAsync(LONG);
		CompletableFuture<Void> noted = next.thenAccept((any) -> order.add("granted"));
		awaitWaiters(b, "stock", 1);
		Caller<Boolean> operator = Caller.start(() -> b.administration().releaseLock("stock"));
		assertThat(telling.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
		assertThat(held.isHeld()).isFalse();
		assertThat(next).isNotDone();
		end.countDown();
		assertThat(operator.get()).isTrue();
		get(noted);
		assertThat(order).containsExactly("told", "granted");
		get(next).close();
	}

	@Test
	void lockThatStaysWithItsNodeIsTakenFromItsNextHolder() throws Exception {
		LockNode a = node("a");
		LockNode b = node("b");
		a.obtain("stock").acquire(LONG).close();
		LockHandle held = a.obtain("stock").acquire(LONG);
		await().until(() -> sees(b, "stock"));
		assertThat(b.administration().releaseLock("stock")).isTrue();
		assertThat(held.isHeld()).isFalse();
		a.obtain("stock").acquire(LONG).close();
	}

	@Test
	void leaderResignsByAnOrderAtAnyNode() {
		LockNode a = node("a");
		LockNode b = node("b");
		LockNode c = node("c");
		LeaderGroup mine = a.leadership().group("jobs");
		await().until(mine::isLeader);
		LeaderGroup theirs = b.leadership().group("jobs");
		await().until(() -> theirs.participants().size() == 2);
		LeaderLog log = new LeaderLog();
		mine.addListener(log);
		await().until(() -> waits(c.monitor().view()));
		assertThat(c.administration().resign("jobs")).isTrue();
		assertThat(mine.isLeader()).isFalse();
		await().until(theirs::isLeader);
		// A candidate as before.
		await().until(() -> mine.participants().size() == 2);
		assertThat(b.administration().resign("jobs")).isTrue();
		assertThat(theirs.isLeader()).isFalse();
		await().until(() -> log.size() == 3);
		log.assertInOrder();
		assertThat(c.administration().resign("others")).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> c.administration().resign(" "));
	}

	private static boolean waits(ClusterView view) {
		return view.groups().stream().anyMatch((group) -> group.waiters().size() == 1);
	}

}

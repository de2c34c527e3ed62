package io.pulsarlock.test.contract;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.pulsarlock.ClusterView.LockView;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockUnavailableException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the rungs of the ladder share: a cluster for each test, its nodes, and at the end
 * of each test the proof that nothing is left of them.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ContractTests {

	/** Longer than anything takes that is not an outage. */
	static final Duration LONG = Duration.ofSeconds(30);

	/** For machines that stall: how many times 10 % + 50 ms a wait may overshoot. */
	private static final int SLACK = Integer.getInteger("pulsarlock.contract.slack", 1);

	private final List<ContractCluster> clusters = new ArrayList<>();

	private final List<LockNode> nodes = new ArrayList<>();

	private @Nullable ContractCluster cluster;

	/**
	 * Makes a cluster for one test.
	 * @return the cluster
	 */
	protected abstract ContractCluster newCluster();

	/**
	 * Makes a cluster that can be stopped, for one test.
	 * @return the cluster; by default one like any other
	 */
	protected ContractCluster newStoppableCluster() {
		return newCluster();
	}

	final ContractCluster cluster() {
		ContractCluster cluster = this.cluster;
		if (cluster == null) {
			cluster = track(newCluster());
			this.cluster = cluster;
		}
		return cluster;
	}

	/** To be called before anything else in tests that stop the cluster. */
	final ContractCluster stoppableCluster() {
		ContractCluster cluster = track(newStoppableCluster());
		this.cluster = cluster;
		return cluster;
	}

	final ContractCluster track(ContractCluster cluster) {
		this.clusters.add(cluster);
		return cluster;
	}

	final LockNode node(String name) {
		return node(cluster(), name);
	}

	final LockNode node(ContractCluster cluster, String name) {
		LockNode node = cluster.newNode(name);
		this.nodes.add(node);
		return node;
	}

	/** A node that is configured for so many shards and may not have joined yet. */
	final LockNode node(String name, int shards) {
		LockNode node = cluster().newNode(name, shards);
		this.nodes.add(node);
		return node;
	}

	@AfterEach
	final void leaveNothingBehind() throws Exception {
		List<Caller<Void>> closing = new ArrayList<>();
		for (LockNode node : this.nodes) {
			closing.add(Caller.start(() -> {
				node.close();
				return null;
			}));
		}
		for (Caller<Void> each : closing) {
			each.get();
		}
		for (ContractCluster cluster : this.clusters) {
			try {
				await().untilAsserted(() -> assertThat(cluster.openObjects()).isEmpty());
			}
			finally {
				cluster.close();
			}
		}
	}

	static ConditionFactory await() {
		return Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(5)).pollDelay(Duration.ZERO);
	}

	/** Waits until a node sees so many waiters behind the holder of a lock. */
	static void awaitWaiters(LockNode node, String lock, int count) {
		await().until(() -> waiters(node, lock) == count);
	}

	private static int waiters(LockNode node, String lock) {
		try {
			return node.monitor()
				.view()
				.locks()
				.stream()
				.filter((view) -> view.name().equals(lock))
				.findFirst()
				.map((view) -> view.waiters().size())
				.orElse(0);
		}
		catch (LockUnavailableException ex) {
			return -1;
		}
	}

	/** Waits until a node knows of neither holder nor waiters of the lock. */
	static void awaitFree(LockNode node, String lock) {
		await().until(() -> node.monitor().view().locks().stream().map(LockView::name).noneMatch(lock::equals));
	}

	static <T> T get(CompletableFuture<T> future) throws Exception {
		return get(future, LONG);
	}

	static <T> T get(CompletableFuture<T> future, Duration limit) throws Exception {
		try {
			return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof Exception cause) ? cause : ex;
		}
		catch (TimeoutException ex) {
			throw new AssertionError("No answer within " + limit, ex);
		}
	}

	/** Runs something that waits for that time: never longer, give or take. */
	static void within(Duration wait, Callable<?> call) throws Exception {
		long begin = System.nanoTime();
		call.call();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThanOrEqualTo(bound(wait));
	}

	/** Runs something that waits for all of that time, and hardly longer. */
	static void after(Duration wait, Callable<?> call) throws Exception {
		assertThat(fastest(wait, call)).isBetween(wait.minusMillis(1), bound(wait));
	}

	/**
	 * Like {@link #within}, for what can be done again: a machine that is late once is
	 * not a lock that is late.
	 */
	static void punctually(Duration wait, Callable<?> call) throws Exception {
		assertThat(fastest(wait, call)).isLessThanOrEqualTo(bound(wait));
	}

	private static Duration fastest(Duration wait, Callable<?> call) throws Exception {
		Duration fastest = null;
		for (int i = 0; i < 3 && (fastest == null || fastest.compareTo(bound(wait)) > 0); i++) {
			long begin = System.nanoTime();
			call.call();
			Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
			fastest = (fastest == null || elapsed.compareTo(fastest) < 0) ? elapsed : fastest;
		}
		return Objects.requireNonNull(fastest);
	}

	private static Duration bound(Duration wait) {
		return wait.plus(wait.dividedBy(10).plusMillis(50).multipliedBy(SLACK));
	}

}

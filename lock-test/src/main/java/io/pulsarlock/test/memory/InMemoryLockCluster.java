package io.pulsarlock.test.memory;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.pulsarlock.ClusterView;
import io.pulsarlock.ClusterView.LockView;
import io.pulsarlock.session.SessionSettings;
import org.jspecify.annotations.Nullable;

/**
 * A lock cluster in this process's memory. <pre class="code">
 * try (InMemoryLockCluster cluster = InMemoryLockCluster.create()) {
 *     LockHandle held = cluster.node("a").obtain("stock").acquire(Duration.ofSeconds(1));
 *     cluster.node("a").loseNow("stock");
 *     assertThat(held.isHeld()).isFalse();
 * }
 * </pre> The nodes run the session code of production; only journals are replaced. Two
 * clusters share nothing. Safe for use by any number of threads.
 *
 * @since 0.1.0
 */
public final class InMemoryLockCluster implements AutoCloseable {

	/**
	 * The default lease. Short enough for a test to wait for, long enough to outlast the
	 * stalls of a busy machine.
	 */
	public static final Duration DEFAULT_LEASE = Duration.ofMillis(1500);

	/** The default reconnect grace. */
	public static final Duration DEFAULT_RECONNECT_GRACE = Duration.ofMillis(800);

	/** Where {@code withLock} and {@code asLeader} run. */
	private static final String NODE = "test";

	private static final Duration JOIN_LIMIT = Duration.ofSeconds(30);

	private final MemoryBroker broker = new MemoryBroker();

	private final Map<String, InMemoryNode> nodes = new LinkedHashMap<>();

	private final Duration lease;

	private final Duration reconnectGrace;

	private final int shards;

	private boolean closed;

	private InMemoryLockCluster(Duration lease, Duration reconnectGrace, int shards) {
		this.lease = lease;
		this.reconnectGrace = reconnectGrace;
		this.shards = shards;
	}

	/**
	 * A cluster with two shards and the default times.
	 * @return the cluster, without nodes
	 */
	public static InMemoryLockCluster create() {
		return create(DEFAULT_LEASE, DEFAULT_RECONNECT_GRACE, 2);
	}

	/**
	 * A cluster.
	 * @param lease see {@link SessionSettings#lease()}
	 * @param reconnectGrace see {@link SessionSettings#reconnectGrace()}
	 * @param shards see {@link SessionSettings#shards()}
	 * @return the cluster, without nodes
	 */
	public static InMemoryLockCluster create(Duration lease, Duration reconnectGrace, int shards) {
		return new InMemoryLockCluster(lease, reconnectGrace, shards);
	}

	/**
	 * The node of that name. The first call, and the first after the node was closed,
	 * makes it and waits until it has joined; while the cluster is {@link #stop()
	 * stopped} it does not wait.
	 * @param name the node's name
	 * @return the node
	 */
	public InMemoryNode node(String name) {
		synchronized (this.nodes) {
			if (this.closed) {
				throw new IllegalStateException("The in-memory lock cluster is closed");
			}
			InMemoryNode node = this.nodes.get(name);
			if (node == null || node.isClosed()) {
				node = node(name, this.shards);
				if (!this.broker.isStopped()) {
					node.join(JOIN_LIMIT);
				}
			}
			return node;
		}
	}

	/**
	 * The node of that name, which believes in another number of shards than the cluster
	 * if the number differs: then it is granted nothing while others are there. The first
	 * call, and the first after the node was closed, makes it and does not wait until it
	 * has joined.
	 * @param name the node's name
	 * @param shards the number of shards it is configured for, from 1 to 1024
	 * @return the node
	 * @since 0.2.0
	 */
	public InMemoryNode node(String name, int shards) {
		synchronized (this.nodes) {
			if (this.closed) {
				throw new IllegalStateException("The in-memory lock cluster is closed");
			}
			InMemoryNode node = this.nodes.get(name);
			if (node == null || node.isClosed()) {
				node = create(name, shards);
				node.start();
			}
			return node;
		}
	}

	private InMemoryNode create(String name, int shards) {
		InMemoryNode node = new InMemoryNode(this.broker,
				SessionSettings.of(name).withShards(shards).withTimes(this.lease, this.reconnectGrace));
		synchronized (this.nodes) {
			this.nodes.put(name, node);
		}
		return node;
	}

	/**
	 * Revokes a lock from its holder: the holder is notified, and the next one in line
	 * gets it. When this returns the holder's {@code isHeld()} is false. The code that
	 * runs under the lock may call this itself, on any thread; a guarded method is
	 * interrupted then, as in production.
	 * @param lock the lock's full name; that of a lock with a key is the name, a colon
	 * and the key, such as {@code coupon:5}
	 * @throws IllegalStateException if no node of this cluster holds it, or the node that
	 * does is disconnected
	 * @since 0.2.0
	 * @see InMemoryNode#loseNow
	 */
	public void lose(String lock) {
		if (running().stream().noneMatch((node) -> node.tryLose(lock))) {
			throw new IllegalStateException("Lock '" + lock + "' has no holder at this moment. Known locks are "
					+ known(ClusterView::locks) + "; a lock with a key is called 'name:key'");
		}
	}

	/**
	 * Takes the leadership of a group away from the node that leads it, which becomes a
	 * candidate again.
	 * @param group the group's name
	 * @throws IllegalStateException if no node of this cluster leads it, or the node that
	 * does is disconnected
	 * @since 0.2.0
	 * @see InMemoryNode#loseLeadership
	 */
	public void loseLeadership(String group) {
		if (running().stream().noneMatch((node) -> node.tryLoseLeadership(group))) {
			throw new IllegalStateException("Group '" + group + "' has no leader at this moment. Known groups are "
					+ known(ClusterView::groups));
		}
	}

	private List<InMemoryNode> running() {
		synchronized (this.nodes) {
			return this.nodes.values().stream().filter((node) -> node.session().isRunning()).toList();
		}
	}

	private List<String> known(Function<ClusterView, List<LockView>> part) {
		return running().stream()
			.filter((node) -> node.monitor().statistics().confirmed())
			.findFirst()
			.map((node) -> part.apply(node.monitor().view()).stream().map((lock) -> "'" + lock.name() + "'").toList())
			.orElse(List.of());
	}

	/**
	 * Runs code as a method annotated with {@code @DistributedLock(name)} runs: on this
	 * thread, with a lock of this cluster that {@code LockContext} and {@code LockAssert}
	 * find, with a fencing token, and told if the lock is {@linkplain #lose lost}. So a
	 * guarded method can be tested in an object that was made with {@code new}, where
	 * nothing else guards it. Only this code has the lock: other threads, tests and
	 * clusters are not affected.
	 * <p>
	 * The lock is given back when the code returns. What it has started, a future or a
	 * publisher, is not waited for.
	 * @param name the annotation's name
	 * @param action calls the guarded method; runs once
	 * @param <T> what it returns
	 * @param <E> what it throws
	 * @return what the code has returned
	 * @throws E what the code has thrown
	 * @throws io.pulsarlock.LockBusyException if another node or thread holds the lock;
	 * it is not waited for
	 * @throws io.pulsarlock.LockLostException if the lock was lost while the code ran
	 * @since 0.2.0
	 */
	public <T extends @Nullable Object, E extends Throwable> T withLock(String name, GuardedAction<T, E> action)
			throws E {
		return AnnotatedCall.withLock(node(NODE), name, action);
	}

	/**
	 * Like {@link #withLock(String, GuardedAction)}, for code that returns nothing.
	 * @param name the annotation's name
	 * @param task calls the guarded method; runs once
	 * @param <E> what it throws
	 * @throws E what the code has thrown
	 * @since 0.2.0
	 */
	public <E extends Throwable> void withLock(String name, GuardedTask<E> task) throws E {
		withLock(name, action(task));
	}

	/**
	 * Like {@link #withLock(String, GuardedAction)}, as a method annotated with
	 * {@code @DistributedLock(name, key)}.
	 * @param name the annotation's name
	 * @param key the value of its key, or a collection of values for several locks
	 * @param action calls the guarded method; runs once
	 * @param <T> what it returns
	 * @param <E> what it throws
	 * @return what the code has returned
	 * @throws E what the code has thrown
	 * @since 0.2.0
	 */
	public <T extends @Nullable Object, E extends Throwable> T withLock(String name, Object key,
			GuardedAction<T, E> action) throws E {
		return AnnotatedCall.withLock(node(NODE), name, key, action);
	}

	/**
	 * Like {@link #withLock(String, Object, GuardedAction)}, for code that returns
	 * nothing.
	 * @param name the annotation's name
	 * @param key the value of its key, or a collection of values for several locks
	 * @param task calls the guarded method; runs once
	 * @param <E> what it throws
	 * @throws E what the code has thrown
	 * @since 0.2.0
	 */
	public <E extends Throwable> void withLock(String name, Object key, GuardedTask<E> task) throws E {
		withLock(name, key, action(task));
	}

	/**
	 * Runs code as a method annotated with {@code @LeaderOnly(group)} runs on the node
	 * that leads: the leadership is waited for first, and found by {@code LockContext}
	 * and {@code LockAssert}. It can be {@linkplain #loseLeadership lost}.
	 * @param group the annotation's group
	 * @param action calls the guarded method; runs once
	 * @param <T> what it returns
	 * @param <E> what it throws
	 * @return what the code has returned
	 * @throws E what the code has thrown
	 * @throws IllegalStateException if another node of this cluster leads the group
	 * @throws io.pulsarlock.LockLostException if the leadership was lost
	 * @since 0.2.0
	 */
	public <T extends @Nullable Object, E extends Throwable> T asLeader(String group, GuardedAction<T, E> action)
			throws E {
		InMemoryNode node = node(NODE);
		node.awaitLeadership(group, JOIN_LIMIT);
		return AnnotatedCall.asLeader(node, group, action);
	}

	/**
	 * Like {@link #asLeader(String, GuardedAction)}, for code that returns nothing.
	 * @param group the annotation's group
	 * @param task calls the guarded method; runs once
	 * @param <E> what it throws
	 * @throws E what the code has thrown
	 * @since 0.2.0
	 */
	public <E extends Throwable> void asLeader(String group, GuardedTask<E> task) throws E {
		asLeader(group, action(task));
	}

	private static <E extends Throwable> GuardedAction<@Nullable Object, E> action(GuardedTask<E> task) {
		return () -> {
			task.run();
			return null;
		};
	}

	/**
	 * Stops what stands for the broker: every node is cut off until {@link #resume()}.
	 * Calls on locks end with "unknown", and what is held is lost in time. Returns when
	 * it has stopped; without effect if it has already.
	 */
	public void stop() {
		this.broker.stop();
	}

	/** Ends {@link #stop()}: the nodes come back by themselves. */
	public void resume() {
		this.broker.resume();
	}

	/**
	 * Whether it is stopped.
	 * @return true between {@link #stop()} and {@link #resume()}
	 */
	public boolean isStopped() {
		return this.broker.isStopped();
	}

	/**
	 * What the nodes have open: a journal for each shard.
	 * @return one line for each, sorted; empty when all nodes are closed
	 */
	public List<String> openObjects() {
		return this.broker.openObjects();
	}

	/**
	 * The lease of its nodes.
	 * @return the lease
	 */
	public Duration lease() {
		return this.lease;
	}

	/**
	 * The reconnect grace of its nodes.
	 * @return the grace
	 */
	public Duration reconnectGrace() {
		return this.reconnectGrace;
	}

	long recordsWritten() {
		return this.broker.count(MemoryShard::end);
	}

	long recordsKept() {
		return this.broker.count((shard) -> shard.end() - shard.begin());
	}

	/** Closes all nodes and ends every thread. Closing twice does nothing. */
	@Override
	public void close() {
		List<InMemoryNode> open;
		synchronized (this.nodes) {
			this.closed = true;
			open = List.copyOf(this.nodes.values());
		}
		open.forEach(InMemoryNode::close);
		this.broker.close();
	}

}

package io.pulsarlock.test.memory;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.pulsarlock.session.SessionSettings;

/**
 * A lock cluster in this process's memory. <pre class="code">
 * try (InMemoryLockCluster cluster = InMemoryLockCluster.create()) {
 *     LockHandle held = cluster.node("a").obtain("stock").acquire(Duration.ofSeconds(1));
 *     cluster.node("a").loseNow("stock");
 *     assertThat(held.isHeld()).isFalse();
 * }
 * </pre> The nodes run the session code of production; only journals and doors are
 * replaced. Two clusters share nothing. Safe for use by any number of threads.
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
				node = new InMemoryNode(this.broker,
						SessionSettings.of(name).withShards(shards).withTimes(this.lease, this.reconnectGrace));
				this.nodes.put(name, node);
			}
			return node;
		}
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
	 * What the nodes have open: a journal for each shard, and an entry for each door
	 * somebody is inside of or waits at.
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

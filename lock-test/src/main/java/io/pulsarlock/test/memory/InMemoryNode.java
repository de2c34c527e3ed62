package io.pulsarlock.test.memory;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockNode;
import io.pulsarlock.Participant;
import io.pulsarlock.session.DelegatingLockNode;
import io.pulsarlock.session.SessionLockNode;
import io.pulsarlock.session.SessionSettings;

/**
 * One node of an {@link InMemoryLockCluster}: a lock node with switches for what goes
 * wrong in real life.
 *
 * @since 0.1.0
 */
public final class InMemoryNode implements DelegatingLockNode {

	private static final long REACTION_SECONDS = 30;

	private static final String LOCK = "l:";

	private static final String GROUP = "g:";

	private final MemoryBroker broker;

	private final SessionLockNode node;

	/** That of the latest run. */
	private volatile MemoryConnector connector;

	/** By key: a lock that is kept has another token with each of its holders. */
	private final Map<String, CompletableFuture<Void>> losing = new ConcurrentHashMap<>();

	/** The latest leadership of each group that is over for this node. */
	private final Map<String, Long> revoked = new ConcurrentHashMap<>();

	private volatile boolean closed;

	/** A node that does not run yet. */
	InMemoryNode(MemoryBroker broker, SessionSettings settings) {
		this.broker = broker;
		this.connector = new MemoryConnector(broker, settings.node());
		this.node = SessionLockNode.restartable(settings, () -> connect(settings.node()));
		this.node.addListener((event) -> {
			if (event instanceof LockLost lost) {
				lost(LOCK + lost.name());
			}
		});
		this.node.leadership().addListener(new LeaderListener() {

			@Override
			public void onRevoked(LeadershipRevoked event) {
				InMemoryNode.this.revoked.put(GROUP + event.group(), event.term());
				lost(GROUP + event.group());
			}

		});
	}

	private void lost(String key) {
		CompletableFuture<Void> lost = this.losing.remove(key);
		if (lost != null) {
			lost.complete(null);
		}
	}

	private MemoryConnector connect(String node) {
		MemoryConnector connector = new MemoryConnector(this.broker, node);
		this.broker.ask(() -> this.broker.add(connector));
		this.connector = connector;
		return connector;
	}

	void start() {
		this.node.start();
		this.node.startCampaigns();
	}

	void join(Duration limit) {
		try {
			awaitJoined(limit);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while node '" + node() + "' joined", ex);
		}
	}

	/** Waits until this node leads, unless another one does. */
	void awaitLeadership(String name, Duration limit) {
		LeaderGroup group = leadership().group(name);
		long deadline = System.nanoTime() + limit.toNanos();
		while (!group.isLeader()) {
			group.participants()
				.stream()
				.findFirst()
				.map(Participant::node)
				.filter((leader) -> !leader.equals(node()))
				.ifPresent((leader) -> {
					throw new IllegalStateException("Node '" + leader + "' leads group '" + name + "', not node '"
							+ node() + "', on which the code was to run");
				});
			if (System.nanoTime() - deadline > 0) {
				throw new IllegalStateException("Node '" + node() + "' has not become leader of group '" + name + "'");
			}
			LockSupport.parkNanos(1_000_000);
		}
	}

	/**
	 * Takes a lock away from this node, as a mistaken cluster would: its holder is told
	 * ({@link io.pulsarlock.LockLoss.Reason#ENDED_BY_CLUSTER}) and the next one in line
	 * gets it. When this returns the holder's {@link LockHandle#isHeld()} is false. A
	 * cluster ends sessions and not single locks, so the node may lose others with it.
	 * @param lock the lock's name
	 * @throws IllegalStateException if this node does not hold it, or is disconnected:
	 * what it cannot be told cannot be taken away safely
	 */
	public void loseNow(String lock) {
		if (!tryLose(lock)) {
			throw new IllegalStateException("Node '" + node() + "' has no lock '" + lock + "' to lose");
		}
	}

	/**
	 * The same for the leadership of a group. The node becomes a candidate again.
	 * @param group the group's name
	 * @throws IllegalStateException if this node does not lead it, or is disconnected
	 */
	public void loseLeadership(String group) {
		if (!tryLoseLeadership(group)) {
			throw new IllegalStateException("Node '" + node() + "' has no leadership of group '" + group + "' to lose");
		}
	}

	/** Takes a lock away, unless this node does not hold it. */
	boolean tryLose(String lock) {
		this.broker.ask(this::requireConnected);
		return isInUse(lock) && expel(LOCK + lock, "lock '" + lock + "'");
	}

	/** A lock that the node only caches has no holder to notify of its loss. */
	private boolean isInUse(String lock) {
		LockHandle free;
		try {
			free = this.node.obtain(lock).tryAcquire().orElse(null);
		}
		catch (LockConfigurationException ex) {
			// Permits of it are.
			return true;
		}
		if (free != null) {
			free.close();
		}
		return free == null;
	}

	/** Takes a leadership away, unless this node does not lead. */
	boolean tryLoseLeadership(String group) {
		return expel(GROUP + group, "leadership of group '" + group + "'");
	}

	private boolean expel(String key, String what) {
		CompletableFuture<Void> lost = new CompletableFuture<>();
		boolean found = this.broker.ask(() -> {
			requireConnected();
			return this.broker.expelHolder(this.connector, key, (token) -> {
				this.losing.put(key, lost);
				if (Long.valueOf(token).equals(this.revoked.get(key))) {
					// It has resigned, and waits for what the leadership guards.
					lost(key);
				}
				return lost;
			});
		});
		if (found) {
			try {
				await(lost, "the " + what + " is lost");
			}
			finally {
				// The others wait for it.
				this.losing.remove(key, lost);
				lost.complete(null);
			}
		}
		return found;
	}

	/**
	 * Ends the node's sessions as the others would after a long silence: all its locks
	 * and leaderships are lost, and it joins again under new sessions. When this returns
	 * its holders are told.
	 * @throws IllegalStateException if the node is disconnected
	 */
	public void expel() {
		await(this.broker.ask(() -> {
			requireConnected();
			return this.broker.expel(this.connector);
		}), "its sessions have ended");
	}

	/**
	 * Cuts this node off the others. What is held elsewhere stays; what this node holds
	 * it keeps for the reconnect grace, and then loses.
	 */
	public void disconnect() {
		this.broker.ask(() -> this.broker.away(this.connector, true));
	}

	/** Ends {@link #disconnect()}. */
	public void reconnect() {
		this.broker.ask(() -> this.broker.away(this.connector, false));
	}

	SessionLockNode session() {
		return this.node;
	}

	@Override
	public LockNode delegate() {
		return this.node;
	}

	boolean isClosed() {
		return this.closed;
	}

	private boolean requireConnected() {
		if (!this.connector.isConnected()) {
			throw new IllegalStateException("Node '" + node() + "' is disconnected: it cannot be notified of a loss");
		}
		return true;
	}

	/** Goes on when it is interrupted: the loss itself may interrupt this thread. */
	private void await(CompletableFuture<?> reaction, String what) {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(REACTION_SECONDS);
		boolean interrupted = false;
		try {
			while (true) {
				try {
					reaction.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
					return;
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new IllegalStateException("Node '" + node() + "' has not reported that " + what, ex);
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.node.close();
	}

	@Override
	public String toString() {
		return "in-memory node '" + node() + "'";
	}

}

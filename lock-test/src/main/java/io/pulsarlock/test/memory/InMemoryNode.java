package io.pulsarlock.test.memory;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.pulsarlock.ClusterView;
import io.pulsarlock.FencedLock;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockEvent;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockHandles;
import io.pulsarlock.LockListener;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockStatistics;
import io.pulsarlock.Registration;
import io.pulsarlock.session.SessionLockRegistry;
import io.pulsarlock.session.SessionSettings;

/**
 * One node of an {@link InMemoryLockCluster}: a lock registry with switches for what goes
 * wrong in real life.
 */
public final class InMemoryNode implements LockRegistry {

	private static final long REACTION_SECONDS = 30;

	private final MemoryBroker broker;

	private final MemoryConnector connector;

	private final SessionLockRegistry registry;

	private final Map<Long, CompletableFuture<Void>> losing = new ConcurrentHashMap<>();

	private volatile boolean closed;

	InMemoryNode(MemoryBroker broker, SessionSettings settings) {
		this.broker = broker;
		this.connector = new MemoryConnector(broker, settings.node());
		broker.ask(() -> broker.add(this.connector));
		this.registry = new SessionLockRegistry(settings, this.connector);
		this.registry.addListener((event) -> {
			if (event.type() == LockEvent.Type.LOST) {
				CompletableFuture<Void> lost = this.losing.remove(event.token());
				if (lost != null) {
					lost.complete(null);
				}
			}
		});
	}

	void awaitJoined(Duration limit) {
		try {
			this.registry.awaitJoined(limit);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while node '" + node() + "' joined", ex);
		}
	}

	/**
	 * Takes a lock away from this node, as an administrator or a mistaken cluster would:
	 * its holder is told ({@link io.pulsarlock.LockLoss.Reason#REVOKED_BY_PEERS}) and the
	 * next one in line gets it. When this returns the holder's
	 * {@link LockHandle#isHeld()} is false. The node's other locks are not touched.
	 * @param lock the lock's name
	 * @throws IllegalStateException if this node does not hold it, or is disconnected:
	 * what it cannot be told cannot be taken away safely
	 */
	public void loseNow(String lock) {
		evict("l:" + lock, "lock '" + lock + "'");
	}

	/**
	 * The same for the leadership of a group. The node becomes a candidate again.
	 * @param group the group's name
	 * @throws IllegalStateException if this node does not lead it, or is disconnected
	 */
	public void loseLeadership(String group) {
		evict("g:" + group, "leadership of group '" + group + "'");
	}

	private void evict(String key, String what) {
		CompletableFuture<Void> lost = this.broker.ask(() -> {
			requireConnected();
			CompletableFuture<Void> future = new CompletableFuture<>();
			if (!this.broker.evict(this.connector, key, (token) -> {
				this.losing.put(token, future);
				return future;
			})) {
				throw new IllegalStateException("Node '" + node() + "' has no " + what + " to lose");
			}
			return future;
		});
		await(lost, "the " + what + " is lost");
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

	/**
	 * The registry of production behind this node, for code that asks for that type.
	 * @return the registry
	 */
	public SessionLockRegistry registry() {
		return this.registry;
	}

	boolean isClosed() {
		return this.closed;
	}

	private void requireConnected() {
		if (!this.connector.isConnected()) {
			throw new IllegalStateException("Node '" + node() + "' is disconnected: nobody can tell it of a loss");
		}
	}

	private void await(CompletableFuture<?> reaction, String what) {
		try {
			reaction.get(REACTION_SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting until " + what, ex);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new IllegalStateException("Node '" + node() + "' has not said that " + what, ex);
		}
	}

	@Override
	public FencedLock obtain(String name) {
		return this.registry.obtain(name);
	}

	@Override
	public LockHandles acquireAll(Collection<String> names, Duration waitFor) throws InterruptedException {
		return this.registry.acquireAll(names, waitFor);
	}

	@Override
	public ClusterView view() {
		return this.registry.view();
	}

	@Override
	public LockStatistics statistics() {
		return this.registry.statistics();
	}

	@Override
	public Optional<LockHandle> heldByCurrentThread(String name) {
		return this.registry.heldByCurrentThread(name);
	}

	@Override
	public Leadership leadership() {
		return this.registry.leadership();
	}

	@Override
	public String node() {
		return this.registry.node();
	}

	@Override
	public Registration addListener(LockListener listener) {
		return this.registry.addListener(listener);
	}

	@Override
	public void close() {
		this.closed = true;
		this.registry.close();
	}

	@Override
	public String toString() {
		return "in-memory node '" + node() + "'";
	}

}

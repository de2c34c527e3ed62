package io.pulsarlock.test.memory;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.pulsarlock.LeaderListener;
import io.pulsarlock.LeadershipRevoked;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLost;
import io.pulsarlock.LockNode;
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

	private final MemoryBroker broker;

	private final MemoryConnector connector;

	private final SessionLockNode node;

	private final Map<Long, CompletableFuture<Void>> losing = new ConcurrentHashMap<>();

	/** The latest leadership of each group that is over for this node. */
	private final Map<String, Long> revoked = new ConcurrentHashMap<>();

	private volatile boolean closed;

	InMemoryNode(MemoryBroker broker, SessionSettings settings) {
		this.broker = broker;
		this.connector = new MemoryConnector(broker, settings.node());
		broker.ask(() -> broker.add(this.connector));
		this.node = new SessionLockNode(settings, this.connector);
		this.node.addListener((event) -> {
			if (event instanceof LockLost lost) {
				lost(lost.token());
			}
		});
		this.node.leadership().addListener(new LeaderListener() {

			@Override
			public void onRevoked(LeadershipRevoked event) {
				InMemoryNode.this.revoked.put(event.group(), event.term());
				lost(event.term());
			}

		});
	}

	private void lost(long token) {
		CompletableFuture<Void> lost = this.losing.remove(token);
		if (lost != null) {
			lost.complete(null);
		}
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

	/**
	 * Takes a lock away from this node, as an administrator or a mistaken cluster would:
	 * its holder is told ({@link io.pulsarlock.LockLoss.Reason#ENDED_BY_CLUSTER}) and the
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
				if (this.revoked.containsValue(token)) {
					// It has resigned, and waits for what the leadership guards.
					lost(token);
				}
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

	@Override
	public LockNode delegate() {
		return this.node;
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
	public void close() {
		this.closed = true;
		this.node.close();
	}

	@Override
	public String toString() {
		return "in-memory node '" + node() + "'";
	}

}

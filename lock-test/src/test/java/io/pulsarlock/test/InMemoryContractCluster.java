package io.pulsarlock.test;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.LockNode;
import io.pulsarlock.Registration;
import io.pulsarlock.test.contract.ContractCluster;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;

/**
 * The in-memory cluster for the contract.
 */
final class InMemoryContractCluster implements ContractCluster {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	@Override
	public LockNode newNode(String name) {
		return this.cluster.node(name);
	}

	@Override
	public LockNode newNode(String name, int shards) {
		return this.cluster.node(name, shards);
	}

	@Override
	public void loseNow(LockNode node, String lock) {
		((InMemoryNode) node).loseNow(lock);
	}

	@Override
	public void loseLeadership(LockNode node, String group) {
		((InMemoryNode) node).loseLeadership(group);
	}

	@Override
	public Registration silence(LockNode node) {
		((InMemoryNode) node).disconnect();
		return ((InMemoryNode) node)::reconnect;
	}

	@Override
	public void breakConnections() {
		stop();
		resume();
	}

	@Override
	public void stop() {
		this.cluster.stop();
	}

	@Override
	public void resume() {
		this.cluster.resume();
	}

	@Override
	public List<String> openObjects() {
		return this.cluster.openObjects();
	}

	@Override
	public Duration lease() {
		return this.cluster.lease();
	}

	@Override
	public Duration reconnectGrace() {
		return this.cluster.reconnectGrace();
	}

	@Override
	public void close() {
		this.cluster.close();
	}

}

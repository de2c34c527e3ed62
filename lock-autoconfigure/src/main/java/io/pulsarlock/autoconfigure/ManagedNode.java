package io.pulsarlock.autoconfigure;

import io.pulsarlock.LockRegistry;
import io.pulsarlock.session.SessionLockNode;

import org.springframework.aop.framework.AopProxyUtils;

/**
 * The node that the auto-configuration has created and therefore starts and stops.
 */
final class ManagedNode {

	private final SessionLockNode node;

	private final String serviceUrl;

	private final ReplicationCheck replication;

	ManagedNode(SessionLockNode node, String serviceUrl, ReplicationCheck replication) {
		this.node = node;
		this.serviceUrl = serviceUrl;
		this.replication = replication;
	}

	SessionLockNode node() {
		return this.node;
	}

	/** The address of its Pulsar. */
	String serviceUrl() {
		return this.serviceUrl;
	}

	/** Whether its namespace is replicated. */
	ReplicationCheck replication() {
		return this.replication;
	}

	/**
	 * Whether the registry is this node and has not been replaced, for example by a mock.
	 */
	boolean is(LockRegistry registry) {
		return registry == this.node || AopProxyUtils.getSingletonTarget(registry) == this.node;
	}

}

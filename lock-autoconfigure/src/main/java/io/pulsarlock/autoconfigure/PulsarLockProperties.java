package io.pulsarlock.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Configuration properties for locks and leader election.
 *
 * @param enabled Whether to enable distributed locks and leader election.
 * @param cluster Name of the lock cluster. Nodes with the same name share locks and
 * leaders. Defaults to the name of the application.
 * @param node Name of this node as other nodes see it. Defaults to the host name and the
 * process id.
 * @param startup What the start of the application does about a lock cluster that has not
 * been joined.
 * @param startupTimeout Time to wait at startup until the lock cluster is joined.
 * @param topic Topics that keep the locks.
 * @param session Times of this node's sessions.
 * @param affinity Locks that stay with this node after their release.
 * @param annotations Annotated methods.
 * @param leader Leader election.
 */
@ConfigurationProperties("pulsar-lock")
public record PulsarLockProperties(@DefaultValue("true") boolean enabled, @Nullable String cluster,
		@Nullable String node, @DefaultValue("background") Startup startup,
		@DefaultValue("10s") Duration startupTimeout, @DefaultValue Topic topic, @DefaultValue Session session,
		@DefaultValue Affinity affinity, @DefaultValue Annotations annotations, @DefaultValue Leader leader) {

	private static final String APPLICATION_NAME = "spring.application.name";

	private static final String NO_NAME = "default";

	/**
	 * The lock cluster this node belongs to.
	 * @param environment knows the application's name
	 * @return the cluster, or else the application's name with every character that a
	 * topic's name may not have replaced by a dash, or else {@code default}
	 */
	public String cluster(Environment environment) {
		if (this.cluster != null) {
			return this.cluster;
		}
		String name = applicationName(environment).replaceAll("[^A-Za-z0-9_.=-]", "-");
		return name.substring(0, Math.min(name.length(), 100));
	}

	/**
	 * The leader group of whoever names none.
	 * @param environment knows the application's name
	 * @return the group, or else the application's name, or else {@code default}
	 */
	public String leaderGroup(Environment environment) {
		String group = this.leader.group();
		return (group != null) ? group : applicationName(environment);
	}

	private static String applicationName(Environment environment) {
		String name = environment.getProperty(APPLICATION_NAME);
		return StringUtils.hasText(name) ? name : NO_NAME;
	}

	/** What the start of the application does about a cluster that is not joined. */
	public enum Startup {

		/** Fail unless the cluster is joined within the timeout. */
		FAIL,

		/** Wait up to the timeout, then go on with a warning. */
		WAIT,

		/**
		 * Go on, unless a broker refuses within the first two seconds. Until the cluster
		 * is joined locks are unavailable.
		 */
		BACKGROUND

	}

	/**
	 * Topics that keep the locks. Must be the same on all nodes of a lock cluster.
	 *
	 * @param tenant Tenant of the lock topics.
	 * @param namespace Namespace of the lock topics, without the tenant. Must exist and
	 * must not be replicated to another Pulsar cluster.
	 * @param prefix First part of the names of the lock topics.
	 * @param shards Number of lock topics. All nodes must be stopped before it is
	 * changed.
	 * @param subscriptionPrefix First part of the names of subscriptions, for namespaces
	 * that demand one.
	 */
	public record Topic(@DefaultValue("public") String tenant, @DefaultValue("default") String namespace,
			@DefaultValue("pulsar-lock") String prefix, @DefaultValue("4") int shards,
			@DefaultValue("") String subscriptionPrefix) {
	}

	/**
	 * Times of this node's sessions. May differ from node to node.
	 *
	 * @param lease Longest time a lock stays blocked by a node that fell silent. Sessions
	 * are renewed every third of it.
	 * @param reconnectGrace Longest interruption of the connection that a lock survives,
	 * and about the time until the next holder enters after a crash. At most the lease.
	 */
	public record Session(@DefaultValue("10s") Duration lease, @DefaultValue("4s") Duration reconnectGrace) {
	}

	/**
	 * Locks that stay with this node after their release.
	 *
	 * @param idle Time to keep a released lock for this node, unless another node asks
	 * for it. Zero turns it off.
	 * @param maxLocks Number of locks to keep at most.
	 */
	public record Affinity(@DefaultValue("1s") Duration idle, @DefaultValue("1000") int maxLocks) {
	}

	/**
	 * Annotated methods.
	 *
	 * @param enabled Whether to enable the annotations on methods.
	 * @param waitFor Time to wait for a lock that somebody else holds, where the
	 * annotation says nothing else.
	 * @param order Order of the lock among the aspects of a method, smaller further out.
	 * By default it is inside method security, retries and circuit breakers, and outside
	 * transactions and caches.
	 */
	public record Annotations(@DefaultValue("true") boolean enabled, @DefaultValue("0s") Duration waitFor,
			@Nullable Integer order) {
	}

	/**
	 * Leader election.
	 *
	 * @param group Leader group of annotated methods that name none. Defaults to the name
	 * of the application.
	 * @param groups Comma-separated list of leader groups that this node is a candidate
	 * of from the start, whether anything else asks for them or not.
	 */
	public record Leader(@Nullable String group, @DefaultValue List<String> groups) {
	}

}

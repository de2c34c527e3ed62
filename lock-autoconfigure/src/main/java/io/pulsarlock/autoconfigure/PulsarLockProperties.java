package io.pulsarlock.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Configuration properties for locks and leader election.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("pulsar-lock")
public final class PulsarLockProperties {

	private static final String APPLICATION_NAME = "spring.application.name";

	private static final String NO_NAME = "default";

	private static final int LONGEST_CLUSTER = 100;

	private static final int HASH_BYTES = 6;

	/**
	 * Whether to enable distributed locks and leader election. If disabled, annotated
	 * methods run on every node, without a lock.
	 */
	private final boolean enabled;

	/**
	 * Name of the lock cluster. Nodes with the same name share locks and leaders.
	 * Defaults to the name of the application; startup fails if neither is set.
	 */
	private final @Nullable String cluster;

	/**
	 * Name of this node as other nodes see it. Defaults to the host name and the process
	 * id.
	 */
	private final @Nullable String node;

	/**
	 * Whether startup waits until the lock cluster is joined and the leaders of all
	 * groups are known, and what it does if that takes too long.
	 */
	private final Startup startup;

	/**
	 * Time to wait at startup until the lock cluster is joined and the leaders are known.
	 */
	private final Duration startupTimeout;

	/** Topics that store the locks. */
	private final Topic topic;

	/** Timeouts of this node's sessions. */
	private final Session session;

	/** Locks that stay with this node after their release. */
	private final Cache cache;

	/** Hints that nodes send each other beside the journal. */
	private final Hints hints;

	/** Fencing tokens. */
	private final Fencing fencing;

	/** Protection of the locks from other clients that may write to their topics. */
	private final Security security;

	/** Personal data in the names of locks. */
	private final Privacy privacy;

	/** Annotated methods. */
	private final Annotations annotations;

	/** Leader election. */
	private final Leader leader;

	PulsarLockProperties(@DefaultValue("true") boolean enabled, @Nullable String cluster, @Nullable String node,
			@DefaultValue("background") Startup startup, @DefaultValue("10s") Duration startupTimeout,
			@DefaultValue Topic topic, @DefaultValue Session session, @DefaultValue Cache cache,
			@DefaultValue Hints hints, @DefaultValue Fencing fencing, @DefaultValue Security security,
			@DefaultValue Privacy privacy, @DefaultValue Annotations annotations, @DefaultValue Leader leader) {
		this.enabled = enabled;
		this.cluster = cluster;
		this.node = node;
		this.startup = startup;
		this.startupTimeout = startupTimeout;
		this.topic = topic;
		this.session = session;
		this.cache = cache;
		this.hints = hints;
		this.fencing = fencing;
		this.security = security;
		this.privacy = privacy;
		this.annotations = annotations;
		this.leader = leader;
	}

	/**
	 * Whether to enable distributed locks and leader election. If disabled, annotated
	 * methods run on every node, without a lock.
	 * @return the value
	 */
	public boolean enabled() {
		return this.enabled;
	}

	/**
	 * Name of the lock cluster. Nodes with the same name share locks and leaders.
	 * Defaults to the name of the application; startup fails if neither is set.
	 * @return the value
	 */
	public @Nullable String cluster() {
		return this.cluster;
	}

	/**
	 * Name of this node as other nodes see it. Defaults to the host name and the process
	 * id.
	 * @return the value
	 */
	public @Nullable String node() {
		return this.node;
	}

	/**
	 * Whether startup waits until the lock cluster is joined and the leaders of all
	 * groups are known, and what it does if that takes too long.
	 * @return the value
	 */
	public Startup startup() {
		return this.startup;
	}

	/**
	 * Time to wait at startup until the lock cluster is joined and the leaders are known.
	 * @return the value
	 */
	public Duration startupTimeout() {
		return this.startupTimeout;
	}

	/**
	 * Topics that store the locks.
	 * @return the value
	 */
	public Topic topic() {
		return this.topic;
	}

	/**
	 * Timeouts of this node's sessions.
	 * @return the value
	 */
	public Session session() {
		return this.session;
	}

	/**
	 * Locks that stay with this node after their release.
	 * @return the value
	 */
	public Cache cache() {
		return this.cache;
	}

	/**
	 * Hints that nodes send each other beside the journal.
	 * @return the value
	 */
	public Hints hints() {
		return this.hints;
	}

	/**
	 * Fencing tokens.
	 * @return the value
	 */
	public Fencing fencing() {
		return this.fencing;
	}

	/**
	 * Protection of the locks from other clients that may write to their topics.
	 * @return the value
	 */
	public Security security() {
		return this.security;
	}

	/**
	 * Personal data in the names of locks.
	 * @return the value
	 * @since 0.2.0
	 */
	public Privacy privacy() {
		return this.privacy;
	}

	/**
	 * Annotated methods.
	 * @return the value
	 */
	public Annotations annotations() {
		return this.annotations;
	}

	/**
	 * Leader election.
	 * @return the value
	 */
	public Leader leader() {
		return this.leader;
	}

	/**
	 * The lock cluster this node belongs to.
	 * @param environment knows the application's name
	 * @return the cluster, or else the name of the application. If that name is not valid
	 * in the name of a topic, invalid characters are replaced by a dash, excess
	 * characters are cut off, and {@code =} and a hash of the whole name are appended:
	 * different applications never have the same cluster
	 * @throws LockConfigurationException if neither has a name
	 */
	public String cluster(Environment environment) {
		if (this.cluster != null) {
			return this.cluster;
		}
		String name = applicationName(environment);
		if (name == null) {
			throw new LockConfigurationException("The lock cluster has no name, and any other application without "
					+ "one would share its locks and leaders. Set '" + APPLICATION_NAME
					+ "' to the name of this application, or 'pulsar-lock.cluster' to a name that all of its nodes "
					+ "and no other application use");
		}
		return distinct(name, "[^A-Za-z0-9_.-]", LONGEST_CLUSTER);
	}

	/**
	 * The leader group of annotated methods that name none.
	 * @param environment knows the application's name
	 * @return the group, or else the name of the application, or else that of the
	 * cluster, or else {@code default}, which is only reached with a {@code LockRegistry}
	 * bean of the application. A name that is too long for a group is cut off, and
	 * {@code =} and a hash of the whole name are appended
	 */
	public String leaderGroup(Environment environment) {
		String group = this.leader.defaultGroup();
		if (group != null) {
			return group;
		}
		String name = applicationName(environment);
		if (name == null) {
			return (this.cluster != null) ? this.cluster : NO_NAME;
		}
		return (name.length() > LockRegistry.MAX_NAME_LENGTH) ? distinct(name, "[^ -~]", LockRegistry.MAX_NAME_LENGTH)
				: name;
	}

	private static @Nullable String applicationName(Environment environment) {
		String name = environment.getProperty(APPLICATION_NAME);
		return StringUtils.hasText(name) ? name : null;
	}

	/**
	 * Creates valid names that differ if the given names differ: a changed name gets an
	 * equals sign, which no unchanged name contains.
	 */
	private static String distinct(String name, String forbidden, int longest) {
		String replaced = name.replaceAll(forbidden, "-");
		if (replaced.equals(name) && name.length() <= longest) {
			return name;
		}
		String hash = '=' + hash(name);
		return replaced.substring(0, Math.min(replaced.length(), longest - hash.length())) + hash;
	}

	private static String hash(String name) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
		}
		catch (NoSuchAlgorithmException ex) {
			// Every Java platform supports it.
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What startup does while the cluster is not joined. Waiting includes the first
	 * elections: for every leader group that properties or annotations name, startup
	 * waits until this node leads it or knows that another node does, before runners,
	 * startup listeners, scheduled methods and message listeners may run.
	 */
	public enum Startup {

		/**
		 * Fail unless the cluster is joined, and all leaders known, within the timeout.
		 */
		FAIL,

		/** Wait up to the timeout, then continue with a warning. */
		WAIT,

		/**
		 * Continue, unless a broker refuses the node within the first two seconds. Until
		 * the cluster is joined, locks are unavailable. Calls of {@code @LeaderOnly}
		 * methods are skipped until this node leads, or wait as long as their annotation
		 * says.
		 */
		BACKGROUND

	}

	/**
	 * Topics that store the locks. Must be the same on all nodes of a lock cluster.
	 */
	public static final class Topic {

		/** Tenant of the lock topics. */
		private final String tenant;

		/**
		 * Namespace of the lock topics, without the tenant. Must exist and must not be
		 * replicated to another Pulsar cluster.
		 */
		private final String namespace;

		/** Prefix of the names of the lock topics. */
		private final String prefix;

		/**
		 * Number of lock topics. Must be the same on all nodes; stop all nodes before
		 * changing it.
		 */
		private final int shards;

		/** Prefix of the names of subscriptions, for namespaces that require one. */
		private final String subscriptionPrefix;

		Topic(@DefaultValue("public") String tenant, @DefaultValue("default") String namespace,
				@DefaultValue("pulsar-lock") String prefix, @DefaultValue("4") int shards,
				@DefaultValue("") String subscriptionPrefix) {
			this.tenant = tenant;
			this.namespace = namespace;
			this.prefix = prefix;
			this.shards = shards;
			this.subscriptionPrefix = subscriptionPrefix;
		}

		/**
		 * Tenant of the lock topics.
		 * @return the value
		 */
		public String tenant() {
			return this.tenant;
		}

		/**
		 * Namespace of the lock topics, without the tenant. Must exist and must not be
		 * replicated to another Pulsar cluster.
		 * @return the value
		 */
		public String namespace() {
			return this.namespace;
		}

		/**
		 * Prefix of the names of the lock topics.
		 * @return the value
		 */
		public String prefix() {
			return this.prefix;
		}

		/**
		 * Number of lock topics. Must be the same on all nodes; stop all nodes before
		 * changing it.
		 * @return the value
		 */
		public int shards() {
			return this.shards;
		}

		/**
		 * Prefix of the names of subscriptions, for namespaces that require one.
		 * @return the value
		 */
		public String subscriptionPrefix() {
			return this.subscriptionPrefix;
		}

	}

	/**
	 * Timeouts of this node's sessions. May differ from node to node.
	 */
	public static final class Session {

		/**
		 * Longest time for which a silent node blocks a lock. A node renews its sessions
		 * three times in this period.
		 */
		private final Duration lease;

		/**
		 * Longest interruption of the connection that a lock survives, and roughly the
		 * time from a crash to the next holder. At most the lease.
		 */
		private final Duration reconnectGrace;

		Session(@DefaultValue("10s") Duration lease, @DefaultValue("4s") Duration reconnectGrace) {
			this.lease = lease;
			this.reconnectGrace = reconnectGrace;
		}

		/**
		 * Longest time for which a silent node blocks a lock. A node renews its sessions
		 * three times in this period.
		 * @return the value
		 */
		public Duration lease() {
			return this.lease;
		}

		/**
		 * Longest interruption of the connection that a lock survives, and roughly the
		 * time from a crash to the next holder. At most the lease.
		 * @return the value
		 */
		public Duration reconnectGrace() {
			return this.reconnectGrace;
		}

	}

	/**
	 * Locks that stay with this node after their release.
	 */
	public static final class Cache {

		/**
		 * Time for which a released lock stays with this node unless another node asks
		 * for it. Zero disables the cache.
		 */
		private final Duration idle;

		/** Maximum number of released locks that stay with this node. */
		private final int maxLocks;

		Cache(@DefaultValue("1s") Duration idle, @DefaultValue("1000") int maxLocks) {
			this.idle = idle;
			this.maxLocks = maxLocks;
		}

		/**
		 * Time for which a released lock stays with this node unless another node asks
		 * for it. Zero disables the cache.
		 * @return the value
		 */
		public Duration idle() {
			return this.idle;
		}

		/**
		 * Maximum number of released locks that stay with this node.
		 * @return the value
		 */
		public int maxLocks() {
			return this.maxLocks;
		}

	}

	/**
	 * Hints that nodes send each other beside the journal.
	 */
	public static final class Hints {

		/**
		 * Whether nodes tell each other of requests and releases directly, so that a lock
		 * moves sooner from node to node. Requires one more topic, which stores nothing.
		 * Has no effect if records are encrypted.
		 */
		private final boolean enabled;

		Hints(@DefaultValue("false") boolean enabled) {
			this.enabled = enabled;
		}

		/**
		 * Whether nodes tell each other of requests and releases directly, so that a lock
		 * moves sooner from node to node. Requires one more topic, which stores nothing.
		 * Has no effect if records are encrypted.
		 * @return the value
		 */
		public boolean enabled() {
			return this.enabled;
		}

	}

	/**
	 * Fencing tokens. Must be the same on all nodes of a lock cluster.
	 */
	public static final class Fencing {

		/**
		 * Number that all fencing tokens exceed, for a lock cluster that has moved to
		 * another Pulsar cluster. Must be the same on all nodes and must never become
		 * smaller; stop all nodes before changing it.
		 */
		private final long tokenFloor;

		Fencing(@DefaultValue("0") long tokenFloor) {
			this.tokenFloor = tokenFloor;
		}

		/**
		 * Number that all fencing tokens exceed, for a lock cluster that has moved to
		 * another Pulsar cluster. Must be the same on all nodes and must never become
		 * smaller; stop all nodes before changing it.
		 * @return the value
		 */
		public long tokenFloor() {
			return this.tokenFloor;
		}

	}

	/**
	 * Protection of the locks from other clients that may write to their topics.
	 */
	public static final class Security {

		/**
		 * Comma-separated list of the keys with which nodes sign and verify records, each
		 * at least 32 random bytes in Base64. Two nodes need one in common. Without keys,
		 * any client that may produce to the topics can take locks away.
		 */
		private final List<String> recordKeys;

		/**
		 * Comma-separated list of the names of the keys that the Pulsar client encrypts
		 * records with, for namespaces that require encryption. The keys are those of a
		 * CryptoKeyReader bean.
		 */
		private final List<String> encryptionKeys;

		Security(@DefaultValue List<String> recordKeys, @DefaultValue List<String> encryptionKeys) {
			this.recordKeys = List.copyOf(recordKeys);
			this.encryptionKeys = List.copyOf(encryptionKeys);
		}

		/**
		 * Comma-separated list of the names of the keys that the Pulsar client encrypts
		 * records with, for namespaces that require encryption. The keys are those of a
		 * CryptoKeyReader bean.
		 * @return the value
		 */
		public List<String> encryptionKeys() {
			return this.encryptionKeys;
		}

		/**
		 * Comma-separated list of the keys with which nodes sign and verify records, each
		 * at least 32 random bytes in Base64. Two nodes need one in common. Without keys,
		 * any client that may produce to the topics can take locks away.
		 * @return the value
		 */
		public List<String> recordKeys() {
			return this.recordKeys;
		}

	}

	/**
	 * Personal data in the names of locks.
	 *
	 * @since 0.2.0
	 */
	public static final class Privacy {

		/**
		 * Whether the keys of locks are readable in logs, exceptions and spans. By
		 * default a hash stands in place of a key, which may be personal data.
		 */
		private final boolean readableKeys;

		Privacy(@DefaultValue("false") boolean readableKeys) {
			this.readableKeys = readableKeys;
		}

		/**
		 * Whether the keys of locks are readable in logs, exceptions and spans. By
		 * default a hash stands in place of a key, which may be personal data.
		 * @return the value
		 */
		public boolean readableKeys() {
			return this.readableKeys;
		}

	}

	/**
	 * Annotated methods.
	 */
	public static final class Annotations {

		/**
		 * Whether to enable the annotations on methods. If disabled, annotated methods
		 * run on every node, without a lock.
		 */
		private final boolean enabled;

		/** Time to wait for a busy lock if the annotation does not say otherwise. */
		private final Duration waitFor;

		/**
		 * Order of the lock among the aspects of a method; a smaller value is further
		 * out. By default the lock is inside method security, retries and circuit
		 * breakers, and outside transactions and caches.
		 */
		private final @Nullable Integer order;

		Annotations(@DefaultValue("true") boolean enabled, @DefaultValue("0s") Duration waitFor,
				@Nullable Integer order) {
			this.enabled = enabled;
			this.waitFor = waitFor;
			this.order = order;
		}

		/**
		 * Whether to enable the annotations on methods. If disabled, annotated methods
		 * run on every node, without a lock.
		 * @return the value
		 */
		public boolean enabled() {
			return this.enabled;
		}

		/**
		 * Time to wait for a busy lock if the annotation does not say otherwise.
		 * @return the value
		 */
		public Duration waitFor() {
			return this.waitFor;
		}

		/**
		 * Order of the lock among the aspects of a method; a smaller value is further
		 * out. By default the lock is inside method security, retries and circuit
		 * breakers, and outside transactions and caches.
		 * @return the value
		 */
		public @Nullable Integer order() {
			return this.order;
		}

	}

	/**
	 * Leader election.
	 */
	public static final class Leader {

		/**
		 * Leader group of annotated methods that name none. Defaults to the name of the
		 * application, or else to that of the lock cluster.
		 */
		private final @Nullable String defaultGroup;

		/**
		 * Comma-separated list of leader groups in which this node is a candidate from
		 * its start, in addition to those of annotated methods.
		 */
		private final List<String> joinGroups;

		Leader(@Nullable String defaultGroup, @DefaultValue List<String> joinGroups) {
			this.defaultGroup = defaultGroup;
			this.joinGroups = List.copyOf(joinGroups);
		}

		/**
		 * Leader group of annotated methods that name none. Defaults to the name of the
		 * application, or else to that of the lock cluster.
		 * @return the value
		 */
		public @Nullable String defaultGroup() {
			return this.defaultGroup;
		}

		/**
		 * Comma-separated list of leader groups in which this node is a candidate from
		 * its start, in addition to those of annotated methods.
		 * @return the value
		 */
		public List<String> joinGroups() {
			return this.joinGroups;
		}

	}

}

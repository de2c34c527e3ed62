package io.pulsarlock.pulsar;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Where the shards of a lock cluster are. Must be the same on all its nodes. Immutable.
 *
 * @since 0.1.0
 */
public final class TopicSettings {

	private final String tenant;

	private final String namespace;

	private final String prefix;

	private final String cluster;

	private final String subscriptionPrefix;

	private TopicSettings(String tenant, String namespace, String prefix, String cluster, String subscriptionPrefix) {
		check("tenant", tenant);
		check("namespace", namespace);
		check("prefix", prefix);
		check("cluster", cluster);
		if (cluster.equals("partition") || cluster.endsWith("-partition")) {
			throw new IllegalArgumentException("The cluster of the lock topics must not end in 'partition', as '"
					+ cluster + "' does: Pulsar would take the topic of a shard for a partition of another topic");
		}
		if (!subscriptionPrefix.isEmpty()) {
			check("subscription prefix", subscriptionPrefix);
		}
		this.tenant = tenant;
		this.namespace = namespace;
		this.prefix = prefix;
		this.cluster = cluster;
		this.subscriptionPrefix = subscriptionPrefix;
	}

	private static void check(String what, String value) {
		if (!value.matches("[A-Za-z0-9_.=-]{1,100}")) {
			throw new IllegalArgumentException("The " + what
					+ " of the lock topics must be 1 to 100 letters, digits or any of _ - = . but is '" + value + "'");
		}
	}

	/**
	 * The defaults: {@code public/default} and {@code pulsar-lock-<cluster>-<shard>}.
	 * @param cluster the lock cluster's name: nodes with the same name share locks
	 * @return the settings
	 * @throws IllegalArgumentException if that can be no part of a topic's name
	 */
	public static TopicSettings of(String cluster) {
		return new TopicSettings("public", "default", "pulsar-lock", cluster, "");
	}

	/**
	 * In another namespace.
	 * @param tenant the tenant
	 * @param namespace the namespace, without the tenant; must exist and must not be
	 * geo-replicated
	 * @return the settings
	 * @throws IllegalArgumentException if these can be no parts of a topic's name
	 */
	public TopicSettings in(String tenant, String namespace) {
		return new TopicSettings(tenant, namespace, this.prefix, this.cluster, this.subscriptionPrefix);
	}

	/**
	 * Of another lock cluster.
	 * @param cluster the lock cluster's name: nodes with the same name share locks
	 * @return the settings
	 * @throws IllegalArgumentException if that can be no part of a topic's name
	 * @since 0.2.0
	 */
	public TopicSettings withCluster(String cluster) {
		return new TopicSettings(this.tenant, this.namespace, this.prefix, cluster, this.subscriptionPrefix);
	}

	/**
	 * With topics that are called otherwise.
	 * @param prefix the first part of the topics' names
	 * @return the settings
	 * @throws IllegalArgumentException if that can be no part of a topic's name
	 * @since 0.2.0
	 */
	public TopicSettings withPrefix(String prefix) {
		return new TopicSettings(this.tenant, this.namespace, prefix, this.cluster, this.subscriptionPrefix);
	}

	/**
	 * With subscriptions that are called otherwise.
	 * @param subscriptionPrefix the first part of the subscriptions' names; empty unless
	 * the namespace demands that they start with the role
	 * @return the settings
	 * @throws IllegalArgumentException if that can be no part of a subscription's name
	 * @since 0.2.0
	 */
	public TopicSettings withSubscriptionPrefix(String subscriptionPrefix) {
		return new TopicSettings(this.tenant, this.namespace, this.prefix, this.cluster, subscriptionPrefix);
	}

	/**
	 * The tenant.
	 * @return the name
	 */
	public String tenant() {
		return this.tenant;
	}

	/**
	 * The namespace, without the tenant.
	 * @return the name
	 */
	public String namespace() {
		return this.namespace;
	}

	/**
	 * The first part of the topics' names.
	 * @return the prefix
	 */
	public String prefix() {
		return this.prefix;
	}

	/**
	 * The lock cluster's name.
	 * @return the name
	 */
	public String cluster() {
		return this.cluster;
	}

	/**
	 * The first part of the subscriptions' names.
	 * @return the prefix, empty for none
	 */
	public String subscriptionPrefix() {
		return this.subscriptionPrefix;
	}

	/**
	 * The topic of hints, which stores nothing.
	 * @return the full name
	 * @since 0.2.0
	 */
	public String hintTopic() {
		return "non-persistent://" + this.tenant + "/" + this.namespace + "/" + this.prefix + "-" + this.cluster
				+ "-hints";
	}

	/**
	 * The topic of a shard. Its name never ends in {@code -partition-<n>}: Pulsar would
	 * take it for a part of another topic.
	 * @param shard the shard
	 * @return the full name
	 */
	public String topic(int shard) {
		return "persistent://" + this.tenant + "/" + this.namespace + "/" + this.prefix + "-" + this.cluster + "-"
				+ shard;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof TopicSettings settings && values().equals(settings.values());
	}

	@Override
	public int hashCode() {
		return values().hashCode();
	}

	private List<String> values() {
		return List.of(this.tenant, this.namespace, this.prefix, this.cluster, this.subscriptionPrefix);
	}

	@Override
	public String toString() {
		return "lock cluster '" + this.cluster + "' in " + this.tenant + "/" + this.namespace;
	}

}

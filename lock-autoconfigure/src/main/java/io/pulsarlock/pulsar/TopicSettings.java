package io.pulsarlock.pulsar;

/**
 * Where the shards of a lock cluster are. Must be the same on all its nodes.
 *
 * @param tenant the tenant
 * @param namespace the namespace, without the tenant; must exist and must not be
 * geo-replicated
 * @param prefix the first part of the topics' names
 * @param cluster the lock cluster's name: nodes with the same name share locks
 * @param subscriptionPrefix the first part of the subscriptions' names; empty unless the
 * namespace demands that they start with the role
 * @since 0.1.0
 */
public record TopicSettings(String tenant, String namespace, String prefix, String cluster, String subscriptionPrefix) {

	public TopicSettings {
		check("tenant", tenant);
		check("namespace", namespace);
		check("prefix", prefix);
		check("cluster", cluster);
		if (!subscriptionPrefix.isEmpty()) {
			check("subscription prefix", subscriptionPrefix);
		}
	}

	private static void check(String what, String value) {
		if (!value.matches("[A-Za-z0-9_.=-]{1,100}")) {
			throw new IllegalArgumentException("The " + what
					+ " of the lock topics must be 1 to 100 letters, digits or any of _ - = . but is '" + value + "'");
		}
	}

	/**
	 * The defaults: {@code public/default} and {@code pulsar-lock-<cluster>-<shard>}.
	 * @param cluster the lock cluster's name
	 * @return the settings
	 */
	public static TopicSettings of(String cluster) {
		return new TopicSettings("public", "default", "pulsar-lock", cluster, "");
	}

	/**
	 * In another namespace.
	 * @param tenant the tenant
	 * @param namespace the namespace
	 * @return the settings
	 */
	public TopicSettings in(String tenant, String namespace) {
		return new TopicSettings(tenant, namespace, this.prefix, this.cluster, this.subscriptionPrefix);
	}

	/**
	 * The topic of a shard. Its name never ends in {@code -partition-<n>}: such topics
	 * are ten times slower to look up.
	 * @param shard the shard
	 * @return the full name
	 */
	public String topic(int shard) {
		return "persistent://" + this.tenant + "/" + this.namespace + "/" + this.prefix + "-" + this.cluster + "-"
				+ shard;
	}

}

package io.pulsarlock.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.autoconfigure.PulsarLockProperties.Cache;
import io.pulsarlock.autoconfigure.PulsarLockProperties.Session;
import io.pulsarlock.autoconfigure.PulsarLockProperties.Topic;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.RecordEncryption;
import io.pulsarlock.pulsar.RecordKeys;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.session.SessionSettings;
import org.apache.pulsar.client.api.CryptoKeyReader;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * Validated settings derived from {@link PulsarLockProperties}.
 *
 * @param topics the topics of the locks
 * @param session the timeouts of this node
 * @param keys sign and verify records
 * @param warnings warnings about valid but questionable values, with the numbers
 */
record LockSettings(TopicSettings topics, SessionSettings session, RecordKeys keys, List<String> warnings) {

	private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

	private static final Duration LONGEST_LEASE = Duration.ofHours(1);

	private static final Duration LONGEST_IDLE = Duration.ofHours(1);

	private static final Duration SHORTEST_GRACE = Duration.ofMillis(40);

	/** The broker's {@code connectionLivenessCheckTimeoutMillis}. */
	private static final Duration LIVENESS_CHECK = Duration.ofSeconds(5);

	private static final Duration LONG_LEASE = Duration.ofSeconds(60);

	private static final Duration SHORT_GRACE = Duration.ofSeconds(1);

	private static final int MOST_SHARDS = 1024;

	private static final long HIGHEST_TOKEN_FLOOR = Long.MAX_VALUE / 2;

	static LockSettings of(PulsarLockProperties properties, Environment environment) {
		Topic topic = properties.topic();
		Session session = properties.session();
		checkName("pulsar-lock.cluster", properties.cluster());
		checkName("pulsar-lock.topic.tenant", topic.tenant());
		checkName("pulsar-lock.topic.namespace", topic.namespace());
		checkName("pulsar-lock.topic.prefix", topic.prefix());
		if (!topic.subscriptionPrefix().isEmpty()) {
			checkName("pulsar-lock.topic.subscription-prefix", topic.subscriptionPrefix());
		}
		if (topic.shards() < 1 || topic.shards() > MOST_SHARDS) {
			throw invalid("pulsar-lock.topic.shards", topic.shards(), "It must be from 1 to " + MOST_SHARDS + ".");
		}
		checkTimes(session);
		checkCache(properties.cache());
		long floor = properties.fencing().tokenFloor();
		if (floor < 0 || floor > HIGHEST_TOKEN_FLOOR) {
			throw invalid("pulsar-lock.fencing.token-floor", floor,
					"It must be from 0 to " + HIGHEST_TOKEN_FLOOR + ", so that there is room for tokens above it.");
		}
		checkNotBlank("pulsar-lock.node", properties.node());
		checkNotNegative("pulsar-lock.startup-timeout", properties.startupTimeout());
		checkNotNegative("pulsar-lock.annotations.wait-for", properties.annotations().waitFor());
		checkGroup("pulsar-lock.leader.default-group", properties.leader().defaultGroup());
		List<String> groups = properties.leader().joinGroups();
		for (int i = 0; i < groups.size(); i++) {
			checkGroup("pulsar-lock.leader.join-groups[" + i + "]", groups.get(i));
		}
		String node = properties.node();
		return new LockSettings(
				TopicSettings.of(properties.cluster(environment))
					.in(topic.tenant(), topic.namespace())
					.withPrefix(topic.prefix())
					.withSubscriptionPrefix(topic.subscriptionPrefix()),
				SessionSettings.of((node != null) ? node : PulsarLocks.defaultNode())
					.withShards(topic.shards())
					.withTimes(session.lease(), session.reconnectGrace())
					.withAffinity(properties.cache().idle(), properties.cache().maxLocks())
					.withTokenFloor(floor),
				keys(properties.security().recordKeys()), warnings(session));
	}

	/**
	 * Does not use the exception for invalid values, whose analysis shows the value.
	 */
	private static RecordKeys keys(List<String> keys) {
		try {
			return RecordKeys.of(keys);
		}
		catch (IllegalArgumentException ex) {
			throw new LockConfigurationException("pulsar-lock.security.record-keys is invalid. " + ex.getMessage(), ex);
		}
	}

	/**
	 * The encryption of records.
	 * @param names the names of the keys
	 * @param reader the application's keys; null if it has none or more than one reader
	 * @throws LockConfigurationException if there are names but no keys
	 */
	static RecordEncryption encryption(List<String> names, @Nullable CryptoKeyReader reader) {
		if (names.isEmpty()) {
			return RecordEncryption.none();
		}
		if (reader == null) {
			throw new LockConfigurationException("pulsar-lock.security.encryption-keys is set, but there is no single"
					+ " CryptoKeyReader bean to provide the keys. Declare one, such as"
					+ " DefaultCryptoKeyReader.builder().publicKey(name, uri).privateKey(name, uri).build(); if there are"
					+ " several, mark the one for locks @Primary");
		}
		try {
			return RecordEncryption.of(reader, names);
		}
		catch (IllegalArgumentException ex) {
			throw new LockConfigurationException("pulsar-lock.security.encryption-keys is invalid. " + ex.getMessage(),
					ex);
		}
	}

	private static void checkTimes(Session session) {
		Duration lease = session.lease();
		Duration grace = session.reconnectGrace();
		if (lease.compareTo(SHORTEST_LEASE) < 0 || lease.compareTo(LONGEST_LEASE) > 0) {
			throw invalid("pulsar-lock.session.lease", lease, "It must be from " + text(SHORTEST_LEASE) + " to "
					+ text(LONGEST_LEASE) + ", so that three heartbeats fit into it on any network.");
		}
		if (grace.compareTo(SHORTEST_GRACE) < 0) {
			throw invalid("pulsar-lock.session.reconnect-grace", grace,
					"It must be at least " + text(SHORTEST_GRACE) + ".");
		}
		if (grace.compareTo(lease) > 0) {
			throw invalid("pulsar-lock.session.reconnect-grace", grace,
					"It must not be longer than pulsar-lock.session.lease (" + text(lease)
							+ "): a session that has ended keeps no lock.");
		}
	}

	private static void checkCache(Cache cache) {
		checkNotNegative("pulsar-lock.cache.idle", cache.idle());
		if (cache.idle().compareTo(LONGEST_IDLE) > 0) {
			throw invalid("pulsar-lock.cache.idle", cache.idle(),
					"It must not be longer than " + text(LONGEST_IDLE) + ".");
		}
		if (cache.maxLocks() < 1) {
			throw invalid("pulsar-lock.cache.max-locks", cache.maxLocks(),
					"It must be at least 1; pulsar-lock.cache.idle=0 disables the cache.");
		}
	}

	private static List<String> warnings(Session session) {
		Duration lease = session.lease();
		Duration grace = session.reconnectGrace();
		List<String> warnings = new ArrayList<>();
		if (grace.compareTo(SHORT_GRACE) < 0) {
			warnings.add("pulsar-lock.session.reconnect-grace is " + text(grace)
					+ ". Moving a topic between brokers normally takes 50 to 300 ms, so with less than "
					+ text(SHORT_GRACE) + " locks are lost in events that Pulsar survives every day");
		}
		if (lease.compareTo(LIVENESS_CHECK) < 0) {
			warnings
				.add("pulsar-lock.session.lease is " + text(lease) + ". A broker takes up to " + text(LIVENESS_CHECK)
						+ " (connectionLivenessCheckTimeoutMillis) to admit the next holder after a silent one, so a"
						+ " shorter lease hands no lock over earlier; it only makes a node that pauses for "
						+ text(lease) + " lose all its locks");
		}
		if (lease.compareTo(LONG_LEASE) > 0) {
			warnings.add("pulsar-lock.session.lease is " + text(lease)
					+ ". A node that is paused or cut off blocks its locks for that long, although"
					+ " brokers notice within " + text(LIVENESS_CHECK)
					+ " (connectionLivenessCheckTimeoutMillis); locks survive interruptions because of"
					+ " pulsar-lock.session.reconnect-grace (" + text(grace) + "), not because of a longer lease");
		}
		return List.copyOf(warnings);
	}

	private static void checkName(String property, @Nullable String value) {
		if (value != null && !value.matches("[A-Za-z0-9_.=-]{1,100}")) {
			throw invalid(property, value,
					"It becomes part of the name of a topic or subscription, so it must be 1 to 100 letters, digits "
							+ "or any of _ - = . characters.");
		}
	}

	private static void checkNotBlank(String property, @Nullable String value) {
		if (value != null && value.isBlank()) {
			throw invalid(property, value, "It must not be blank.");
		}
	}

	private static void checkGroup(String property, @Nullable String value) {
		checkNotBlank(property, value);
		if (value != null && value.length() > LockRegistry.MAX_NAME_LENGTH) {
			throw invalid(property, value,
					"It must not be longer than " + LockRegistry.MAX_NAME_LENGTH + " characters.");
		}
	}

	private static void checkNotNegative(String property, Duration value) {
		if (value.isNegative()) {
			throw invalid(property, value, "It must not be negative.");
		}
	}

	private static InvalidConfigurationPropertyValueException invalid(String property, Object value, String reason) {
		Object shown = (value instanceof Duration duration) ? text(duration) : value;
		return new InvalidConfigurationPropertyValueException(property, shown, reason);
	}

	/** The duration as it is written in a properties file. */
	static String text(Duration duration) {
		if (duration.toMillis() % 1000 != 0) {
			return duration.toMillis() + "ms";
		}
		if (duration.toSeconds() % 3600 == 0 && !duration.isZero()) {
			return duration.toHours() + "h";
		}
		return duration.toSeconds() + "s";
	}

}

package io.pulsarlock.comparison;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.pulsarlock.comparison.server.Place;
import io.pulsarlock.comparison.server.Server;
import io.pulsarlock.comparison.server.ServerKind;
import org.jspecify.annotations.Nullable;

/**
 * One column of the comparison: a client with a server and settings.
 *
 * @param id what it is called on the command line
 * @param title what it is called in the report
 * @param type the class of its adapter, without package
 * @param libraries its class path
 * @param server its server
 * @param durability the class within which it is compared
 * @param settings its adapter's settings
 * @param times what its users configure, and what counts when a holder falls silent
 * @param defaults the timeout that counts without configuration, or null where there is
 * none or it is the same
 * @param rows the rows it is measured in, or empty for all: variants differ in a few only
 */
public record PeerSpec(String id, String title, String type, String libraries, ServerKind server, Durability durability,
		Map<String, String> settings, String times, @Nullable Duration defaults, Set<String> rows) {

	/** Where this is a name of our configuration, the class path knows affinity. */
	static final String AFFINITY = "pulsar-lock.cache.idle";

	/**
	 * Where products wait longer by default, one round takes minutes and ends with what
	 * their documentation says.
	 */
	static final Duration LONGEST_DEFAULT = Duration.ofSeconds(60);

	/** No P8: what they cost in the background is what any consumer or producer costs. */
	private static final Set<String> BARE_PULSAR = Set.of("P1", "P1c", "P1n", "P2", "P3", "P4", "P5", "P6", "P7");

	/** What survives, and so what each acquire costs. */
	public enum Durability {

		/** In memory only. */
		D0("volatile: a restart of the server forgets the locks"),

		/** Written, but acknowledged before it is on disk. */
		D1("written, acknowledged before the disk has it"),

		/** On disk before it is acknowledged. */
		D2("on disk before it is acknowledged");

		private final String text;

		Durability(String text) {
			this.text = text;
		}

		/**
		 * What it means.
		 * @return a few words
		 */
		public String text() {
			return this.text;
		}

	}

	/**
	 * All of them.
	 * @return the peers, in the order in which they take turns
	 */
	public static List<PeerSpec> all() {
		List<PeerSpec> all = new ArrayList<>();
		all.add(peer("jvm", "ReentrantLock (harness)", "ReentrantLockPeer", "pulsar", ServerKind.NONE, Durability.D0,
				"none", null, Set.of("P1", "P1c", "P2")));
		all.add(peer("redisson", "Redisson", "RedissonPeer", "redisson", ServerKind.REDIS, Durability.D0,
				"lockWatchdogTimeout", Duration.ofSeconds(30)));
		all.add(peer("pg-advisory", "PG advisory lock", "PgAdvisoryPeer", "postgresql", ServerKind.POSTGRESQL,
				Durability.D0, "none: as long as the connection", null));
		all.add(peer("hazelcast", "Hazelcast CP", "HazelcastPeer", "hazelcast", ServerKind.HAZELCAST, Durability.D0,
				"sessionTimeToLiveSeconds", Duration.ofSeconds(300)));
		all.add(peer("rabbitmq", "RabbitMQ one-message queue", "RabbitPeer", "rabbitmq", ServerKind.RABBITMQ,
				Durability.D0, "two heartbeats", Duration.ofSeconds(60)));
		all.add(peer("pulsar-subscription", "Pulsar Exclusive subscription", "PulsarSubscriptionPeer", "pulsar",
				ServerKind.PULSAR, Durability.D0, "two keep-alives of client and broker", Duration.ofSeconds(60),
				BARE_PULSAR));
		all.add(peer("pulsar-lock-lazy", "**Pulsar Lock**, bookie not syncing", "PulsarLockPeer", "pulsar",
				ServerKind.PULSAR_LAZY, Durability.D1, "lease, grace 4 s", null, Set.of("P1", "P1c", "P2", "P7"),
				AFFINITY, "0"));
		all.add(peer("redisson-aof", "Redisson, AOF always", "RedissonPeer", "redisson", ServerKind.REDIS_AOF,
				Durability.D2, "lockWatchdogTimeout", null,
				Set.of("P1", "P1c", "P1n", "P2", "P3", "P4", "P6", "P7", "P10", "P11")));
		all.add(peer("curator", "Curator", "CuratorPeer", "curator", ServerKind.ZOOKEEPER, Durability.D2,
				"session timeout", Duration.ofSeconds(60)));
		all.add(peer("jetcd", "jetcd", "JetcdPeer", "jetcd", ServerKind.ETCD, Durability.D2, "lease", null));
		all.add(peer("shedlock", "ShedLock, JDBC", "ShedLockPeer", "shedlock", ServerKind.POSTGRESQL, Durability.D2,
				"lockAtMostFor, not renewed", null));
		all.add(peer("spring-integration", "Spring Integration, JDBC", "SpringIntegrationPeer", "spring-integration",
				ServerKind.POSTGRESQL, Durability.D2, "time to live, not renewed by itself", null));
		all.add(peer("pulsar-producer", "Pulsar WaitForExclusive producer", "PulsarProducerPeer", "pulsar",
				ServerKind.PULSAR, Durability.D2, "two keep-alives of client and broker", Duration.ofSeconds(60),
				BARE_PULSAR));
		all.add(pulsarLock("pulsar-lock", "**Pulsar Lock**", 4, Duration.ofSeconds(10), Set.of(), AFFINITY, "0"));
		all.add(pulsarLock("pulsar-lock-strict", "**Pulsar Lock**, strict", 10, null, Set.of("P5"), AFFINITY, "0"));
		all.add(pulsarLock("pulsar-lock-fast", "**Pulsar Lock**, fast", 1, null, Set.of("P5"), AFFINITY, "0"));
		all.add(peer("pulsar-lock-prompt", "**Pulsar Lock**, prompt broker", "PulsarLockPeer", "pulsar",
				ServerKind.PULSAR_PROMPT, Durability.D2, "lease, grace 4 s", null, Set.of("P1n", "P3", "P4"), AFFINITY,
				"0"));
		all.add(pulsarLock("pulsar-lock-hints", "**Pulsar Lock**, hints", 4, null,
				Set.of("P1", "P1n", "P3", "P4", "P10", "P11"), AFFINITY, "0", "pulsar-lock.hints.enabled", "true"));
		all.add(pulsarLock("pulsar-lock-affinity", "**Pulsar Lock**, affinity", 4, null, Set.of()));
		return all;
	}

	private static PeerSpec pulsarLock(String id, String title, int grace, @Nullable Duration defaults,
			Set<String> rows, String... settings) {
		Map<String, String> all = settings(settings);
		all.put("pulsar-lock.session.reconnect-grace", grace + "s");
		return new PeerSpec(id, title, "PulsarLockPeer", "pulsar", ServerKind.PULSAR, Durability.D2, all,
				"lease, grace " + grace + " s", defaults, rows);
	}

	private static PeerSpec peer(String id, String title, String type, String libraries, ServerKind server,
			Durability durability, String times, @Nullable Duration defaults) {
		return peer(id, title, type, libraries, server, durability, times, defaults, Set.of());
	}

	private static PeerSpec peer(String id, String title, String type, String libraries, ServerKind server,
			Durability durability, String times, @Nullable Duration defaults, Set<String> rows, String... settings) {
		return new PeerSpec(id, title, type, libraries, server, durability, settings(settings), times, defaults, rows);
	}

	private static Map<String, String> settings(String... settings) {
		Map<String, String> all = new LinkedHashMap<>();
		for (int i = 0; i < settings.length; i += 2) {
			all.put(settings[i], settings[i + 1]);
		}
		return all;
	}

	/**
	 * Whether it can be measured here.
	 * @param place where things are
	 * @return null, or why not
	 */
	public @Nullable String missing(Place place) {
		String missing = place.libraries(this.libraries);
		if (missing == null) {
			missing = this.server.missing(place);
		}
		if (missing == null && keepsLocks() && !place.knowsProperty(AFFINITY)) {
			missing = "this version has no property " + AFFINITY;
		}
		return missing;
	}

	/**
	 * Starts its server.
	 * @param place where things are
	 * @param directory an empty directory
	 * @param timeout the timeout of the peer
	 * @param table {@code equal} timeouts or {@code defaults}
	 * @return the server, serving
	 */
	Server startServer(Place place, Path directory, Duration timeout, String table) {
		return this.server.start(place, directory, table.equals("defaults") ? this.server.timeout(timeout) : timeout);
	}

	/**
	 * About how long a client takes to start and to end.
	 * @return seconds
	 */
	public double startSeconds() {
		return isOurs() ? 4 : 2;
	}

	/**
	 * Whether a lock ends with its holder's connection.
	 * @return true where no time limit has to pass when a process was killed
	 */
	public boolean endsWithConnection() {
		return switch (this.type) {
			case "PgAdvisoryPeer", "RabbitPeer", "PulsarLockPeer", "PulsarProducerPeer", "PulsarSubscriptionPeer" ->
				true;
			default -> false;
		};
	}

	/**
	 * Whether a node keeps a lock it has released, so that one name again and again is
	 * not an acquire.
	 * @return true with affinity
	 */
	public boolean keepsLocks() {
		return isOurs() && !this.settings.containsKey(AFFINITY);
	}

	/**
	 * Whether it is this library, with whatever settings.
	 * @return true if it is
	 */
	public boolean isOurs() {
		return this.type.equals("PulsarLockPeer");
	}

	/**
	 * Whether it is measured in a row.
	 * @param row the row
	 * @return true if it is
	 */
	public boolean isIn(String row) {
		if (row.equals("P9")) {
			return this.id.equals("pulsar-lock");
		}
		if ((row.equals("P10") || row.equals("P11")) && !sharesLocks()) {
			return false;
		}
		return this.rows.isEmpty() || this.rows.contains(row);
	}

	/** Whether it has read-write locks and semaphores, and its adapter knows them. */
	private boolean sharesLocks() {
		return switch (this.type) {
			case "PulsarLockPeer", "RedissonPeer", "CuratorPeer" -> true;
			default -> false;
		};
	}

	/**
	 * The version of its client.
	 * @param place where things are
	 * @return the version
	 */
	public String version(Place place) {
		return switch (this.libraries) {
			case "redisson" -> "Redisson " + place.version("redisson", "redisson");
			case "curator" -> "Curator " + place.version("curator", "curator-recipes");
			case "jetcd" -> "jetcd " + place.version("jetcd", "jetcd-core");
			case "shedlock" -> "ShedLock " + place.version("shedlock", "shedlock-core");
			case "spring-integration" ->
				"Spring Integration " + place.version("spring-integration", "spring-integration-jdbc");
			case "postgresql" -> "PostgreSQL JDBC " + place.version("postgresql", "postgresql");
			case "hazelcast" -> "Hazelcast " + place.version("hazelcast", "hazelcast");
			case "rabbitmq" -> "amqp-client " + place.version("rabbitmq", "amqp-client");
			default -> isOurs() ? "Pulsar Lock " + place.version("pulsar", "pulsar-lock-spring-boot")
					: this.type.startsWith("Pulsar") ? "Pulsar client " + place.version("pulsar", "pulsar-client-all")
							: "Java " + System.getProperty("java.version");
		};
	}

}

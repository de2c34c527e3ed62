package io.pulsarlock.comparison.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What servers there are, how they are started, and what is missing where they cannot be.
 */
public enum ServerKind {

	/** No server. */
	NONE {

		@Override
		public @Nullable String missing(Place place) {
			return null;
		}

		@Override
		public String version(Place place) {
			return System.getProperty("java.version");
		}

		@Override
		public Server start(Place place, Path directory, Duration timeout) {
			return new Children(List.of(), Map.of("address", "none"), directory);
		}

	},

	/** Redis that writes nothing. */
	REDIS {

		@Override
		public @Nullable String missing(Place place) {
			return (Programs.find("redis-server") != null) ? null : debian("redis-server");
		}

		@Override
		public String version(Place place) {
			return "Redis " + Programs.version("redis-server", "--version");
		}

		@Override
		public Server start(Place place, Path directory, Duration timeout) {
			return redis(place, directory, "no");
		}

	},

	/** Redis that waits for its disk. */
	REDIS_AOF {

		@Override
		public @Nullable String missing(Place place) {
			return REDIS.missing(place);
		}

		@Override
		public String version(Place place) {
			return REDIS.version(place) + ", appendfsync always";
		}

		@Override
		public Server start(Place place, Path directory, Duration timeout) {
			return redis(place, directory, "yes");
		}

	},

	/** One ZooKeeper. */
	ZOOKEEPER {

		@Override
		public @Nullable String missing(Place place) {
			return place.libraries("zookeeper");
		}

		@Override
		public String version(Place place) {
			return "ZooKeeper " + place.version("zookeeper", "zookeeper");
		}

		@Override
		public Server start(Place place, Path directory, Duration timeout) {
			int port = Child.freePort();
			place.write(directory.resolve("zoo.cfg"),
					"tickTime=2000\ndataDir=" + directory.resolve("data") + "\nclientPort=" + port
							+ "\nclientPortAddress=127.0.0.1\nmaxClientCnxns=0\nadmin.enableServer=false\n");
			Child child = Child.start(
					place.java("zookeeper", "org.apache.zookeeper.server.ZooKeeperServerMain",
							directory.resolve("zoo.cfg").toString()),
					Map.of(), place.serverCore(), directory.resolve("server.log"));
			child.awaitPort(port, "ZooKeeper");
			return new Children(List.of(child), Map.of("address", "127.0.0.1:" + port), directory.resolve("data"));
		}

	},

	/** One etcd. */
	ETCD {

		@Override
		public @Nullable String missing(Place place) {
			return (Programs.find("etcd") != null) ? null : debian("etcd-server");
		}

		@Override
		public String version(Place place) {
			return "etcd " + Programs.version("etcd", "--version");
		}

		@Override
		public Server start(Place place, Path directory, Duration timeout) {
			int port = Child.freePort();
			String url = "http://127.0.0.1:" + port;
			String peerUrl = "http://127.0.0.1:" + Child.freePort();
			Child child = Child.start(
					List.of("etcd", "--name", "one", "--data-dir", directory.resolve("data").toString(),
							"--listen-client-urls", url, "--advertise-client-urls", url, "--listen-peer-urls", peerUrl,
							"--initial-advertise-peer-urls", peerUrl, "--initial-cluster", "one=" + peerUrl),
					Map.of("ETCD_UNSUPPORTED_ARCH", System.getProperty("os.arch")), place.serverCore(),
					directory.resolve("server.log"));
			child.awaitPort(port, "etcd");
			return new Children(List.of(child), Map.of("address", "127.0.0.1:" + port), directory.resolve("data"));
		}

	},

	/** One PostgreSQL that waits for its disk. */
	POSTGRESQL {

		@Override
		public @Nullable String missing(Place place) {
			return (Programs.findPostgres("initdb") != null) ? null : debian("postgresql");
		}

		@Override
		public String version(Place place) {
			return "PostgreSQL " + Programs.version(String.valueOf(Programs.findPostgres("postgres")), "--version");
		}

		@Override
		public Server start(Place place, Path directory, Duration timeout) {
			return Postgres.start(place, directory);
		}

	},

	/** Three members of a Hazelcast cluster. */
	HAZELCAST {

		@Override
		public @Nullable String missing(Place place) {
			return place.libraries("hazelcast");
		}

		@Override
		public String version(Place place) {
			return "Hazelcast " + place.version("hazelcast", "hazelcast") + ", 3 members";
		}

		@Override
		public Server start(Place place, Path directory, Duration timeout) {
			List<Integer> ports = List.of(Child.freePort(), Child.freePort(), Child.freePort());
			String addresses = String.join(",", ports.stream().map((port) -> "127.0.0.1:" + port).toList());
			List<Child> members = new ArrayList<>();
			for (int port : ports) {
				members.add(Child.start(
						place.java("hazelcast", "io.pulsarlock.comparison.peer.HazelcastMember", Integer.toString(port),
								addresses, Long.toString(timeout.toSeconds())),
						Map.of(), place.serverCore(), directory.resolve("member-" + port + ".log")));
			}
			for (int i = 0; i < ports.size(); i++) {
				Path log = directory.resolve("member-" + ports.get(i) + ".log");
				members.get(i).await(() -> place.read(log).contains("CP Subsystem is initialized"), "Hazelcast");
			}
			return new Children(members, Map.of("address", addresses), directory);
		}

	},

	/** One RabbitMQ. */
	RABBITMQ {

		@Override
		public @Nullable String missing(Place place) {
			return (Rabbit.home() != null) ? null : debian("rabbitmq-server");
		}

		@Override
		public String version(Place place) {
			return "RabbitMQ " + Programs.version("basename", String.valueOf(Rabbit.home()));
		}

		@Override
		public Server start(Place place, Path directory, Duration timeout) {
			return Rabbit.start(place, directory);
		}

	},

	/** One Pulsar broker and one bookie in a process, waiting for its disk. */
	PULSAR("journalSyncData=true", "sync=true"),

	/** The same, not waiting for its disk. */
	PULSAR_LAZY("journalSyncData=false", "sync=false"),

	/**
	 * Waiting for its disk, and not for 10 ms before it looks for new records to send.
	 */
	PULSAR_PROMPT("journalSyncData=true, managedLedgerNewEntriesCheckDelayInMillis=0", "sync=true",
			"conf.managedLedgerNewEntriesCheckDelayInMillis=0");

	/** How its broker is set up, in words; empty for what is not Pulsar. */
	private final String broker;

	private final List<String> settings;

	/** What is not Pulsar overrides all that follows. */
	ServerKind() {
		this("");
	}

	ServerKind(String broker, String... settings) {
		this.broker = broker;
		this.settings = List.of(settings);
	}

	private boolean isPulsar() {
		return !this.broker.isEmpty();
	}

	/**
	 * Whether it can be started here.
	 * @param place where things are
	 * @return null, or what to do
	 */
	public @Nullable String missing(Place place) {
		return place.broker();
	}

	/**
	 * Its version.
	 * @param place where things are
	 * @return the version
	 */
	public String version(Place place) {
		return "Pulsar " + place.brokerVersion() + ", " + this.broker;
	}

	/**
	 * Starts it.
	 * @param place where things are
	 * @param directory an empty directory
	 * @param timeout after what time it gives up a silent client, where the server says
	 * so
	 * @return the server, serving
	 */
	public Server start(Place place, Path directory, Duration timeout) {
		return pulsar(place, directory, timeout, this.settings);
	}

	/**
	 * About how long it takes to start.
	 * @return seconds
	 */
	public double seconds() {
		return switch (this) {
			case NONE -> 0;
			case HAZELCAST -> 17;
			default -> isPulsar() ? 9 : 3;
		};
	}

	/**
	 * After what time it gives up a silent client without configuration.
	 * @param timeout the client's own timeout
	 * @return the client's, or that of a server that has one of its own
	 */
	public Duration timeout(Duration timeout) {
		// Two keep-alives.
		return isPulsar() ? Duration.ofSeconds(60) : timeout;
	}

	private static String debian(String name) {
		return "not installed; on Debian: apt-get install " + name + ", and stop the service that starts";
	}

	private static Server redis(Place place, Path directory, String appendOnly) {
		int port = Child.freePort();
		Child child = Child.start(
				List.of("redis-server", "--bind", "127.0.0.1", "--port", Integer.toString(port), "--dir",
						directory.toString(), "--save", "", "--appendonly", appendOnly, "--appendfsync", "always"),
				Map.of(), place.serverCore(), directory.resolve("server.log"));
		child.awaitPort(port, "Redis");
		return new Children(List.of(child), Map.of("address", "127.0.0.1:" + port), directory);
	}

	private static Server pulsar(Place place, Path directory, Duration timeout, List<String> settings) {
		int port = Child.freePort();
		int webPort = Child.freePort();
		List<String> all = new ArrayList<>(List.of("standalone", "dir=" + directory.resolve("data"), "port=" + port,
				"webPort=" + webPort, "bookiePort=" + Child.freePort(),
				"conf.keepAliveIntervalSeconds=" + Math.max(timeout.toSeconds() / 2, 1),
				// So that 100 000 topics can be compared with 100 000 keys.
				"conf.maxTopicsPerNamespace=0"));
		all.addAll(settings);
		Child child = Child.start(place.brokerCommand(all.toArray(String[]::new)), Map.of(), place.serverCore(),
				directory.resolve("server.log"));
		child.await(() -> place.answers("http://127.0.0.1:" + webPort + "/admin/v2/namespaces/public/default"),
				"Pulsar");
		return new Children(List.of(child), Map.of("address", "127.0.0.1:" + port, "admin", "127.0.0.1:" + webPort),
				directory.resolve("data"));
	}

	/** A server that is some processes. */
	record Children(List<Child> children, Map<String, String> settings, Path data) implements Server {

		@Override
		public List<Long> pids() {
			return this.children.stream().flatMap((child) -> child.pids().stream()).toList();
		}

		@Override
		public void close() {
			this.children.forEach(Child::close);
		}

	}

}

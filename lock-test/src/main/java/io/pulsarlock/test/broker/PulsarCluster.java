package io.pulsarlock.test.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Several brokers over one ZooKeeper and one bookie, each broker a child process of its
 * own, for what happens when a topic moves. ZooKeeper and bookie share a process, or have
 * one each if they are to fail.
 * <p>
 * For the build of this project: it needs jars that only a checkout has.
 *
 * @since 0.1.0
 */
public final class PulsarCluster implements AutoCloseable {

	private static final Duration START_LIMIT = Duration.ofSeconds(90);

	private final List<Member> storage = new ArrayList<>();

	private final List<Broker> brokers = new ArrayList<>();

	private PulsarCluster(Builder builder) {
		Path dir = (builder.directory != null) ? builder.directory.toAbsolutePath()
				: ChildProcess.newDirectory("pulsar-cluster-");
		String zkPort = Integer.toString(ChildProcess.freePort());
		String bookiePort = Integer.toString(ChildProcess.freePort());
		try {
			if (builder.separateStorage) {
				Path data = (builder.bookieDirectory != null) ? builder.bookieDirectory.toAbsolutePath()
						: dir.resolve("bookie");
				storage("zookeeper", dir, Map.of("dir", dir.toString(), "zkPort", zkPort), builder.heapMegabytes);
				Map<String, String> options = new LinkedHashMap<>(builder.bookieSettings);
				options.putAll(Map.of("dir", data.toString(), "zkPort", zkPort, "port", bookiePort));
				storage("bookie", dir, options, builder.heapMegabytes);
			}
			else {
				storage("storage", dir, Map.of("dir", dir.toString(), "zkPort", zkPort, "bookiePort", bookiePort),
						builder.heapMegabytes);
			}
			for (int i = 0; i < builder.brokers; i++) {
				Broker broker = new Broker(dir, i, zkPort, builder);
				this.brokers.add(broker);
				broker.start();
			}
		}
		catch (RuntimeException ex) {
			close();
			throw ex;
		}
	}

	private void storage(String role, Path dir, Map<String, String> options, int heapMegabytes) {
		Path ready = dir.resolve(role + ".ready");
		Map<String, String> all = new LinkedHashMap<>(options);
		all.put("ready", ready.toString());
		Member member = new Member(new ChildProcess(role, all, dir.resolve(role + ".log"), heapMegabytes), ready);
		this.storage.add(member);
		member.start();
	}

	/**
	 * Starts a cluster whose ZooKeeper and bookie share a process.
	 * @param brokers how many brokers
	 * @return the cluster, serving
	 */
	public static PulsarCluster start(int brokers) {
		return builder(brokers).start();
	}

	/**
	 * Prepares a cluster.
	 * @param brokers how many brokers
	 * @return what to say about it
	 */
	public static Builder builder(int brokers) {
		return new Builder(brokers);
	}

	/**
	 * Where clients connect: all brokers.
	 * @return the url
	 */
	public String serviceUrl() {
		return "pulsar://"
				+ this.brokers.stream().map((broker) -> "127.0.0.1:" + broker.port).collect(Collectors.joining(","));
	}

	/**
	 * The brokers.
	 * @return the brokers
	 */
	public List<Broker> brokers() {
		return List.copyOf(this.brokers);
	}

	/**
	 * The broker that owns a topic.
	 * @param topic the full name
	 * @return the broker
	 */
	public Broker ownerOf(String topic) {
		Broker alive = anyAlive();
		String answer = alive.admin().lookup(topic);
		return this.brokers.stream()
			.filter((broker) -> answer.contains(":" + broker.port + "\""))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("No broker owns " + topic + ": " + answer));
	}

	/**
	 * A broker that runs.
	 * @return the first of them
	 */
	public Broker anyAlive() {
		return this.brokers.stream().filter(Broker::isAlive).findFirst().orElseThrow();
	}

	/**
	 * The bookie, if it has a process of its own. It keeps its data and its port.
	 * @return the bookie
	 */
	public Member bookie() {
		return separate(1);
	}

	/**
	 * ZooKeeper, if it has a process of its own. It keeps its data and its port.
	 * @return ZooKeeper
	 */
	public Member zookeeper() {
		return separate(0);
	}

	private Member separate(int index) {
		if (this.storage.size() < 2) {
			throw new IllegalStateException("ZooKeeper and bookie share a process; see Builder.separateStorage()");
		}
		return this.storage.get(index);
	}

	@Override
	public void close() {
		this.brokers.forEach(Broker::kill);
		this.storage.forEach(Member::kill);
	}

	/** What to say about a cluster before it starts. */
	public static final class Builder {

		private final int brokers;

		private final Map<String, String> brokerSettings = new LinkedHashMap<>();

		private final Map<String, String> bookieSettings = new LinkedHashMap<>();

		private @Nullable Path directory;

		private @Nullable Path bookieDirectory;

		private boolean separateStorage;

		private int heapMegabytes = 512;

		private Builder(int brokers) {
			this.brokers = brokers;
		}

		/**
		 * Where logs and data go; a new folder in {@code target} by default.
		 * @param directory a folder, created if need be
		 * @return this
		 */
		public Builder directory(Path directory) {
			this.directory = directory;
			return this;
		}

		/**
		 * Gives ZooKeeper and the bookie a process each. This bookie keeps what it
		 * acknowledged when it is killed, and ends when its disk fails it.
		 * @return this
		 */
		public Builder separateStorage() {
			this.separateStorage = true;
			return this;
		}

		/**
		 * Where the bookie of its own keeps journal and ledgers.
		 * @param directory a folder, perhaps on a small disk
		 * @return this
		 */
		public Builder bookieDirectory(Path directory) {
			this.bookieDirectory = directory;
			return separateStorage();
		}

		/**
		 * A setting of the bookie of its own, as in {@code bookkeeper.conf}.
		 * @param name its name
		 * @param value its value
		 * @return this
		 */
		public Builder bookieSetting(String name, String value) {
			this.bookieSettings.put("conf." + name, value);
			return separateStorage();
		}

		/**
		 * A setting of all brokers, as in {@code broker.conf}.
		 * @param name its name
		 * @param value its value
		 * @return this
		 */
		public Builder brokerSetting(String name, String value) {
			this.brokerSettings.put("conf." + name, value);
			return this;
		}

		/**
		 * The heap of every process, 512 by default.
		 * @param megabytes how much
		 * @return this
		 */
		public Builder heap(int megabytes) {
			this.heapMegabytes = megabytes;
			return this;
		}

		/**
		 * Starts it.
		 * @return the cluster, serving
		 */
		public PulsarCluster start() {
			return new PulsarCluster(this);
		}

	}

	/** One of the processes. */
	public static class Member {

		private final ChildProcess process;

		/** The process writes it when it serves; null if one can ask. */
		private final @Nullable Path ready;

		private Member(ChildProcess process, @Nullable Path ready) {
			this.process = process;
			this.ready = ready;
		}

		/** Starts it, for the first time or again; returns when it serves. */
		public void start() {
			try {
				if (this.ready != null) {
					Files.deleteIfExists(this.ready);
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			this.process.start(this::serves, START_LIMIT);
		}

		boolean serves() {
			return this.ready != null && Files.exists(this.ready);
		}

		/** Ends the process at once. */
		public void kill() {
			this.process.kill();
		}

		/** Lets the process end in good order; returns when it has. */
		public void stop() {
			this.process.stop();
		}

		/** Stops the process from running. */
		public void pause() {
			this.process.signal("STOP");
		}

		/** Lets it run again. */
		public void resume() {
			this.process.signal("CONT");
		}

		/**
		 * Whether the process exists.
		 * @return false after {@link #kill()}
		 */
		public boolean isAlive() {
			return this.process.isAlive();
		}

	}

	/** One of the brokers. */
	public static final class Broker extends Member {

		private final int port;

		private final Admin admin;

		private Broker(Path dir, int index, String zkPort, Builder builder) {
			this(dir, index, zkPort, ChildProcess.freePort(), ChildProcess.freePort(), builder);
		}

		private Broker(Path dir, int index, String zkPort, int port, int webPort, Builder builder) {
			super(new ChildProcess("broker", options(zkPort, port, webPort, builder.brokerSettings),
					dir.resolve("broker-" + index + ".log"), builder.heapMegabytes), null);
			this.port = port;
			this.admin = new Admin("http://127.0.0.1:" + webPort);
		}

		private static Map<String, String> options(String zkPort, int port, int webPort, Map<String, String> settings) {
			Map<String, String> options = new LinkedHashMap<>(settings);
			options.put("zkPort", zkPort);
			options.put("port", Integer.toString(port));
			options.put("webPort", Integer.toString(webPort));
			return options;
		}

		@Override
		boolean serves() {
			return this.admin.serves();
		}

		/**
		 * The port where clients connect, at 127.0.0.1.
		 * @return the port
		 */
		public int port() {
			return this.port;
		}

		/**
		 * Administrative requests to this broker.
		 * @return the client
		 */
		public Admin admin() {
			return this.admin;
		}

	}

}

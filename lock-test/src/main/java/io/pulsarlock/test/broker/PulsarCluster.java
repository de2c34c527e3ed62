package io.pulsarlock.test.broker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Several brokers over one ZooKeeper and one bookie, each a child process of its own, for
 * what happens when a topic moves.
 */
public final class PulsarCluster implements AutoCloseable {

	private static final Duration START_LIMIT = Duration.ofSeconds(90);

	private final ChildProcess storage;

	private final List<Broker> brokers = new ArrayList<>();

	private PulsarCluster(int count) {
		Path dir = ChildProcess.newDirectory("pulsar-cluster-");
		String zkPort = Integer.toString(ChildProcess.freePort());
		this.storage = new ChildProcess("storage", Map.of("dir", dir.toString(), "zkPort", zkPort, "bookiePort",
				Integer.toString(ChildProcess.freePort())), dir.resolve("storage.log"));
		this.storage.start();
		this.storage.await(() -> Files.exists(dir.resolve("storage.ready")), START_LIMIT);
		for (int i = 0; i < count; i++) {
			Broker broker = new Broker(dir, i, zkPort);
			this.brokers.add(broker);
			broker.start();
		}
	}

	/**
	 * Starts a cluster.
	 * @param brokers how many brokers
	 * @return the cluster, serving
	 */
	public static PulsarCluster start(int brokers) {
		return new PulsarCluster(brokers);
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
			.orElseThrow(() -> new IllegalStateException("Nobody owns " + topic + ": " + answer));
	}

	/**
	 * A broker that runs.
	 * @return the first of them
	 */
	public Broker anyAlive() {
		return this.brokers.stream().filter(Broker::isAlive).findFirst().orElseThrow();
	}

	@Override
	public void close() {
		this.brokers.forEach(Broker::kill);
		this.storage.kill();
	}

	/** One of the brokers. */
	public static final class Broker {

		private final int port = ChildProcess.freePort();

		private final int webPort = ChildProcess.freePort();

		private final ChildProcess process;

		private final Admin admin = new Admin("http://127.0.0.1:" + this.webPort);

		private Broker(Path dir, int index, String zkPort) {
			Map<String, String> options = new LinkedHashMap<>();
			options.put("zkPort", zkPort);
			options.put("port", Integer.toString(this.port));
			options.put("webPort", Integer.toString(this.webPort));
			this.process = new ChildProcess("broker", options, dir.resolve("broker-" + index + ".log"));
		}

		/** Starts it, for the first time or again. */
		public void start() {
			this.process.start();
			this.process.await(this.admin::serves, START_LIMIT);
		}

		/** Ends the process at once. */
		public void kill() {
			this.process.kill();
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

		/**
		 * Administrative requests to this broker.
		 * @return the client
		 */
		public Admin admin() {
			return this.admin;
		}

	}

}

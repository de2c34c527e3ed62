package io.pulsarlock.test.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A real Pulsar in a child process on free ports of the loopback address: one broker, one
 * bookie, and their metadata on disk. It can be killed, paused and started again on the
 * same data and ports, and never outlives this process.
 * <p>
 * For the build of this project: it needs jars that only a checkout has. Applications use
 * {@link TestPulsar}, which starts a container for them.
 *
 * @since 0.1.0
 */
public final class PulsarBroker implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(PulsarBroker.class);

	private static final Duration START_LIMIT = Duration.ofSeconds(90);

	private final ChildProcess process;

	private final Path directory;

	private final int port = ChildProcess.freePort();

	private final int webPort = ChildProcess.freePort();

	private final Admin admin;

	private PulsarBroker(boolean durable, Map<String, String> settings, @Nullable String adminToken) {
		this.admin = new Admin(adminUrl(), adminToken);
		Path dir = ChildProcess.newDirectory("pulsar-broker-");
		this.directory = dir;
		Map<String, String> options = new LinkedHashMap<>();
		options.put("dir", dir.toString());
		options.put("port", Integer.toString(this.port));
		options.put("webPort", Integer.toString(this.webPort));
		options.put("bookiePort", Integer.toString(ChildProcess.freePort()));
		options.put("sync", Boolean.toString(durable));
		settings.forEach((key, value) -> options.put("conf." + key, value));
		this.process = new ChildProcess("standalone", options, dir.resolve("broker.log"));
	}

	/**
	 * Starts a broker that does not wait for the disk.
	 * @return the broker, serving
	 */
	public static PulsarBroker start() {
		return start(false, Map.of());
	}

	/**
	 * Starts a broker.
	 * @param durable whether its bookie waits for the disk before it acknowledges
	 * @param settings further settings of the broker, as in its configuration file
	 * @return the broker, serving
	 */
	public static PulsarBroker start(boolean durable, Map<String, String> settings) {
		return start(new PulsarBroker(durable, settings, null));
	}

	/**
	 * Starts a broker that demands tokens and permissions.
	 * @param tokens makes the tokens that it accepts
	 * @param settings further settings of the broker, as in its configuration file
	 * @return the broker, serving
	 * @since 0.2.0
	 */
	public static PulsarBroker start(TestTokens tokens, Map<String, String> settings) {
		Map<String, String> all = new LinkedHashMap<>(tokens.brokerSettings());
		all.putAll(settings);
		return start(new PulsarBroker(false, all, tokens.adminToken()));
	}

	private static PulsarBroker start(PulsarBroker broker) {
		broker.restart();
		return broker;
	}

	/** Starts it again after {@link #kill()}, on the same data and ports. */
	public void restart() {
		long begin = System.nanoTime();
		this.process.start(this.admin::serves, START_LIMIT);
		logger.info("Pulsar broker serves at " + serviceUrl() + " after "
				+ Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms");
	}

	/** Ends the process at once, as a crash would. */
	public void kill() {
		this.process.kill();
	}

	/** Stops the process from running, as an overloaded machine would. */
	public void pause() {
		this.process.signal("STOP");
	}

	/** Lets it run again. */
	public void resume() {
		this.process.signal("CONT");
	}

	/**
	 * Whether the process exists.
	 * @return false after {@link #kill()} or {@link #close()}
	 */
	public boolean isAlive() {
		return this.process.isAlive();
	}

	/**
	 * Where its data is, for a backup while it does not run.
	 * @return the directory
	 * @since 0.2.0
	 */
	public Path directory() {
		return this.directory;
	}

	/**
	 * Where clients connect.
	 * @return the url
	 */
	public String serviceUrl() {
		return "pulsar://127.0.0.1:" + this.port;
	}

	/**
	 * Where administrators connect.
	 * @return the url
	 */
	public String adminUrl() {
		return "http://127.0.0.1:" + this.webPort;
	}

	/**
	 * Administrative requests.
	 * @return the client
	 */
	public Admin admin() {
		return this.admin;
	}

	/**
	 * Runs a broker until this process is ended; prints where it serves.
	 * @param args none
	 * @throws InterruptedException never
	 */
	public static void main(String[] args) throws InterruptedException {
		System.out.println("Starting Pulsar (some seconds) ...");
		PulsarBroker broker = start();
		System.out.println("Pulsar serves at " + broker.serviceUrl() + " until Ctrl-C");
		Thread.currentThread().join();
	}

	@Override
	public void close() {
		this.process.kill();
	}

}

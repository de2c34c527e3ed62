package io.pulsarlock.benchmarks.faults;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * One node under attack: a process, its link to the brokers, and its history.
 */
final class Node implements AutoCloseable {

	private final String name;

	private final Path history;

	private final Path log;

	private final Link link;

	private final @Nullable Namespace namespace;

	private final Map<String, String> options = new LinkedHashMap<>();

	private final Set<String> said = ConcurrentHashMap.newKeySet();

	private final @Nullable Path archive;

	private @Nullable WallClock clock;

	private @Nullable String twin;

	private @Nullable Process process;

	private long read;

	private String rest = "";

	Node(String name, Path folder, @Nullable Namespace namespace, @Nullable Path archive, Map<String, String> options) {
		this.name = name;
		this.archive = archive;
		this.history = folder.resolve(name + ".history");
		this.log = folder.resolve(name + ".log");
		this.namespace = namespace;
		try {
			this.link = Link.open(host());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("There is no way to the brokers for node '" + name + "'", ex);
		}
		this.options.putAll(options);
	}

	/** The address at which this node reaches the host. */
	String host() {
		return (this.namespace != null) ? this.namespace.hostAddress() : "127.0.0.1";
	}

	String name() {
		return this.name;
	}

	Link link() {
		return this.link;
	}

	@Nullable Namespace namespace() {
		return this.namespace;
	}

	/** The wall clock with which it was started, or null for the machine's. */
	@Nullable WallClock clock() {
		return this.clock;
	}

	void option(String name, String value) {
		this.options.put(name, value);
	}

	/** Starts a twin next time, or the library itself. */
	void twin(@Nullable String twin) {
		this.twin = twin;
	}

	@Nullable String twin() {
		return this.twin;
	}

	/** Starts with a wall clock of its own next time. */
	void withClock(@Nullable WallClock clock) {
		WallClock before = this.clock;
		if (before != null && before != clock) {
			before.close();
		}
		this.clock = clock;
	}

	void start() {
		this.said.clear();
		List<String> command = new ArrayList<>();
		if (this.namespace != null) {
			command.addAll(this.namespace.prefix());
		}
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx160m", "-Xshare:auto"));
		if (this.twin == null && this.archive != null) {
			command.add("-XX:SharedArchiveFile=" + this.archive);
		}
		if (this.twin != null) {
			command.add("-javaagent:" + jar() + "=" + this.twin);
		}
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), FaultNode.class.getName()));
		command.add("--pulsar-lock.node=" + this.name);
		command.add("--faults.history=" + this.history);
		command.add("--faults.proxy=" + host() + ":" + this.link.port());
		this.options.forEach((option, value) -> command.add("--" + option + "=" + value));
		ProcessBuilder builder = new ProcessBuilder(command).redirectError(this.log.toFile());
		if (this.clock != null) {
			builder.environment().putAll(this.clock.environment());
		}
		try {
			Files.createDirectories(this.log.getParent());
			builder.redirectError(ProcessBuilder.Redirect.appendTo(this.log.toFile()));
			Process process = builder.start();
			this.process = process;
			Thread listener = new Thread(() -> listen(process), "node-" + this.name);
			listener.setDaemon(true);
			listener.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Node '" + this.name + "' cannot be started", ex);
		}
	}

	/**
	 * The agent is in the campaign's jar, however the campaign was started.
	 */
	/**
	 * Creates an archive of the classes that a node loads, so that nodes start in half
	 * the time.
	 * @return null if it cannot be created
	 */
	static @Nullable Path archive(Path folder) {
		Path archive = folder.resolve("node.jsa");
		try {
			Files.createDirectories(folder);
			Files.deleteIfExists(archive);
			Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
					"-XX:ArchiveClassesAtExit=" + archive, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
					"-Dspring.context.exit=onRefresh", "-cp", System.getProperty("java.class.path"),
					FaultNode.class.getName(), "--pulsar-lock.startup=background", "--faults.history=/dev/null",
					"--spring.pulsar.client.service-url=pulsar://127.0.0.1:1")
				.redirectErrorStream(true)
				.redirectOutput(folder.resolve("node.jsa.log").toFile())
				.start();
			return (process.waitFor(60, TimeUnit.SECONDS) && Files.exists(archive)) ? archive : null;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	private static Path jar() {
		for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
			if (entry.endsWith("fault-campaign.jar")) {
				return Path.of(entry).toAbsolutePath();
			}
		}
		throw new IllegalStateException("Twins need the campaign's jar: run 'mvn package' and start that");
	}

	private void listen(Process process) {
		try (BufferedReader reader = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
			String line;
			while ((line = reader.readLine()) != null) {
				Files.writeString(this.log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
				if (process == this.process) {
					this.said.add(line.trim());
				}
			}
		}
		catch (IOException ex) {
			// The process has ended.
		}
	}

	boolean said(String word) {
		return this.said.contains(word);
	}

	void forget(String word) {
		this.said.remove(word);
	}

	/** Sends a command to the node. */
	void say(String line) {
		Process process = running();
		try {
			process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
			process.getOutputStream().flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Node '" + this.name + "' does not listen", ex);
		}
	}

	private Process running() {
		Process process = this.process;
		if (process == null || !process.isAlive()) {
			throw new IllegalStateException("Node '" + this.name + "' does not run. See " + this.log);
		}
		return process;
	}

	boolean isAlive() {
		Process process = this.process;
		return process != null && process.isAlive();
	}

	void signal(String signal) {
		try {
			new ProcessBuilder("kill", "-" + signal, Long.toString(running().pid())).inheritIO().start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	/**
	 * Waits until the process has ended.
	 * @return false if it did not within that time
	 */
	boolean awaitEnd(int seconds) {
		Process process = this.process;
		try {
			return process == null || process.waitFor(seconds, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	void kill() {
		Process process = this.process;
		if (process != null) {
			process.destroyForcibly();
			awaitEnd(20);
		}
	}

	/** Reads what it has written since the last call, except for an incomplete line. */
	void read(Chronicle chronicle) {
		if (!Files.exists(this.history)) {
			return;
		}
		try (RandomAccessFile file = new RandomAccessFile(this.history.toFile(), "r")) {
			long length = file.length();
			if (length <= this.read) {
				return;
			}
			byte[] bytes = new byte[(int) (length - this.read)];
			file.seek(this.read);
			file.readFully(bytes);
			this.read = length;
			String[] lines = (this.rest + new String(bytes, StandardCharsets.UTF_8)).split("\n", -1);
			for (int i = 0; i < lines.length - 1; i++) {
				chronicle.read(this.name, lines[i]);
			}
			this.rest = lines[lines.length - 1];
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		kill();
		this.link.close();
		if (this.namespace != null) {
			this.namespace.close();
		}
		withClock(null);
	}

	@Override
	public String toString() {
		return this.name;
	}

}

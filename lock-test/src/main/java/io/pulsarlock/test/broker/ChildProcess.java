package io.pulsarlock.test.broker;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One process of Pulsar, started by the launcher that the build puts beside the broker's
 * jars. It ends when this process ends, however that happens, because it watches its
 * standard input.
 */
final class ChildProcess {

	private static final Log logger = LogFactory.getLog(ChildProcess.class);

	private static final List<String> OPENS = List.of("java.base/java.lang", "java.base/java.io", "java.base/java.util",
			"java.base/java.nio", "java.base/sun.nio.ch", "java.base/jdk.internal.misc", "java.base/sun.net",
			"java.management/sun.management");

	private final String role;

	private final Map<String, String> options;

	private final Path log;

	private final int heapMegabytes;

	private @Nullable Process process;

	ChildProcess(String role, Map<String, String> options, Path log) {
		this(role, options, log, 512);
	}

	ChildProcess(String role, Map<String, String> options, Path log, int heapMegabytes) {
		this.heapMegabytes = heapMegabytes;
		this.role = role;
		this.options = options;
		this.log = log;
	}

	/**
	 * Starts it and returns when it serves. Who ends before that is started once more, as
	 * a supervisor would do: a bookie ends if its former registration expires while it
	 * looks at it.
	 * @param serves whether it serves
	 * @param limit how long a start may take
	 * @throws IllegalStateException with the end of its log, if it does not serve
	 */
	void start(BooleanSupplier serves, Duration limit) {
		start();
		if (!comesUp(serves, limit)) {
			logger.warn(withTail("ended before it was ready and is started once more"));
			start();
			if (!comesUp(serves, limit)) {
				throw new IllegalStateException(withTail("ended twice before it was ready"));
			}
		}
	}

	private void start() {
		if (isAlive()) {
			throw new IllegalStateException("The " + this.role + " process is already running");
		}
		Path home = home();
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx" + this.heapMegabytes + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
		OPENS.forEach((each) -> command.addAll(List.of("--add-opens", each + "=ALL-UNNAMED")));
		command.addAll(List.of("-Dio.netty.tryReflectionSetAccessible=true", "-Dpulsar.allocator.pooled=false"));
		command.addAll(List.of("-cp", home.resolve("classes") + File.pathSeparator + home.resolve("lib") + "/*"));
		command.addAll(List.of("io.pulsarlock.test.launcher.Launcher", this.role));
		this.options.forEach((key, value) -> command.add(key + "=" + value));
		try {
			Files.createDirectories(this.log.getParent());
			this.process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(this.log.toFile()))
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The " + this.role + " process cannot be started", ex);
		}
	}

	/** Where the build has put the launcher and the broker's jars. */
	private static Path home() {
		String set = System.getProperty("pulsar.test.broker.home");
		if (set != null) {
			return Path.of(set);
		}
		for (Path dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
			Path home = dir.resolve("lock-test/broker/target");
			if (Files.isDirectory(home.resolve("lib")) && Files.isDirectory(home.resolve("classes"))) {
				return home;
			}
		}
		throw new IllegalStateException(
				"The jars of the Pulsar broker are missing: only a checkout of Pulsar Lock has them. "
						+ "In a checkout, build them with 'mvn -f lock-test/broker/pom.xml process-classes'. "
						+ "In an application, start Docker and add org.testcontainers:testcontainers-pulsar to the tests, "
						+ "or name a broker with -Dpulsar.test.broker=pulsar://host:6650");
	}

	/** Returns false if the process ended before it served. */
	private boolean comesUp(BooleanSupplier serves, Duration limit) {
		long end = System.nanoTime() + limit.toNanos();
		while (!serves.getAsBoolean()) {
			if (!isAlive()) {
				return false;
			}
			if (System.nanoTime() - end > 0) {
				kill();
				throw new IllegalStateException(withTail("was not ready within " + limit));
			}
			pause(Duration.ofMillis(100));
		}
		return true;
	}

	private static void pause(Duration time) {
		try {
			TimeUnit.NANOSECONDS.sleep(time.toNanos());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for a Pulsar process", ex);
		}
	}

	private String withTail(String what) {
		String tail;
		try {
			List<String> lines = Files.readAllLines(this.log);
			tail = String.join("\n", lines.subList(Math.max(lines.size() - 40, 0), lines.size()));
		}
		catch (IOException ex) {
			tail = ex.toString();
		}
		return "The " + this.role + " process " + what + ". The end of its log:\n" + tail;
	}

	boolean isAlive() {
		Process process = this.process;
		return process != null && process.isAlive();
	}

	/** Ends it without a chance to say goodbye. */
	void kill() {
		Process process = this.process;
		if (process != null) {
			process.destroyForcibly();
			try {
				process.waitFor(10, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Asks it to end, and ends it if it has not done so after a while. */
	void stop() {
		Process process = this.process;
		if (process != null && process.isAlive()) {
			signal("TERM");
			try {
				process.waitFor(30, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			kill();
		}
	}

	void signal(String signal) {
		Process process = this.process;
		if (process == null || !process.isAlive()) {
			throw new IllegalStateException("The " + this.role + " process is not running");
		}
		try {
			new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).inheritIO().start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Path newDirectory(String prefix) {
		try {
			Path target = Path.of("target").toAbsolutePath();
			Files.createDirectories(target);
			return Files.createTempDirectory(target, prefix);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}

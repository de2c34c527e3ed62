package io.pulsarlock.sample.demo;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A Pulsar broker from the jars that the build has put beside the tests' launcher.
 */
final class BrokerProcess implements AutoCloseable {

	private static final String JARS = "lock-test/broker/target";

	private final Path jars;

	private final Path data;

	private final Path log;

	private final int port = Processes.freePort();

	private final int webPort = Processes.freePort();

	private @Nullable Process process;

	BrokerProcess(Path home, Path dir) {
		this.jars = jars(home);
		this.data = dir.resolve("broker-data");
		this.log = dir.resolve("broker.log");
	}

	private static Path jars(Path home) {
		for (Path dir = home.toAbsolutePath(); dir != null; dir = dir.getParent()) {
			if (Files.isDirectory(dir.resolve(JARS).resolve("lib"))) {
				return dir.resolve(JARS);
			}
		}
		throw new DemoException(
				"The jars of the broker are missing beside this jar. Build them with 'mvn -q -DskipTests package' "
						+ "in the project's folder and start the jar from there, or name a Pulsar: --pulsar=pulsar://...");
	}

	void start() {
		List<String> command = new ArrayList<>(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
		for (String each : List.of("java.lang", "java.io", "java.util", "java.nio", "sun.nio.ch", "jdk.internal.misc",
				"sun.net")) {
			command.addAll(List.of("--add-opens", "java.base/" + each + "=ALL-UNNAMED"));
		}
		command.addAll(List.of("--add-opens", "java.management/sun.management=ALL-UNNAMED"));
		command.addAll(List.of("-Dio.netty.tryReflectionSetAccessible=true", "-Dpulsar.allocator.pooled=false", "-cp",
				this.jars.resolve("classes") + File.pathSeparator + this.jars.resolve("lib") + "/*",
				"io.pulsarlock.test.launcher.Launcher", "standalone", "dir=" + this.data, "port=" + this.port,
				"webPort=" + this.webPort, "bookiePort=" + Processes.freePort(), "sync=false"));
		this.process = Processes.java(command, Map.of(), this.log);
	}

	boolean isAlive() {
		return this.process != null && this.process.isAlive();
	}

	String serviceUrl() {
		return "pulsar://127.0.0.1:" + this.port;
	}

	String adminUrl() {
		return "http://127.0.0.1:" + this.webPort;
	}

	Path log() {
		return this.log;
	}

	@Override
	public void close() throws IOException {
		// It has nothing to save.
		Processes.end(this.process, 0);
		if (Files.exists(this.data)) {
			try (Stream<Path> files = Files.walk(this.data)) {
				files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
			}
		}
	}

}

package io.pulsarlock.comparison.server;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import org.jspecify.annotations.Nullable;

/**
 * Where the build has put things, and how a JVM is started: all with the same options,
 * servers and clients, so that no product is favoured.
 *
 * @param target the directory of the build; without {@code lib} in it, as in the
 * project's own tests, clients run with the class path of this process
 * @param serverCore the processor of servers, or -1
 * @param clientCore the processor of clients, or -1
 */
public record Place(Path target, int serverCore, int clientCore) {

	private static final List<String> OPTIONS = List.of("-Xms256m", "-Xmx768m", "-XX:+UseSerialGC", "-XX:-UsePerfData",
			"--enable-native-access=ALL-UNNAMED");

	/**
	 * Finds the build's directory by the jar this class is in.
	 * @param serverCore see above
	 * @param clientCore see above
	 * @return the place
	 */
	public static Place here(int serverCore, int clientCore) {
		return new Place(Objects.requireNonNull(code().getParent()), serverCore, clientCore);
	}

	private static Path code() {
		try {
			return Path.of(Place.class.getProtectionDomain().getCodeSource().getLocation().toURI());
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** How every JVM is started, for the report. */
	public static String options() {
		return String.join(" ", OPTIONS);
	}

	/**
	 * Whether there is a class path.
	 * @param name its name
	 * @return null, or what to do
	 */
	public @Nullable String libraries(String name) {
		return (Files.isDirectory(this.target.resolve("lib").resolve(name)) || inTests()) ? null
				: "target/lib/" + name + " is missing; build this module with 'mvn clean package'";
	}

	private boolean inTests() {
		return !Files.isDirectory(this.target.resolve("lib")) || !code().toString().endsWith(".jar");
	}

	/**
	 * The version of a jar.
	 * @param name the class path
	 * @param artifact the jar's name without version
	 * @return its version, or "?"
	 */
	public String version(String name, String artifact) {
		Path directory = this.target.resolve("lib").resolve(name);
		if (Files.isDirectory(directory)) {
			try (DirectoryStream<Path> jars = Files.newDirectoryStream(directory, artifact + "-[0-9]*.jar")) {
				for (Path jar : jars) {
					return jar.getFileName().toString().substring(artifact.length() + 1).replace(".jar", "");
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		return "?";
	}

	/**
	 * Whether our library on the class path has a property, by its configuration
	 * metadata.
	 * @param property the name
	 * @return true if it has
	 */
	public boolean knowsProperty(String property) {
		Path directory = this.target.resolve("lib/pulsar");
		if (!Files.isDirectory(directory)) {
			return false;
		}
		try (DirectoryStream<Path> jars = Files.newDirectoryStream(directory, "pulsar-lock-spring-boot-[0-9]*.jar")) {
			for (Path jar : jars) {
				try (ZipFile zip = new ZipFile(jar.toFile())) {
					ZipEntry entry = zip.getEntry("META-INF/spring-configuration-metadata.json");
					if (entry != null) {
						return new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8)
							.contains('"' + property + '"');
					}
				}
			}
			return false;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A command that starts a JVM.
	 * @param libraries the class path
	 * @param main the main class
	 * @param arguments its arguments
	 * @return the command
	 */
	public List<String> java(String libraries, String main, String... arguments) {
		String classPath = inTests() ? System.getProperty("java.class.path")
				: code() + File.pathSeparator + this.target.resolve("lib").resolve(libraries) + "/*";
		return java(List.of(), classPath, main, arguments);
	}

	private static List<String> java(List<String> more, String classPath, String main, String... arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(OPTIONS);
		command.addAll(more);
		command.addAll(List.of("-cp", classPath, main));
		command.addAll(List.of(arguments));
		return command;
	}

	/** What is missing to start a broker, or null. */
	public @Nullable String broker() {
		return (brokerHome() != null) ? null
				: "the broker's jars are missing; build them with 'mvn -f lock-test/broker/pom.xml process-classes'";
	}

	private @Nullable Path brokerHome() {
		for (Path directory = this.target; directory != null; directory = directory.getParent()) {
			Path home = directory.resolve("lock-test/broker/target");
			if (Files.isDirectory(home.resolve("lib")) && Files.isDirectory(home.resolve("classes"))) {
				return home;
			}
		}
		return null;
	}

	String brokerVersion() {
		Path home = Objects.requireNonNull(brokerHome());
		try (DirectoryStream<Path> jars = Files.newDirectoryStream(home.resolve("lib"), "pulsar-broker-[0-9]*.jar")) {
			for (Path jar : jars) {
				return jar.getFileName().toString().replaceAll("pulsar-broker-|\\.jar", "");
			}
			return "?";
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The broker of the project's own tests, with the options of the other servers.
	 */
	List<String> brokerCommand(String... arguments) {
		Path home = Objects.requireNonNull(brokerHome());
		List<String> opens = new ArrayList<>();
		for (String each : List.of("java.base/java.lang", "java.base/java.io", "java.base/java.util",
				"java.base/java.nio", "java.base/sun.nio.ch", "java.base/jdk.internal.misc", "java.base/sun.net",
				"java.management/sun.management")) {
			opens.addAll(List.of("--add-opens", each + "=ALL-UNNAMED"));
		}
		opens.addAll(List.of("-Dio.netty.tryReflectionSetAccessible=true", "-Dpulsar.allocator.pooled=false"));
		return java(opens, home.resolve("classes") + File.pathSeparator + home.resolve("lib") + "/*",
				"io.pulsarlock.test.launcher.Launcher", arguments);
	}

	boolean answers(String url) throws IOException {
		HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
		connection.setConnectTimeout(1000);
		connection.setReadTimeout(5000);
		return connection.getResponseCode() == 200;
	}

	void write(Path file, String text) {
		try {
			Files.createDirectories(Objects.requireNonNull(file.getParent()));
			Files.writeString(file, text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String read(Path file) {
		try {
			return Files.exists(file) ? Files.readString(file) : "";
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}

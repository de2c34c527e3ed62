package io.pulsarlock.sample.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Child processes.
 */
final class Processes {

	private Processes() {
	}

	/**
	 * Starts Java. The child ignores Ctrl-C, which a terminal sends to all processes at
	 * once, so that they can be stopped in order; and its standard input stays open until
	 * this process ends, by which it notices.
	 */
	static Process java(List<String> arguments, Map<String, String> environment, Path log) {
		List<String> command = new ArrayList<>(
				List.of("sh", "-c", "trap '' INT; exec \"$@\"", "sh", System.getProperty("java.home") + "/bin/java"));
		command.addAll(arguments);
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
		builder.environment().putAll(environment);
		try {
			return builder.start();
		}
		catch (IOException ex) {
			throw new DemoException("A process cannot be started: " + ex.getMessage()
					+ ". The demo needs a POSIX shell: Linux, macOS, or WSL on Windows.");
		}
	}

	/** Ends it, by force if it takes longer. */
	static void end(@Nullable Process process, long graceSeconds) {
		if (process == null) {
			return;
		}
		try {
			if (!process.waitFor(graceSeconds, TimeUnit.SECONDS)) {
				process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
			}
		}
		catch (InterruptedException ex) {
			process.destroyForcibly();
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

	static String tail(Path log) {
		try {
			List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
			return String.join("\n", lines.subList(Math.max(lines.size() - 25, 0), lines.size()));
		}
		catch (IOException ex) {
			return "(" + ex + ")";
		}
	}

	static void sleep(long millis) {
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}

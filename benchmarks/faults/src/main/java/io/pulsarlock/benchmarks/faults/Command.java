package io.pulsarlock.benchmarks.faults;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a short system command to its end.
 */
final class Command {

	private static final int LIMIT_SECONDS = 20;

	private Command() {
	}

	/**
	 * Runs a command.
	 * @param input its input
	 * @param words the command
	 * @return its output
	 * @throws IllegalStateException if it fails or does not exist
	 */
	static String run(String input, List<String> words) {
		Process process = null;
		try {
			process = new ProcessBuilder(words).redirectErrorStream(true).start();
			try (OutputStream out = process.getOutputStream()) {
				out.write(input.getBytes(StandardCharsets.UTF_8));
			}
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
				throw new IllegalStateException(String.join(" ", words) + " does not end");
			}
			if (process.exitValue() != 0) {
				throw new IllegalStateException(
						String.join(" ", words) + " ended with " + process.exitValue() + ": " + output.strip());
			}
			return output;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(String.join(" ", words) + " failed", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(String.join(" ", words) + " was interrupted", ex);
		}
		finally {
			if (process != null) {
				process.destroyForcibly();
			}
		}
	}

	static String run(String... words) {
		return run("", List.of(words));
	}

	/** Whether a program is on the path. */
	static boolean exists(String program) {
		return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
			.anyMatch((dir) -> Files.isExecutable(Path.of(dir, program)));
	}

}

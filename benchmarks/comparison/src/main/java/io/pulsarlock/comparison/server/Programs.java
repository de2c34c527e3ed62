package io.pulsarlock.comparison.server;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/** Programs of the machine. */
public final class Programs {

	private Programs() {
	}

	/**
	 * Finds a program.
	 * @param name its name
	 * @param more directories, beside the path
	 * @return where it is, or null
	 */
	public static @Nullable Path find(String name, String... more) {
		String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator
				+ String.join(File.pathSeparator, more);
		for (String directory : path.split(File.pathSeparator)) {
			Path program = Path.of(directory, name);
			if (Files.isExecutable(program)) {
				return program;
			}
		}
		return null;
	}

	/**
	 * Finds a program of PostgreSQL, which Debian does not put on the path.
	 * @param name its name
	 * @return where it is, or null
	 */
	static @Nullable Path findPostgres(String name) {
		Path found = null;
		try (DirectoryStream<Path> versions = Files.newDirectoryStream(Path.of("/usr/lib/postgresql"))) {
			for (Path version : versions) {
				Path program = version.resolve("bin").resolve(name);
				if (Files.isExecutable(program) && (found == null || program.compareTo(found) > 0)) {
					found = program;
				}
			}
		}
		catch (IOException ex) {
			return find(name);
		}
		return (found != null) ? found : find(name);
	}

	/**
	 * What a program prints.
	 * @param command the program
	 * @return its output, or "?" if it fails
	 */
	public static String output(String... command) {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			process.getOutputStream().close();
			String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
			process.waitFor(10, TimeUnit.SECONDS);
			return text;
		}
		catch (IOException ex) {
			return "?";
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The first number with dots in what a program prints.
	 * @param command the program
	 * @return its version, or "?"
	 */
	static String version(String... command) {
		java.util.regex.Matcher matcher = java.util.regex.Pattern.compile("\\d+(\\.\\d+)+").matcher(output(command));
		return matcher.find() ? matcher.group() : "?";
	}

}

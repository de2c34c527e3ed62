package io.pulsarlock.benchmarks.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * A {@link FaultNode} in a process of its own.
 */
final class NodeUnderTest implements AutoCloseable {

	private final Process process;

	private final Path history;

	private final List<String> said = new CopyOnWriteArrayList<>();

	NodeUnderTest(String name, Path history, String... args) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
						"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
						FaultNode.class.getName(), "--pulsar-lock.node=" + name, "--faults.history=" + history));
		command.addAll(List.of(args));
		this.history = history;
		try {
			this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Thread reader = new Thread(this::listen, name);
		reader.setDaemon(true);
		reader.start();
	}

	private void listen() {
		try (BufferedReader lines = this.process.inputReader()) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				this.said.add(line);
			}
		}
		catch (IOException ex) {
			// Killed.
		}
	}

	long saidTimes(String line) {
		return this.said.stream().filter(line::equals).count();
	}

	List<String> said() {
		return this.said;
	}

	void command(String line) {
		try {
			Writer out = this.process.outputWriter();
			out.write(line + "\n");
			out.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** The complete lines of its history. */
	List<String> history() {
		try {
			String text = Files.exists(this.history) ? Files.readString(this.history) : "";
			return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** The lines with a prefix. */
	List<String> history(String kind) {
		return history().stream().filter((line) -> line.startsWith(kind + " ")).toList();
	}

	/** How often a lock was granted to it. */
	long grants(String lock) {
		return history("G").stream().filter((line) -> line.split(" ")[2].equals(lock)).count();
	}

	int end() throws IOException, InterruptedException {
		this.process.outputWriter().close();
		return this.process.waitFor(30, TimeUnit.SECONDS) ? this.process.exitValue() : -1;
	}

	void kill() throws InterruptedException {
		this.process.destroyForcibly().waitFor();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}

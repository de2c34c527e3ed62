package io.pulsarlock.test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * A node in a JVM of its own, which prints its events line by line.
 */
final class NodeProcess implements AutoCloseable {

	private final Process process;

	private final List<String> lines = new CopyOnWriteArrayList<>();

	private NodeProcess(Process process) {
		this.process = process;
		Thread reader = new Thread(this::read, "node-output");
		reader.setDaemon(true);
		reader.start();
	}

	static NodeProcess start(Class<?> main, Object... args) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-cp",
				System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), main.getName()));
		for (Object arg : args) {
			command.add(arg.toString());
		}
		try {
			return new NodeProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void read() {
		try (BufferedReader reader = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8))) {
			String line;
			while ((line = reader.readLine()) != null) {
				this.lines.add(line);
			}
		}
		catch (IOException ex) {
			this.lines.add("output ended: " + ex);
		}
	}

	/** Sends a command to a node that reads commands. */
	void say(String order) {
		try {
			this.process.getOutputStream().write((order + "\n").getBytes(StandardCharsets.UTF_8));
			this.process.getOutputStream().flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	long pid() {
		return this.process.pid();
	}

	List<String> lines() {
		return this.lines;
	}

	boolean said(String start) {
		return this.lines.stream().anyMatch((line) -> line.startsWith(start));
	}

	boolean logged(String part) {
		return this.lines.stream().anyMatch((line) -> line.contains(part));
	}

	/** The number after the word in the first line that starts with it. */
	long number(String word) {
		return this.lines.stream()
			.filter((line) -> line.startsWith(word + " "))
			.mapToLong((line) -> Long.parseLong(line.split(" ")[1]))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("No '" + word + "' in " + this.lines));
	}

	void signal(String name) {
		try {
			new ProcessBuilder("kill", "-" + name, Long.toString(this.process.pid())).start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	int await(long seconds) throws InterruptedException {
		if (!this.process.waitFor(seconds, TimeUnit.SECONDS)) {
			throw new IllegalStateException("The node does not end: " + this.lines);
		}
		return this.process.exitValue();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}

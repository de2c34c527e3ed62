package io.pulsarlock.adapters;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.pulsarlock.test.broker.TestPulsar;

/**
 * An application in a process of its own that reports what it does to a {@link Protocol}.
 */
public final class ApplicationProcess implements AutoCloseable {

	private final String node;

	private final Protocol protocol;

	private final Process process;

	/**
	 * Starts an application.
	 * @param main its class, which calls {@link Protocol#print}
	 * @param cluster its lock cluster, with a reconnect grace of two seconds
	 * @param node the name of the node
	 * @param protocol where it reports
	 * @param more further arguments
	 */
	public ApplicationProcess(Class<?> main, String cluster, String node, Protocol protocol, String... more) {
		this.node = node;
		this.protocol = protocol;
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx160m", "-cp",
				System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), main.getName(),
				"--spring.pulsar.client.service-url=" + TestPulsar.shared().serviceUrl(),
				"--pulsar-lock.cluster=" + cluster, "--pulsar-lock.node=" + node, "--pulsar-lock.session.lease=6s",
				"--pulsar-lock.session.reconnect-grace=2s", "--pulsar-lock.startup=wait",
				"--pulsar-lock.startup-timeout=60s", "--spring.main.banner-mode=off",
				"--spring.main.web-application-type=none", "--logging.level.root=warn",
				"--spring.task.scheduling.pool.size=4"));
		command.addAll(List.of(more));
		try {
			this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Thread reader = new Thread(this::read, node);
		reader.setDaemon(true);
		reader.start();
	}

	private void read() {
		try (BufferedReader lines = this.process.inputReader()) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (!this.protocol.add(this.node, line)) {
					System.out.println(this.node + ": " + line);
				}
			}
		}
		catch (IOException ex) {
			// Killed.
		}
	}

	/** Writes a line to its standard input. */
	public void say(String line) {
		try {
			this.process.getOutputStream().write((line + '\n').getBytes(StandardCharsets.UTF_8));
			this.process.getOutputStream().flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public String node() {
		return this.node;
	}

	/** As {@code kill -9}. */
	public void kill() {
		this.process.destroyForcibly();
		this.process.onExit().join();
		this.protocol.ended(this.node);
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}

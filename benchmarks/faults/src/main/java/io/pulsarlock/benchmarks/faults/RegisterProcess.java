package io.pulsarlock.benchmarks.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The register in its own process, which ends with this one. */
final class RegisterProcess implements AutoCloseable {

	private final Process process;

	private final BufferedReader output;

	private final int port;

	private RegisterProcess(Process process, BufferedReader output, int port) {
		this.process = process;
		this.output = output;
		this.port = port;
	}

	static RegisterProcess start(Path folder) {
		try {
			Files.createDirectories(folder);
			Process process = new ProcessBuilder(
					List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
							"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
							Register.class.getName(), "--port=0"))
				.redirectError(folder.resolve("register.log").toFile())
				.start();
			BufferedReader reader = new BufferedReader(
					new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
			String line = reader.readLine();
			if (line == null || !line.startsWith("REGISTER ")) {
				process.destroyForcibly();
				throw new IllegalStateException("The register does not start. See " + folder.resolve("register.log"));
			}
			return new RegisterProcess(process, reader, Integer.parseInt(line.substring(9).trim()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The register cannot be started", ex);
		}
	}

	/** Makes it listen at one more address, on the same port. */
	void listen(String address) {
		try {
			OutputStream input = this.process.getOutputStream();
			input.write((address + '\n').getBytes(StandardCharsets.UTF_8));
			input.flush();
			String answer = this.output.readLine();
			if (!("LISTENS " + address).equals(answer)) {
				throw new IllegalStateException("The register does not listen at " + address + ": " + answer);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The register does not listen at " + address, ex);
		}
	}

	int port() {
		return this.port;
	}

	Report report() {
		try (RegisterClient client = RegisterClient.connect("127.0.0.1", this.port)) {
			return client.report();
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}

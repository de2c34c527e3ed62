package io.pulsarlock.comparison.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.comparison.client.Agent;
import io.pulsarlock.comparison.client.Settings;
import org.jspecify.annotations.Nullable;

/** A client's JVM, seen from the harness. Answers come in the order of the commands. */
public final class Client implements AutoCloseable {

	private final Process process;

	private final Path log;

	private final PrintStream commands;

	private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

	private Client(Process process, Path log) {
		this.process = process;
		this.log = log;
		this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
		Thread reader = new Thread(this::read, "client-answers");
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * Starts a client; {@link #await} tells when it is connected.
	 * @param place where things are
	 * @param libraries its class path
	 * @param type the peer's class
	 * @param settings the peer's settings
	 * @param log where its output goes
	 * @return the client
	 */
	public static Client start(Place place, String libraries, String type, Settings settings, Path log) {
		List<String> command = new java.util.ArrayList<>(place.java(libraries, Agent.class.getName(), type));
		settings.values().forEach((name, value) -> command.add(name + "=" + value));
		try {
			return new Client(new ProcessBuilder(Child.bound(command, place.clientCore()))
				.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
				.start(), log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void read() {
		try (BufferedReader lines = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8))) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (line.startsWith("@")) {
					this.answers.add(line);
				}
			}
		}
		catch (IOException ex) {
			// It has ended.
		}
		this.answers.add("@failed the client has ended");
	}

	/**
	 * Sends a command.
	 * @param command its name
	 * @param settings names and values, in turn
	 */
	public void send(String command, Object... settings) {
		StringBuilder line = new StringBuilder(command);
		for (int i = 0; i < settings.length; i += 2) {
			line.append(' ').append(settings[i]).append('=').append(settings[i + 1]);
		}
		this.commands.println(line);
	}

	/**
	 * Waits for the next answer.
	 * @param seconds the longest wait
	 * @return the answer, or null if there was none
	 */
	public @Nullable Settings poll(double seconds) {
		try {
			String answer = this.answers.poll((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
			if (answer == null) {
				return null;
			}
			if (!answer.startsWith("@done")) {
				throw new IllegalStateException(answer.substring(1) + " (see " + this.log + ")");
			}
			Map<String, String> none = new LinkedHashMap<>();
			return (answer.indexOf(' ') < 0) ? new Settings(none) : Settings.parse(answer.split(" "), 1);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Waits for the next answer.
	 * @param seconds the longest wait, after which it fails
	 * @return the answer
	 */
	public Settings await(double seconds) {
		Settings answer = poll(seconds);
		if (answer == null) {
			throw new IllegalStateException("No answer within " + seconds + " s (see " + this.log + ")");
		}
		return answer;
	}

	/**
	 * Sends a command and waits for its answer.
	 * @param seconds the longest wait
	 * @param command its name
	 * @param settings names and values, in turn
	 * @return the answer
	 */
	public Settings call(double seconds, String command, Object... settings) {
		send(command, settings);
		return await(seconds);
	}

	/**
	 * Its process.
	 * @return the id
	 */
	public long pid() {
		return this.process.pid();
	}

	/**
	 * Ends it without a chance to say goodbye.
	 */
	public void kill() {
		this.process.destroyForcibly();
	}

	/**
	 * Tells it to end, and does not wait for it.
	 */
	public void quit() {
		send("quit");
	}

	@Override
	public void close() {
		quit();
		try {
			if (!this.process.waitFor(5, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
				this.process.waitFor(5, TimeUnit.SECONDS);
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}

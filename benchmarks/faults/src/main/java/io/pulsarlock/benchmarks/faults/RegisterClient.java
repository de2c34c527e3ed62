package io.pulsarlock.benchmarks.faults;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.springframework.util.Assert;

/**
 * One connection to the {@link Register}. Used by any thread; calls take turns, so
 * threads that must not wait for each other need a client each. A call blocks until it is
 * answered. After an {@link UncheckedIOException} it is unknown whether a write counted,
 * and every later call throws the exception again.
 */
final class RegisterClient implements AutoCloseable {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private final Socket socket = new Socket();

	private final BufferedReader in;

	private final Writer out;

	private RegisterClient(InetSocketAddress address) throws IOException {
		try {
			this.socket.setTcpNoDelay(true);
			this.socket.setSoTimeout((int) LIMIT.toMillis());
			this.socket.connect(address, (int) LIMIT.toMillis());
			this.in = new BufferedReader(new InputStreamReader(this.socket.getInputStream(), StandardCharsets.UTF_8));
			this.out = new BufferedWriter(
					new OutputStreamWriter(this.socket.getOutputStream(), StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			this.socket.close();
			throw ex;
		}
	}

	/**
	 * Connects.
	 * @param host the host of the register
	 * @param port its port
	 * @return the client
	 * @throws UncheckedIOException if it cannot be reached
	 */
	static RegisterClient connect(String host, int port) {
		try {
			return new RegisterClient(new InetSocketAddress(host, port));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The register at " + host + ":" + port + " cannot be reached", ex);
		}
	}

	/**
	 * Reads.
	 * @param store which store
	 * @param name what, without white space
	 * @param token the fencing token
	 * @return the current version, 0 if there was no write yet; -1 if the token was
	 * refused
	 */
	long read(Store store, String name, long token) {
		return call("R " + store + " " + token + " " + word(name));
	}

	/**
	 * Writes.
	 * @param store which store
	 * @param name what, without white space
	 * @param token the fencing token
	 * @param base the version read before
	 * @param id unique to this write, without white space or comma
	 * @return false if the token was refused; then nothing is written
	 */
	boolean write(Store store, String name, long token, long base, String id) {
		return call("W " + store + " " + token + " " + base + " " + word(id) + " " + word(name)) >= 0;
	}

	private static String word(String text) {
		Assert.isTrue(!text.isEmpty() && text.chars().noneMatch((each) -> Character.isWhitespace(each) || each == ','),
				() -> "No white space and no comma in '" + text + "'");
		return text;
	}

	private synchronized long call(String line) {
		try {
			send(line);
			return Long.parseLong(receive());
		}
		catch (IOException ex) {
			throw lost(ex);
		}
	}

	/** The results of all updates. */
	synchronized Report report() {
		Map<Store, Map<String, Report.Counts>> stores = new EnumMap<>(Store.class);
		try {
			send("REPORT");
			for (String line = receive(); !line.equals(Register.END); line = receive()) {
				String[] words = line.split(" ", -1);
				List<String> lostIds = words[6].isEmpty() ? List.of() : List.of(words[6].split(","));
				stores.computeIfAbsent(Store.valueOf(words[0]), (key) -> new TreeMap<>())
					.put(words[1], new Report.Counts(Long.parseLong(words[2]), Long.parseLong(words[3]),
							Long.parseLong(words[4]), Long.parseLong(words[5]), lostIds));
			}
		}
		catch (IOException ex) {
			throw lost(ex);
		}
		return new Report(stores);
	}

	private void send(String line) throws IOException {
		this.out.write(line);
		this.out.write('\n');
		this.out.flush();
	}

	private String receive() throws IOException {
		String line = this.in.readLine();
		if (line == null) {
			throw new EOFException("The register is gone");
		}
		if (line.startsWith("!")) {
			throw new IllegalArgumentException(line);
		}
		return line;
	}

	/** Safety: closed, so that a late answer is never taken for that of another call. */
	private UncheckedIOException lost(IOException cause) {
		close();
		return new UncheckedIOException("The connection to the register is lost", cause);
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			// As good as closed.
		}
	}

}

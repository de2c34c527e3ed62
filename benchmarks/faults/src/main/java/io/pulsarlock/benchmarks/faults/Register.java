package io.pulsarlock.benchmarks.faults;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The guarded resource in a process of its own, which the locks of the campaign protect.
 * It never asks a lock whether a client may write, so it judges all locks. For every name
 * it has a {@link Versions} in each {@link Store}; everything is lost when it ends.
 * <p>
 * A line is a request and is answered by one line, {@code ! reason} if it is invalid:
 * <pre> R store token name           -> version, or -1 W store token base id name ->
 * version, or -1 REPORT                       -> any number of "store name updates lost
 * reads writes ids", then "." </pre>
 */
final class Register {

	static final String END = ".";

	private final Map<Store, Map<String, Versions>> stores = new EnumMap<>(Store.class);

	/** One for each address, all on the port of the first. */
	private final List<ServerSocket> servers = new CopyOnWriteArrayList<>();

	/** The connections, to close them. */
	private final Set<Socket> clients = ConcurrentHashMap.newKeySet();

	private Register() {
		for (Store store : Store.values()) {
			this.stores.put(store, new ConcurrentHashMap<>());
		}
	}

	/**
	 * Runs a register until the standard input ends. Prints {@code REGISTER <port>} once
	 * it can be reached at the loopback address, and listens at every further address
	 * that it reads as a line.
	 * @param args {@code --port=<port, 0: a free one>}
	 * @throws IOException if it cannot listen there
	 */
	public static void main(String[] args) throws IOException {
		int port = 0;
		for (String arg : args) {
			if (arg.startsWith("--port=")) {
				port = Integer.parseInt(arg.substring("--port=".length()));
			}
			else {
				throw new IllegalArgumentException("Unknown argument " + arg);
			}
		}
		Register register = open("127.0.0.1", port);
		System.out.println("REGISTER " + register.port());
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String address = in.readLine(); address != null; address = in.readLine()) {
			register.listen(address, register.port());
			System.out.println("LISTENS " + address);
		}
		Runtime.getRuntime().halt(0);
	}

	/** Opens a register inside this process. */
	static Register open(String bind, int port) throws IOException {
		Register register = new Register();
		register.listen(bind, port);
		return register;
	}

	private void listen(String address, int port) throws IOException {
		ServerSocket server = new ServerSocket(port, 200, InetAddress.getByName(address));
		this.servers.add(server);
		LinkConnection.daemon("register-accept", () -> accept(server));
	}

	int port() {
		return this.servers.get(0).getLocalPort();
	}

	private void accept(ServerSocket server) {
		while (!server.isClosed()) {
			try {
				Socket client = server.accept();
				this.clients.add(client);
				LinkConnection.daemon("register-client", () -> serve(client));
				if (server.isClosed()) {
					// Safety: added before this question, so close() or this closes it.
					client.close();
				}
			}
			catch (IOException ex) {
				// Closed, or a connection that had already ended.
			}
		}
	}

	private void serve(Socket client) {
		try (client;
				BufferedReader in = new BufferedReader(
						new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
				Writer out = new BufferedWriter(
						new OutputStreamWriter(client.getOutputStream(), StandardCharsets.UTF_8))) {
			client.setTcpNoDelay(true);
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				out.write(answer(line));
				out.write('\n');
				out.flush();
			}
		}
		catch (IOException ex) {
			// The client has ended; it cannot miss the answer.
		}
		finally {
			this.clients.remove(client);
		}
	}

	private String answer(String line) {
		try {
			String[] words = line.split(" ", -1);
			return switch (words[0]) {
				case "R" -> Integer.toString(versions(words[1], words[3]).read(Long.parseLong(words[2])));
				case "W" -> Integer.toString(versions(words[1], words[5]).write(Long.parseLong(words[2]),
						Long.parseLong(words[3]), words[4]));
				case "REPORT" -> report();
				default -> "! " + line;
			};
		}
		catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
			return "! " + ex.getMessage() + " in " + line;
		}
	}

	private Versions versions(String store, String name) {
		Store found = Store.valueOf(store);
		return this.stores.get(found).computeIfAbsent(name, (key) -> new Versions(found == Store.CHECKED));
	}

	private String report() {
		StringBuilder text = new StringBuilder();
		this.stores.forEach((store, names) -> names.forEach((name, versions) -> {
			Report.Counts counts = versions.counts();
			text.append(store).append(' ').append(name);
			text.append(' ').append(counts.updates()).append(' ').append(counts.lost());
			text.append(' ').append(counts.refusedReads()).append(' ').append(counts.refusedWrites());
			text.append(' ').append(String.join(",", counts.lostIds())).append('\n');
		}));
		return text.append(END).toString();
	}

	/** Ends a register inside this process: every client gets an exception. */
	void close() throws IOException {
		for (ServerSocket server : this.servers) {
			server.close();
		}
		for (Socket client : this.clients) {
			client.close();
		}
	}

}

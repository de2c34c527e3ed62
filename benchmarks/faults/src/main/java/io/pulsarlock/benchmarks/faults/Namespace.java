package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A network namespace for the process of one node, with a pair of interfaces between it
 * and the host. The kernel drops packets of single TCP ports in it, so that TCP itself
 * sends again, gives up and comes back late, as in a real partition. Needs Linux, root,
 * {@code ip} and {@code nft}. Used by any thread.
 */
final class Namespace implements AutoCloseable {

	/** 15 characters are the limit for an interface: plk, process, dash, index, end. */
	private static final Pattern NAME = Pattern.compile("plk(\\d+)-\\d+");

	private static final int NETWORKS = 1 << 14;

	private static @Nullable String whyNot;

	private static boolean tried;

	private final String name;

	private final String hostAddress;

	/** Per dropped port, its rules; guarded by this. */
	private final Map<Integer, String> rules = new TreeMap<>();

	private Namespace(String name, int network) {
		this.name = name;
		this.hostAddress = address(network, 1);
		Command.run("ip", "netns", "add", name);
		try {
			Command.run("ip", "link", "add", name + "h", "type", "veth", "peer", "name", name + "n", "netns", name);
			Command.run("ip", "addr", "add", this.hostAddress + "/30", "dev", name + "h");
			Command.run("ip", "link", "set", name + "h", "up");
			Command.run("ip", "-n", name, "addr", "add", address(network, 2) + "/30", "dev", name + "n");
			Command.run("ip", "-n", name, "link", "set", name + "n", "up");
			Command.run("ip", "-n", name, "link", "set", "lo", "up");
		}
		catch (RuntimeException ex) {
			delete(name);
			throw ex;
		}
	}

	private static String address(int network, int end) {
		int low = network * 4 + end;
		return "10.77." + (low >> 8) + "." + (low & 255);
	}

	/** Whether namespaces work here; tried once. */
	static boolean isPossible() {
		return whyNot() == null;
	}

	/** Why they do not work here; null if they do. */
	static synchronized @Nullable String whyNot() {
		if (!tried) {
			whyNot = tryIt();
			tried = true;
		}
		return whyNot;
	}

	private static @Nullable String tryIt() {
		if (!"root".equals(System.getProperty("user.name"))) {
			return "network namespaces need root";
		}
		if (!Command.exists("ip")) {
			return "the program 'ip' is missing (Debian package iproute2)";
		}
		if (!Command.exists("nft")) {
			return "the program 'nft' is missing (Debian package nftables)";
		}
		try (Namespace namespace = create(9999)) {
			namespace.drop(1, true, true);
			return null;
		}
		catch (IllegalStateException | UncheckedIOException ex) {
			return "network namespaces do not work here: " + ex.getMessage();
		}
	}

	/**
	 * Creates a namespace. Removes those of killed campaigns.
	 * @param index unique within this process, at most four digits
	 * @return the namespace, without a fault
	 */
	static Namespace create(int index) {
		Path file = Path.of(System.getProperty("java.io.tmpdir"), "pulsarlock-namespaces.lock");
		// The lock is between processes and fails between threads; hence the monitor.
		synchronized (Namespace.class) {
			try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
					FileLock lock = channel.lock()) {
				delete((pid) -> ProcessHandle.of(pid).isEmpty());
				String name = "plk" + ProcessHandle.current().pid() + "-" + index;
				return new Namespace(name, freeNetwork(name));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	/** Removes the namespaces that this process has created and not closed. */
	static void deleteOwn() {
		if (isPossible()) {
			delete((pid) -> pid == ProcessHandle.current().pid());
		}
	}

	private static void delete(LongPredicate whose) {
		for (String line : Command.run("ip", "netns", "list").lines().toList()) {
			String name = line.split(" ")[0];
			Matcher matcher = NAME.matcher(name);
			if (matcher.matches() && whose.test(Long.parseLong(matcher.group(1)))) {
				delete(name);
			}
		}
	}

	private static int freeNetwork(String name) {
		String used = Command.run("ip", "-o", "-4", "addr");
		int first = Math.floorMod(name.hashCode(), NETWORKS);
		for (int i = 0; i < NETWORKS; i++) {
			int network = (first + i) % NETWORKS;
			if (!used.contains(" " + address(network, 1) + "/")) {
				return network;
			}
		}
		throw new IllegalStateException("All networks of 10.77.0.0/16 are taken");
	}

	/** The host's address for this namespace, to which its processes connect. */
	String hostAddress() {
		return this.hostAddress;
	}

	/** The prefix of a command that runs in the namespace. */
	List<String> prefix() {
		return List.of("ip", "netns", "exec", this.name);
	}

	/**
	 * Drops the packets of existing and new connections to a TCP port of the host, until
	 * {@link #heal()}. In force when the call returns. Replaces an earlier call for that
	 * port; other ports are not affected.
	 * @param port the port of the host
	 * @param incoming whether to drop what comes into the namespace
	 * @param outgoing whether to drop what leaves it
	 */
	synchronized void drop(int port, boolean incoming, boolean outgoing) {
		String in = "add rule ip faults in ip saddr " + this.hostAddress + " tcp sport " + port + " drop\n";
		String out = "add rule ip faults out ip daddr " + this.hostAddress + " tcp dport " + port + " drop\n";
		this.rules.put(port, (incoming ? in : "") + (outgoing ? out : ""));
		apply();
	}

	/** Stops dropping packets. */
	synchronized void heal() {
		this.rules.clear();
		apply();
	}

	/** Safety: nft applies a file as a whole, so no packet slips through in between. */
	private void apply() {
		String text = "add table ip faults\ndelete table ip faults\nadd table ip faults\n"
				+ "add chain ip faults in { type filter hook input priority 0; }\n"
				+ "add chain ip faults out { type filter hook output priority 0; }\n"
				+ String.join("", this.rules.values());
		Command.run(text, List.of("ip", "netns", "exec", this.name, "nft", "-f", "-"));
	}

	private static void delete(String name) {
		try {
			Command.run("ip", "link", "del", name + "h");
		}
		catch (IllegalStateException ex) {
			// Does not exist yet.
		}
		Command.run("ip", "netns", "del", name);
	}

	/** Deletes the namespace. Processes that still run in it are cut off permanently. */
	@Override
	public void close() {
		delete(this.name);
	}

}

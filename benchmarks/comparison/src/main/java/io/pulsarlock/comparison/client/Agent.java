package io.pulsarlock.comparison.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import org.jspecify.annotations.Nullable;

/**
 * The main class of a client's JVM: the peer's class, then its settings. Each line of
 * standard input is a command of {@link Commands} with its settings, done one after the
 * other on one thread, since many locks belong to a thread; each answer is one line.
 */
public final class Agent {

	private Agent() {
	}

	public static void main(String[] args) throws Exception {
		PrintStream answers = System.out;
		// Clients that print shall not disturb the answers.
		System.setOut(System.err);
		Peer peer;
		try {
			peer = connect(args[0], Settings.parse(args, 1));
		}
		catch (Throwable ex) {
			fail(answers, ex);
			Runtime.getRuntime().halt(1);
			return;
		}
		Commands commands = new Commands(peer);
		ExecutorService worker = Executors.newSingleThreadExecutor();
		Runtime.getRuntime().addShutdownHook(new Thread(() -> shutDown(peer, commands, worker)));
		answers.println("@done");
		BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = readLine(lines); line != null; line = readLine(lines)) {
			String[] words = line.split(" ");
			if (words[0].equals("quit")) {
				System.exit(0);
			}
			worker.execute(() -> run(commands, words, answers));
		}
		Runtime.getRuntime().halt(0);
	}

	/**
	 * Makes a peer.
	 * @param type its class
	 * @param settings its settings
	 * @return the peer, connected
	 * @throws Exception if it cannot be connected
	 */
	public static Peer connect(String type, Settings settings) throws Exception {
		try {
			return (Peer) Class.forName(type).getConstructor(Settings.class).newInstance(settings);
		}
		catch (InvocationTargetException ex) {
			throw (ex.getCause() instanceof Exception cause) ? cause : ex;
		}
	}

	private static @Nullable String readLine(BufferedReader lines) {
		try {
			return lines.readLine();
		}
		catch (IOException ex) {
			return null;
		}
	}

	private static void run(Commands commands, String[] words, PrintStream answers) {
		try {
			Map<String, String> result = commands.run(words[0], Settings.parse(words, 1));
			answers.println("@done" + new Settings(result).line());
		}
		catch (Throwable ex) {
			fail(answers, ex);
		}
	}

	private static void fail(PrintStream answers, Throwable ex) {
		ex.printStackTrace();
		answers.println("@failed " + ex.toString().replace('\n', ' '));
	}

	/**
	 * What an application does on SIGTERM: give its locks back, on the thread that has
	 * them, and close its client.
	 */
	private static void shutDown(Peer peer, Commands commands, ExecutorService worker) {
		try {
			worker.submit(() -> {
				commands.releaseAll();
				return null;
			}).get();
			peer.close();
		}
		catch (Exception ex) {
			ex.printStackTrace();
		}
	}

}

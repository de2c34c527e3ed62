package io.pulsarlock.comparison.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A child process. It never outlives this process: where {@code setpriv} exists the
 * kernel kills it when the thread that started it ends, so it is to be started by the
 * main thread. Its output goes to a file.
 */
public final class Child implements AutoCloseable {

	private final Process process;

	private final Path log;

	private Child(Process process, Path log) {
		this.process = process;
		this.log = log;
	}

	/**
	 * Starts a process.
	 * @param command the command
	 * @param environment more variables
	 * @param core the processor it is bound to, or -1
	 * @param log where its output goes
	 * @return the process
	 */
	public static Child start(List<String> command, Map<String, String> environment, int core, Path log) {
		try {
			Files.createDirectories(log.getParent());
			ProcessBuilder builder = new ProcessBuilder(bound(command, core)).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
			builder.environment().putAll(environment);
			return new Child(builder.start(), log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The command that binds a process to a core and to the life of this one. Both
	 * programs replace themselves, so the process id is that of the command.
	 * @param command the command
	 * @param core the processor, or -1
	 * @return the longer command
	 */
	public static List<String> bound(List<String> command, int core) {
		List<String> bound = new ArrayList<>();
		if (core >= 0 && core < Runtime.getRuntime().availableProcessors() && Programs.find("taskset") != null) {
			bound.addAll(List.of("taskset", "-c", Integer.toString(core)));
		}
		if (Programs.find("setpriv") != null) {
			bound.addAll(List.of("setpriv", "--pdeathsig", "KILL"));
		}
		bound.addAll(command);
		return bound;
	}

	/**
	 * The process and what it has started.
	 * @return their ids
	 */
	public List<Long> pids() {
		List<Long> pids = new ArrayList<>(List.of(this.process.pid()));
		this.process.descendants().forEach((each) -> pids.add(each.pid()));
		return pids;
	}

	/**
	 * Waits until a process listens on a port.
	 * @param port the port
	 * @param what for the message
	 */
	public void awaitPort(int port, String what) {
		await(() -> {
			try (Socket socket = new Socket()) {
				socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
				return true;
			}
		}, what);
	}

	/**
	 * Waits until something works.
	 * @param ready what is tried
	 * @param what for the message
	 */
	public void await(Attempt ready, String what) {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
		Exception last = null;
		while (this.process.isAlive() && System.nanoTime() < end) {
			try {
				if (ready.succeeds()) {
					return;
				}
			}
			catch (Exception ex) {
				last = ex;
			}
			Pause.millis(100);
		}
		close();
		throw new IllegalStateException(what + " did not come up, see " + this.log, last);
	}

	/**
	 * Sends a signal.
	 * @param signal its name
	 */
	public void signal(String signal) {
		signal(this.process.pid(), signal);
	}

	/**
	 * Sends a signal.
	 * @param pid to which process
	 * @param signal its name
	 */
	public static void signal(long pid, String signal) {
		try {
			new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Waits for its end.
	 * @param millis the longest wait
	 * @return whether it has ended
	 */
	public boolean ended(long millis) {
		try {
			return this.process.waitFor(millis, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		List<ProcessHandle> all = new ArrayList<>(this.process.descendants().toList());
		this.process.destroyForcibly();
		all.forEach(ProcessHandle::destroyForcibly);
		ended(10_000);
	}

	/**
	 * A free port.
	 * @return the port
	 */
	public static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Something that may not work yet. */
	@FunctionalInterface
	public interface Attempt {

		/**
		 * Tries.
		 * @return whether it works
		 * @throws Exception if it does not
		 */
		boolean succeeds() throws Exception;

	}

}

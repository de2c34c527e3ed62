package io.pulsarlock.sample.demo;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.system.ApplicationHome;

/**
 * One node, and what can be done to it.
 */
final class NodeProcess implements AutoCloseable {

	private final String name;

	private final int port;

	private final Path log;

	private final Link link = new Link();

	private List<String> command = List.of();

	private String password = "";

	private @Nullable Process process;

	private @Nullable Process pause;

	NodeProcess(String name, int port, Path dir) {
		this.name = name;
		this.port = port;
		this.log = dir.resolve(name + ".log");
	}

	synchronized void start(List<String> settings, List<NodeProcess> nodes, String password) {
		List<String> command = new ArrayList<>(List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
				// Understood by the Pulsar client itself: the application knows nothing
				// of it.
				"-Dsocks5Proxy.address=http://127.0.0.1:" + this.link.port()));
		File jar = new ApplicationHome(NodeProcess.class).getSource();
		command.addAll((jar != null && jar.isFile()) ? List.of("-jar", jar.toString())
				: List.of("-cp", System.getProperty("java.class.path"), "io.pulsarlock.sample.SampleApplication"));
		command.addAll(List.of("--spring.profiles.active=node", "--server.address=127.0.0.1",
				"--server.port=" + this.port, "--pulsar-lock.node=" + this.name, "--spring.datasource.username=sample",
				"--sample.end-with-parent=true"));
		nodes.forEach((each) -> command.add("--sample.nodes." + each.name + "=" + each.url()));
		command.addAll(settings);
		this.command = command;
		this.password = password;
		restart();
	}

	synchronized void restart() {
		if (isAlive()) {
			throw new IllegalStateException(this.name + " is already running");
		}
		this.process = Processes.java(this.command, Map.of("SPRING_DATASOURCE_PASSWORD", this.password), this.log);
	}

	/** Ends it at once, as a crash would. */
	synchronized void kill() {
		Process process = running();
		process.destroyForcibly();
		resume();
		Processes.end(process, 5);
	}

	/**
	 * Stops it from running, as a long garbage collection or a busy machine would. A
	 * small process does it, which lets the node go on when its standard input ends: so
	 * also when this process ends in whatever way.
	 */
	synchronized void pause() {
		if (this.pause != null) {
			throw new IllegalStateException(this.name + " is already paused");
		}
		String pid = Long.toString(running().pid());
		try {
			this.pause = new ProcessBuilder("sh", "-c", "trap '' INT; kill -STOP $0; read line; kill -CONT $0", pid)
				.redirectErrorStream(true)
				.start();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	synchronized void resume() {
		Process pause = this.pause;
		if (pause != null) {
			this.pause = null;
			try {
				pause.getOutputStream().close();
			}
			catch (IOException ex) {
				// It has ended already.
			}
			Processes.end(pause, 5);
		}
	}

	void cut() {
		this.link.cut();
	}

	void mend() {
		this.link.mend();
	}

	synchronized boolean isAlive() {
		return this.process != null && this.process.isAlive();
	}

	private Process running() {
		if (this.process == null || !this.process.isAlive()) {
			throw new IllegalStateException(this.name + " is not running");
		}
		return this.process;
	}

	synchronized String state() {
		return !isAlive() ? "dead" : (this.pause != null) ? "paused" : "running";
	}

	/**
	 * Whether a process listens on its port; checked here, where a refusal does no harm.
	 */
	boolean answers() {
		if (!state().equals("running")) {
			return false;
		}
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), 200);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	boolean isCut() {
		return this.link.isCut();
	}

	long pid() {
		Process process = this.process;
		return (process != null) ? process.pid() : -1;
	}

	String name() {
		return this.name;
	}

	String url() {
		return "http://127.0.0.1:" + this.port;
	}

	Path log() {
		return this.log;
	}

	/** Asks it to end. */
	synchronized void end() {
		resume();
		if (this.process != null) {
			this.process.destroy();
		}
	}

	@Override
	public void close() throws IOException {
		Processes.end(this.process, 10);
		this.link.close();
	}

}

package io.pulsarlock.sample.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.system.ApplicationHome;

/**
 * Starts everything the sample needs on one machine: a Pulsar broker, a database, and
 * several nodes, each a process of its own. None of it is needed to use locks; there is
 * nothing here to copy.
 */
public final class Demo {

	private static final int BROKER_MEGABYTES = 900;

	private static final int NODE_MEGABYTES = 350;

	private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

	private final Options options;

	private final Path home;

	private final List<AutoCloseable> started = new ArrayList<>();

	private boolean stopping;

	private Demo(Options options) {
		this.options = options;
		this.home = new ApplicationHome(Demo.class).getDir().toPath();
	}

	/**
	 * Runs the demo until Ctrl-C.
	 * @param args see {@link Options}
	 */
	public static void main(String[] args) {
		int status = 1;
		try {
			Demo demo = new Demo(Options.parse(args));
			Runtime.getRuntime().addShutdownHook(new Thread(demo::stop, "demo-stop"));
			demo.start();
			Thread.currentThread().join();
		}
		catch (DemoException ex) {
			status = (args.length == 1 && args[0].equals("--help")) ? 0 : 1;
			((status == 0) ? System.out : System.err).println(ex.getMessage());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (Exception ex) {
			ex.printStackTrace();
		}
		// The hook stops what was started.
		System.exit(status);
	}

	private void start() throws IOException, SQLException {
		long begin = System.nanoTime();
		say("Pulsar Lock: " + this.options.nodes() + ((this.options.nodes() == 1) ? " node" : " nodes")
				+ " on this machine");
		checkPorts();
		checkMemory();
		Path dir = Files.createTempDirectory(this.home, "demo-");
		List<String> pulsar = pulsar(dir);
		Database database = keep(new Database());
		List<NodeProcess> nodes = new ArrayList<>();
		Control control = keep(new Control(nodes));
		for (int i = 0; i < this.options.nodes(); i++) {
			nodes.add(new NodeProcess("node-" + (i + 1), this.options.port() + i, dir));
		}
		// So that a second demo on the same Pulsar is a cluster of its own.
		String cluster = "demo-" + UUID.randomUUID();
		say("  Starting the nodes, logs in " + dir + " ...");
		for (NodeProcess node : nodes) {
			List<String> settings = new ArrayList<>(pulsar);
			settings.addAll(List.of("--spring.datasource.url=" + database.url(), "--sample.control=" + control.url(),
					"--pulsar-lock.cluster=" + cluster));
			keep(node).start(settings, nodes, database.password());
		}
		for (NodeProcess node : nodes) {
			await(node::isAlive, () -> answers(node.url() + "/api/node", "\"inTouch\":true"), Duration.ofSeconds(120),
					node.name(), node.log());
			say("    " + node.name() + " is ready at " + node.url());
		}
		await(() -> true, () -> answers(nodes.get(0).url() + "/api/node", "\"holder\""), Duration.ofSeconds(30),
				"The election", nodes.get(0).log());
		put(nodes.get(0).url() + "/api/campaigns/spring?budget=1000000");
		put(nodes.get(0).url() + "/api/campaigns/spring/coupons/SPRING-1?stock=100");
		say("Ready after " + Duration.ofNanos(System.nanoTime() - begin).toSeconds() + " s. Open " + nodes.get(0).url()
				+ "/  (Ctrl-C stops everything)");
	}

	/** What the nodes need to know of Pulsar. */
	private List<String> pulsar(Path dir) {
		String existing = this.options.pulsar();
		if (existing != null) {
			say("  Using Pulsar at " + existing);
			return List.of("--spring.pulsar.client.service-url=" + existing);
		}
		say("  Starting a Pulsar broker (10 to 20 s) ...");
		BrokerProcess broker = keep(new BrokerProcess(this.home, dir));
		broker.start();
		await(broker::isAlive, () -> answers(broker.adminUrl() + "/admin/v2/namespaces/public", "public/default"),
				Duration.ofSeconds(120), "The broker", broker.log());
		// Permission to produce there is control over the locks, so the namespace holds
		// nothing else.
		put(broker.adminUrl() + "/admin/v2/namespaces/public/locks");
		say("    Pulsar serves at " + broker.serviceUrl());
		return List.of("--spring.pulsar.client.service-url=" + broker.serviceUrl(),
				"--pulsar-lock.topic.namespace=locks");
	}

	private void checkPorts() {
		for (int port = this.options.port(); port < this.options.port() + this.options.nodes(); port++) {
			try (ServerSocket socket = new ServerSocket()) {
				socket.setReuseAddress(true);
				socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			}
			catch (IOException ex) {
				throw new DemoException(
						"Port " + port + " is taken by another program. Choose other ports, for example " + "--port="
								+ ((this.options.port() < 20000) ? this.options.port() + 10000 : 18080) + ".");
			}
		}
	}

	private void checkMemory() {
		long needed = ((this.options.pulsar() != null) ? 0 : BROKER_MEGABYTES)
				+ (long) this.options.nodes() * NODE_MEGABYTES;
		long available = Memory.availableMegabytes();
		if (available < needed && !this.options.force()) {
			throw new DemoException(
					"This machine has " + available + " MB of memory to spare, and the demo needs about " + needed
							+ " MB. End other programs, use fewer nodes (--nodes=2) or a Pulsar elsewhere "
							+ "(--pulsar=pulsar://...), or try anyway (--force).");
		}
	}

	/** Waits until something is ready and says so in the meantime. */
	private void await(BooleanSupplier alive, BooleanSupplier ready, Duration limit, String what, Path log) {
		long begin = System.nanoTime();
		long told = 0;
		while (!ready.getAsBoolean()) {
			long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
			if (!alive.getAsBoolean()) {
				throw new DemoException(what + " has ended unexpectedly (out of memory?). The end of " + log + ":\n"
						+ Processes.tail(log));
			}
			if (seconds > limit.toSeconds()) {
				throw new DemoException(
						what + " is not ready after " + limit.toSeconds() + " s; is this machine very busy, "
								+ "or Pulsar out of reach? The end of " + log + ":\n" + Processes.tail(log));
			}
			if (seconds / 15 > told) {
				told = seconds / 15;
				say("    ... still waiting for " + what.substring(0, 1).toLowerCase() + what.substring(1) + " ("
						+ seconds + " s)");
			}
			Processes.sleep(200);
		}
	}

	private boolean answers(String url, String text) {
		String body = call(HttpRequest.newBuilder(URI.create(url)));
		return body != null && body.contains(text);
	}

	private void put(String url) {
		call(HttpRequest.newBuilder(URI.create(url)).PUT(HttpRequest.BodyPublishers.noBody()));
	}

	private @Nullable String call(HttpRequest.Builder request) {
		try {
			return this.http.send(request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString())
				.body();
		}
		catch (IOException ex) {
			return null;
		}
		catch (InterruptedException ex) {
			throw new UncheckedIOException(new IOException(ex));
		}
	}

	private synchronized <T extends AutoCloseable> T keep(T closeable) {
		if (this.stopping) {
			throw new IllegalStateException("The demo is being stopped");
		}
		this.started.add(closeable);
		return closeable;
	}

	private synchronized void stop() {
		this.stopping = true;
		if (this.started.isEmpty()) {
			return;
		}
		say("Stopping ...");
		// Nodes first and all at once, so that they can say goodbye to the broker.
		this.started.stream().filter(NodeProcess.class::isInstance).forEach((node) -> ((NodeProcess) node).end());
		for (int i = this.started.size() - 1; i >= 0; i--) {
			try {
				this.started.get(i).close();
			}
			catch (Exception ex) {
				System.err.println("Could not be stopped: " + ex);
			}
		}
		say("Everything is stopped");
	}

	private static void say(String text) {
		System.out.println(text);
	}

}

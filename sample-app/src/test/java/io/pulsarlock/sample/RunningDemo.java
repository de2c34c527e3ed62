package io.pulsarlock.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The demo, started by the command of the README and shared by all tests that need it.
 */
final class RunningDemo {

	private static final JsonMapper json = JsonMapper.shared();

	private static @Nullable RunningDemo shared;

	private final HttpClient http = HttpClient.newHttpClient();

	private final Path log = Path.of("target", "demo-test.log");

	private final int port = freePorts();

	private final Process process;

	private final String control;

	private RunningDemo() throws IOException {
		this.process = start("--port=" + this.port).redirectErrorStream(true).redirectOutput(this.log.toFile()).start();
		Runtime.getRuntime().addShutdownHook(new Thread(this.process::destroy));
		await().atMost(Duration.ofMinutes(3)).until(() -> !this.process.isAlive() || output().contains("Ready after"));
		assertThat(this.process.isAlive()).as(output()).isTrue();
		this.control = node(1).get("control").asString();
	}

	static synchronized RunningDemo shared() throws IOException {
		if (shared == null) {
			shared = new RunningDemo();
		}
		return shared;
	}

	static ProcessBuilder start(String... args) {
		ProcessBuilder builder = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-jar",
				"target/sample-app.jar");
		builder.command().addAll(List.of(args));
		return builder;
	}

	/** The first of three ports in a row that are free. */
	private static int freePorts() {
		for (int port = 18080;; port += 10) {
			if (IntStream.range(port, port + 3).allMatch(RunningDemo::isFree)) {
				return port;
			}
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	String output() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String url(int node) {
		return "http://127.0.0.1:" + (this.port + node - 1);
	}

	/** What a node says of itself and of the cluster. */
	JsonNode node(int node) {
		HttpResponse<String> response = send("GET", url(node) + "/api/node").join();
		assertThat(response.statusCode()).isEqualTo(200);
		return json.readTree(response.body());
	}

	JsonNode read(String body) {
		return json.readTree(body);
	}

	boolean leads(int node) {
		return node(node).get("leads").toString().contains("digest");
	}

	/** The one node of these that leads. */
	int leader(List<Integer> nodes) {
		return await().atMost(Duration.ofSeconds(40))
			.until(() -> nodes.stream().filter(this::leads).toList(), (leaders) -> leaders.size() == 1)
			.get(0);
	}

	void control(int node, String action) {
		assertThat(send("POST", this.control + "/nodes/node-" + node + "/" + action).join().statusCode())
			.isEqualTo(204);
	}

	void awaitInTouch(int node) {
		await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> node(node).get("inTouch").asBoolean());
	}

	CompletableFuture<HttpResponse<String>> send(String method, String url) {
		return this.http.sendAsync(HttpRequest.newBuilder(URI.create(url))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.header("X-Sample", "test")
			.timeout(Duration.ofSeconds(40))
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	/** As Ctrl-C does; some environments in which tests run ignore that. */
	void stop() throws InterruptedException {
		List<ProcessHandle> children = this.process.descendants().toList();
		assertThat(children).hasSizeGreaterThanOrEqualTo(4);
		this.process.destroy();
		assertThat(this.process.waitFor(30, TimeUnit.SECONDS)).isTrue();
		assertThat(children).noneMatch(ProcessHandle::isAlive);
	}

}

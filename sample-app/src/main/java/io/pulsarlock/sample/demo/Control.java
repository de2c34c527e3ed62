package io.pulsarlock.sample.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * Lets the page end, stop and start node processes: {@code GET /nodes}, and
 * {@code POST /nodes/<name>/<action>}. Serves this machine only, and its web pages only.
 */
final class Control implements AutoCloseable {

	private final List<NodeProcess> nodes;

	private final HttpServer server;

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "demo-control");
		thread.setDaemon(true);
		return thread;
	});

	Control(List<NodeProcess> nodes) throws IOException {
		this.nodes = nodes;
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setExecutor(this.threads);
		this.server.createContext("/nodes", this::handle);
		this.server.start();
	}

	String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	private void handle(HttpExchange exchange) throws IOException {
		String origin = exchange.getRequestHeaders().getFirst("Origin");
		String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
		// Any site a browser visits could send requests here: an own header makes the
		// browser ask first, and foreign names for this address are not served.
		boolean known = (origin == null || isLocal(origin.replaceFirst("^http://", ""))) && isLocal(host);
		if (known && origin != null) {
			exchange.getResponseHeaders().add("Access-Control-Allow-Origin", origin);
			exchange.getResponseHeaders().add("Access-Control-Allow-Headers", "X-Sample");
			exchange.getResponseHeaders().add("Vary", "Origin");
		}
		String method = exchange.getRequestMethod();
		if (!known) {
			answer(exchange, 403, "");
		}
		else if (method.equals("GET")) {
			answer(exchange, 200, list());
		}
		else if (method.equals("POST") && exchange.getRequestHeaders().containsKey("X-Sample")) {
			act(exchange);
		}
		else {
			answer(exchange, method.equals("OPTIONS") ? 204 : 403, "");
		}
	}

	private static boolean isLocal(String host) {
		return host.matches("(127\\.0\\.0\\.1|localhost):\\d+");
	}

	private String list() {
		return this.nodes.stream()
			.map((node) -> "{\"name\":\"%s\",\"url\":\"%s\",\"state\":\"%s\",\"answers\":%s,\"cut\":%s,\"pid\":%d}"
				.formatted(node.name(), node.url(), node.state(), node.answers(), node.isCut(), node.pid()))
			.collect(Collectors.joining(",", "[", "]"));
	}

	private void act(HttpExchange exchange) throws IOException {
		String[] path = exchange.getRequestURI().getPath().split("/");
		NodeProcess node = this.nodes.stream()
			.filter((each) -> path.length == 4 && each.name().equals(path[2]))
			.findFirst()
			.orElse(null);
		if (node == null) {
			answer(exchange, 404, "");
			return;
		}
		try {
			switch (path[3]) {
				case "kill" -> node.kill();
				case "restart" -> node.restart();
				case "pause" -> node.pause();
				case "resume" -> node.resume();
				case "cut" -> node.cut();
				case "mend" -> node.mend();
				default -> throw new IllegalStateException("Cannot " + path[3]);
			}
			answer(exchange, 204, "");
		}
		catch (IllegalStateException ex) {
			answer(exchange, 409, "{\"detail\":\"" + ex.getMessage() + "\"}");
		}
	}

	private static void answer(HttpExchange exchange, int status, String text) throws IOException {
		byte[] body = text.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().add("Content-Type", "application/json");
		exchange.sendResponseHeaders(status, (body.length > 0) ? body.length : -1);
		exchange.getResponseBody().write(body);
		exchange.close();
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}

package io.pulsarlock.console;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import com.jayway.jsonpath.JsonPath;

/**
 * Asks a console over HTTP, as a program and not as a browser.
 */
final class ConsoleClient {

	private final HttpClient http = HttpClient.newHttpClient();

	private final String url;

	private final List<String> headers;

	ConsoleClient(int port, String... headers) {
		this.url = "http://localhost:" + port;
		this.headers = List.of(headers);
	}

	HttpResponse<String> get(String path, String... headers) {
		return send("GET", path, headers);
	}

	HttpResponse<String> send(String method, String path, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.url + path))
			.timeout(Duration.ofSeconds(30))
			.method(method, HttpRequest.BodyPublishers.noBody());
		for (List<String> each : List.of(this.headers, List.of(headers))) {
			for (int i = 0; i < each.size(); i += 2) {
				request.header(each.get(i), each.get(i + 1));
			}
		}
		try {
			return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	<T> T state(String query, String path) {
		return JsonPath.read(get("/pulsar-lock/api/state?" + query).body(), path);
	}

	static String encoded(String value) {
		return URLEncoder.encode(value, StandardCharsets.UTF_8);
	}

}

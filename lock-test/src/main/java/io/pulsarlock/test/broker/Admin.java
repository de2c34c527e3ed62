package io.pulsarlock.test.broker;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * The few administrative requests that tests need, over plain HTTP.
 */
public final class Admin {

	private final HttpClient client = HttpClient.newBuilder()
		.connectTimeout(Duration.ofSeconds(2))
		.followRedirects(HttpClient.Redirect.ALWAYS)
		.build();

	private final String url;

	/**
	 * Creates it.
	 * @param url the broker's web address
	 */
	public Admin(String url) {
		this.url = url;
	}

	boolean serves() {
		try {
			return call("GET", "/admin/v2/namespaces/public", "").body().contains("public/default");
		}
		catch (IllegalStateException ex) {
			return false;
		}
	}

	/**
	 * Creates a namespace.
	 * @param namespace tenant and name
	 */
	public void createNamespace(String namespace) {
		expectSuccess(call("PUT", "/admin/v2/namespaces/" + namespace, "{\"bundles\":{\"numBundles\":1}}"));
	}

	/**
	 * Unloads a topic, so that it is loaded anew, perhaps elsewhere.
	 * @param topic the full name
	 */
	public void unload(String topic) {
		expectSuccess(call("PUT", "/admin/v2/" + path(topic) + "/unload", ""));
	}

	/**
	 * Unloads all bundles of a namespace.
	 * @param namespace tenant and name
	 */
	public void unloadNamespace(String namespace) {
		expectSuccess(call("PUT", "/admin/v2/namespaces/" + namespace + "/unload", ""));
	}

	/**
	 * Deletes a topic, in use or not.
	 * @param topic the full name
	 */
	public void delete(String topic) {
		expectSuccess(call("DELETE", "/admin/v2/" + path(topic) + "?force=true", ""));
	}

	/**
	 * Creates a partitioned topic, which locks must refuse.
	 * @param topic the full name
	 * @param partitions how many
	 */
	public void createPartitionedTopic(String topic, int partitions) {
		expectSuccess(call("PUT", "/admin/v2/" + path(topic) + "/partitions", Integer.toString(partitions)));
	}

	/**
	 * The broker that owns a topic.
	 * @param topic the full name
	 * @return the answer of the look-up, JSON with its addresses
	 */
	public String lookup(String topic) {
		return expectSuccess(call("GET", "/lookup/v2/topic/" + path(topic), "")).body();
	}

	/**
	 * The statistics of a topic.
	 * @param topic the full name
	 * @return JSON; empty if there is no such topic
	 */
	public String stats(String topic) {
		HttpResponse<String> response = call("GET", "/admin/v2/" + path(topic) + "/stats", "");
		return (response.statusCode() == 404) ? "" : expectSuccess(response).body();
	}

	/**
	 * The topics of a namespace.
	 * @param namespace tenant and name
	 * @return JSON, a list
	 */
	public String topics(String namespace) {
		return expectSuccess(call("GET", "/admin/v2/persistent/" + namespace, "")).body();
	}

	private static String path(String topic) {
		return topic.replace("://", "/");
	}

	private HttpResponse<String> call(String method, String path, String body) {
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.url + path))
			.timeout(Duration.ofSeconds(20))
			.header("Content-Type", "application/json")
			.method(method, HttpRequest.BodyPublishers.ofString(body))
			.build();
		try {
			return this.client.send(request, HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new IllegalStateException(method + " " + path + " failed", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(method + " " + path + " was interrupted", ex);
		}
	}

	private static HttpResponse<String> expectSuccess(HttpResponse<String> response) {
		if (response.statusCode() >= 300) {
			throw new IllegalStateException(
					response.request() + " was answered with " + response.statusCode() + ": " + response.body());
		}
		return response;
	}

}

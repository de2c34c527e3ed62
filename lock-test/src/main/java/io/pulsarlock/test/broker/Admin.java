package io.pulsarlock.test.broker;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The few administrative requests that tests need, over plain HTTP.
 *
 * @since 0.1.0
 */
public final class Admin {

	private final HttpClient client = HttpClient.newBuilder()
		.connectTimeout(Duration.ofSeconds(2))
		.followRedirects(HttpClient.Redirect.ALWAYS)
		.build();

	private final String url;

	private final @Nullable String token;

	/**
	 * Creates it.
	 * @param url the broker's web address
	 */
	public Admin(String url) {
		this(url, null);
	}

	/**
	 * Creates it for a broker that demands a token.
	 * @param url the broker's web address
	 * @param token of a superuser; null for none
	 * @since 0.2.0
	 */
	public Admin(String url, @Nullable String token) {
		this.url = url;
		this.token = token;
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
	 * Registers another Pulsar cluster, which need not exist, and lets the tenant
	 * {@code public} use it besides the broker's own, {@code standalone}.
	 * @param cluster its name
	 * @since 0.2.0
	 */
	public void allowCluster(String cluster) {
		expectSuccess(call("PUT", "/admin/v2/clusters/" + cluster, "{\"serviceUrl\":\"http://127.0.0.1:1\"}"));
		expectSuccess(call("POST", "/admin/v2/tenants/public",
				"{\"adminRoles\":[],\"allowedClusters\":[\"standalone\",\"" + cluster + "\"]}"));
	}

	/**
	 * Says which Pulsar clusters have a namespace.
	 * @param namespace tenant and name
	 * @param clusters with more than one it is replicated between them
	 * @since 0.2.0
	 */
	public void setClusters(String namespace, String... clusters) {
		expectSuccess(call("POST", policy(namespace, "replication"), "[\"" + String.join("\",\"", clusters) + "\"]"));
	}

	/**
	 * Has the brokers accept encrypted messages only.
	 * @param namespace tenant and name
	 * @since 0.2.0
	 */
	public void requireEncryption(String namespace) {
		expectSuccess(call("POST", policy(namespace, "encryptionRequired"), "true"));
	}

	/**
	 * Lets a role do something in a namespace.
	 * @param namespace tenant and name
	 * @param role the role
	 * @param actions {@code produce}, {@code consume}
	 * @since 0.2.0
	 */
	public void grant(String namespace, String role, String... actions) {
		expectSuccess(
				call("POST", policy(namespace, "permissions/" + role), "[\"" + String.join("\",\"", actions) + "\"]"));
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
	 * Clears the backlog of all subscriptions of all topics of a namespace.
	 * @param namespace tenant and name
	 * @since 0.2.0
	 */
	public void clearBacklog(String namespace) {
		expectSuccess(call("POST", "/admin/v2/namespaces/" + namespace + "/clearBacklog", ""));
	}

	/**
	 * Truncates a topic: moves all its subscriptions to its end and deletes every ledger
	 * but the last.
	 * @param topic the full name
	 * @since 0.2.0
	 */
	public void truncate(String topic) {
		expectSuccess(call("DELETE", "/admin/v2/" + path(topic) + "/truncate", ""));
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
	 * What the broker knows of the ledgers of a topic.
	 * @param topic the full name
	 * @return JSON
	 * @since 0.2.0
	 */
	public String internalStats(String topic) {
		return expectSuccess(call("GET", "/admin/v2/" + path(topic) + "/internalStats", "")).body();
	}

	/**
	 * The subscriptions of a topic.
	 * @param topic the full name
	 * @return JSON, a list of names
	 */
	public String subscriptions(String topic) {
		return expectSuccess(call("GET", "/admin/v2/" + path(topic) + "/subscriptions", "")).body();
	}

	/**
	 * Deletes a subscription, in use or not.
	 * @param topic the full name
	 * @param subscription its name
	 */
	public void deleteSubscription(String topic, String subscription) {
		String name = URLEncoder.encode(subscription, StandardCharsets.UTF_8).replace("+", "%20");
		expectSuccess(call("DELETE", "/admin/v2/" + path(topic) + "/subscription/" + name + "?force=true", ""));
	}

	/**
	 * The bundles of a namespace, each the part of its topics that moves as a whole.
	 * @param namespace tenant and name
	 * @return JSON with their boundaries
	 */
	public String bundles(String namespace) {
		return expectSuccess(call("GET", "/admin/v2/namespaces/" + namespace + "/bundles", "")).body();
	}

	/**
	 * Unloads one bundle of a namespace.
	 * @param namespace tenant and name
	 * @param bundle its lower and upper boundary, as {@code 0x00000000_0xffffffff}
	 */
	public void unloadBundle(String namespace, String bundle) {
		expectSuccess(call("PUT", "/admin/v2/namespaces/" + namespace + "/" + bundle + "/unload", ""));
	}

	/**
	 * Sets how long unacknowledged messages live. Brokers look every
	 * {@code messageExpiryCheckIntervalInMinutes}.
	 * @param namespace tenant and name
	 * @param seconds how long
	 */
	public void setMessageTtl(String namespace, int seconds) {
		expectSuccess(call("POST", policy(namespace, "messageTTL"), Integer.toString(seconds)));
	}

	/**
	 * Goes back to the broker's message TTL.
	 * @param namespace tenant and name
	 */
	public void removeMessageTtl(String namespace) {
		expectSuccess(call("DELETE", policy(namespace, "messageTTL"), ""));
	}

	/**
	 * Sets how much is retained of what all subscriptions have acknowledged.
	 * @param namespace tenant and name
	 * @param minutes how long; -1 for ever
	 * @param megabytes how much; -1 without limit
	 */
	public void setRetention(String namespace, int minutes, int megabytes) {
		expectSuccess(call("POST", policy(namespace, "retention"),
				"{\"retentionTimeInMinutes\":" + minutes + ",\"retentionSizeInMB\":" + megabytes + "}"));
	}

	/**
	 * Goes back to the broker's retention.
	 * @param namespace tenant and name
	 */
	public void removeRetention(String namespace) {
		expectSuccess(call("DELETE", policy(namespace, "retention"), ""));
	}

	/**
	 * Limits the backlog of every topic. Brokers look every
	 * {@code backlogQuotaCheckIntervalInSeconds}.
	 * @param namespace tenant and name
	 * @param bytes the limit
	 * @param policy {@code producer_request_hold}, {@code producer_exception} or
	 * {@code consumer_backlog_eviction}
	 */
	public void setBacklogQuota(String namespace, long bytes, String policy) {
		expectSuccess(call("POST", policy(namespace, "backlogQuota?backlogQuotaType=destination_storage"),
				"{\"limitSize\":" + bytes + ",\"limitTime\":-1,\"policy\":\"" + policy + "\"}"));
	}

	/**
	 * Goes back to the broker's backlog quota.
	 * @param namespace tenant and name
	 */
	public void removeBacklogQuota(String namespace) {
		expectSuccess(call("DELETE", policy(namespace, "backlogQuota?backlogQuotaType=destination_storage"), ""));
	}

	/**
	 * The policies of a namespace.
	 * @param namespace tenant and name
	 * @return JSON
	 */
	public String policies(String namespace) {
		return expectSuccess(call("GET", "/admin/v2/namespaces/" + namespace, "")).body();
	}

	private static String policy(String namespace, String name) {
		return "/admin/v2/namespaces/" + namespace + "/" + name;
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
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.url + path))
			.timeout(Duration.ofSeconds(20))
			.header("Content-Type", "application/json")
			.method(method, HttpRequest.BodyPublishers.ofString(body));
		if (this.token != null) {
			request.header("Authorization", "Bearer " + this.token);
		}
		try {
			return this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
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

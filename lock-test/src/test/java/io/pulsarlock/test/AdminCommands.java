package io.pulsarlock.test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Runs the {@code pulsar-admin} commands of a message as they are written, by the
 * requests that the tool would send.
 */
final class AdminCommands {

	private static final Pattern COMMAND = Pattern.compile("'pulsar-admin ([^']*)'");

	private final Map<Pattern, Function<MatchResult, String>> known = new LinkedHashMap<>();

	private final HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build();

	private final String url;

	private final @Nullable String token;

	AdminCommands(String url) {
		this(url, null);
	}

	AdminCommands(String url, @Nullable String token) {
		this.url = url + "/admin/v2/";
		this.token = token;
		know("namespaces create (\\S+)", "PUT namespaces/$1 {}");
		know("namespaces set-auto-topic-creation --enable --type non-partitioned (\\S+)",
				"POST namespaces/$1/autoTopicCreation {\"allowAutoTopicCreation\":true,\"topicType\":\"non-partitioned\"}");
		know("namespaces set-encryption-required --disable (\\S+)", "POST namespaces/$1/encryptionRequired false");
		know("namespaces set-clusters --clusters (\\S+) (\\S+)", "POST namespaces/$2/replication [\"$1\"]");
		know("namespaces set-max-producers-per-topic --max-producers-per-topic (\\d+) (\\S+)",
				"POST namespaces/$2/maxProducersPerTopic $1");
		know("namespaces set-max-consumers-per-topic --max-consumers-per-topic (\\d+) (\\S+)",
				"POST namespaces/$2/maxConsumersPerTopic $1");
		know("namespaces set-max-consumers-per-subscription --max-consumers-per-subscription (\\d+) (\\S+)",
				"POST namespaces/$2/maxConsumersPerSubscription $1");
		know("namespaces set-max-subscriptions-per-topic --max-subscriptions-per-topic (\\d+) (\\S+)",
				"POST namespaces/$2/maxSubscriptionsPerTopic $1");
		know("namespaces set-max-topics-per-namespace --max-topics-per-namespace (\\d+) (\\S+)",
				"POST namespaces/$2/maxTopicsPerNamespace $1");
		know("namespaces set-subscription-types-enabled --types Exclusive,Failover (\\S+)",
				"POST namespaces/$1/subscriptionTypesEnabled [\"Exclusive\",\"Failover\"]");
		know("namespaces remove-backlog-quota --type message_age (\\S+)",
				"DELETE namespaces/$1/backlogQuota?backlogQuotaType=message_age ");
		know("topics create persistent://(\\S+)", "PUT persistent/$1 ");
		know("topics delete --force persistent://(\\S+)", "DELETE persistent/$1?force=true ");
		know("topics delete-partitioned-topic --force persistent://(\\S+)",
				"DELETE persistent/$1/partitions?force=true ");
		know("topics create-subscription --subscription (\\S+) persistent://(\\S+)",
				"PUT persistent/$2/subscription/$1 ");
		know("topics clear-backlog --subscription (\\S+) persistent://(\\S+)",
				"POST persistent/$2/subscription/$1/skip_all ");
		know("namespaces grant-permission (\\S+) --role (\\S+) --actions produce,consume",
				"POST namespaces/$1/permissions/$2 [\"produce\",\"consume\"]");
	}

	private void know(String command, String request) {
		this.known.put(Pattern.compile(command), (match) -> {
			String filled = request;
			for (int i = 1; i <= match.groupCount(); i++) {
				filled = filled.replace("$" + i, match.group(i));
			}
			return filled;
		});
	}

	/** Runs every command of a message in order. */
	void carryOut(String message) {
		Matcher command = COMMAND.matcher(message);
		boolean any = false;
		while (command.find()) {
			any = true;
			String request = null;
			for (Map.Entry<Pattern, Function<MatchResult, String>> each : this.known.entrySet()) {
				Matcher match = each.getKey().matcher(command.group(1));
				if (match.matches()) {
					request = each.getValue().apply(match.toMatchResult());
				}
			}
			if (request == null) {
				throw new AssertionError("Not a command that is known here: " + command.group());
			}
			request(request);
		}
		if (!any) {
			throw new AssertionError("No command in: " + message);
		}
	}

	/** Method, path and body, with a space after each. */
	void request(String request) {
		String[] parts = request.split(" ", 3);
		try {
			HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(this.url + parts[1]))
				.header("Content-Type", "application/json")
				.method(parts[0], HttpRequest.BodyPublishers.ofString(parts[2]));
			if (this.token != null) {
				builder.header("Authorization", "Bearer " + this.token);
			}
			HttpResponse<String> response = this.client.send(builder.build(), HttpResponse.BodyHandlers.ofString());
			if (response.statusCode() >= 300) {
				throw new IllegalStateException(
						request + " was answered with " + response.statusCode() + ": " + response.body());
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(request, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(request, ex);
		}
	}

}

package io.pulsarlock.comparison.peer;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.Settings;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;

/**
 * What the two bare constructions on Pulsar share: a client, and a topic for each name.
 */
abstract class PulsarPeer implements Peer {

	final PulsarClient client;

	private final String adminUrl;

	PulsarPeer(Settings settings) throws PulsarClientException {
		this.adminUrl = "http://" + settings.get("admin");
		this.client = PulsarClient.builder()
			.serviceUrl("pulsar://" + settings.address())
			.keepAliveInterval((int) Math.max(settings.timeout().toSeconds() / 2, 1), TimeUnit.SECONDS)
			.startingBackoffInterval(5, TimeUnit.MILLISECONDS)
			.operationTimeout(60, TimeUnit.SECONDS)
			.build();
	}

	static String topic(String name) {
		return "persistent://public/default/" + name;
	}

	@Override
	public long objects() throws Exception {
		return topics(this.adminUrl);
	}

	/** Asks for the names of all topics and counts the commas. */
	static long topics(String adminUrl) throws Exception {
		String topics = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create(adminUrl + "/admin/v2/persistent/public/default")).build(),
					HttpResponse.BodyHandlers.ofString())
			.body();
		return topics.chars().filter((character) -> character == '"').count() / 2;
	}

	@Override
	public void close() throws PulsarClientException {
		this.client.close();
	}

}

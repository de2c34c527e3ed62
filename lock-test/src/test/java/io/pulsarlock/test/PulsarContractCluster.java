package io.pulsarlock.test;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.Admin;
import io.pulsarlock.test.broker.PulsarBroker;
import io.pulsarlock.test.contract.ContractCluster;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;

import static org.awaitility.Awaitility.await;

/**
 * A lock cluster on Pulsar as the contract wants it: losses come from a stranger who
 * writes to the journal, outages from killing the broker.
 */
final class PulsarContractCluster implements ContractCluster {

	private static final int SHARDS = 2;

	private static final Duration LEASE = Duration.ofSeconds(6);

	private static final Duration GRACE = Duration.ofSeconds(2);

	private final ObjectMapper json = new ObjectMapper();

	private final String cluster = "k" + UUID.randomUUID();

	private final String serviceUrl;

	private final Admin admin;

	private final @Nullable PulsarBroker broker;

	private @Nullable PulsarClient client;

	PulsarContractCluster(String serviceUrl, Admin admin, @Nullable PulsarBroker broker) {
		this.serviceUrl = serviceUrl;
		this.admin = admin;
		this.broker = broker;
	}

	@Override
	public LockNode newNode(String name) {
		LockNode node = connect(name, SHARDS);
		try {
			node.awaitJoined(Duration.ofSeconds(30));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		return node;
	}

	@Override
	public LockNode newNode(String name, int shards) {
		return connect(name, shards);
	}

	private LockNode connect(String name, int shards) {
		return PulsarLocks.at(this.serviceUrl)
			.cluster(this.cluster)
			.shards(shards)
			.node(name)
			.times(LEASE, GRACE)
			.connect();
	}

	/**
	 * An heir evicts a node that is not at the door, after the grace. Who evicts at once
	 * must at least wait until it is there, or the next one finds the door open before
	 * the holder can have read of it. A leader is always there.
	 */
	@Override
	public void loseNow(LockNode node, String lock) {
		String door = "consumer " + node.node() + " of l_" + hash("l:" + lock);
		await().atMost(Duration.ofSeconds(20))
			.until(() -> openObjects().stream().anyMatch((each) -> each.startsWith(door)));
		evict(node, "l:" + lock);
	}

	private static String hash(String key) {
		try {
			return Base64.getUrlEncoder()
				.withoutPadding()
				.encodeToString(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void loseLeadership(LockNode node, String group) {
		evict(node, "g:" + group);
	}

	private void evict(LockNode node, String key) {
		try {
			PulsarClient client = this.client;
			if (client == null) {
				client = PulsarClient.builder().serviceUrl(this.serviceUrl).build();
				this.client = client;
			}
			new JournalIntruder(client, topics()).evict(node.node(), key);
		}
		catch (PulsarClientException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void breakConnections() {
		topics().forEach(this.admin::unload);
	}

	@Override
	public void stop() {
		broker().kill();
	}

	@Override
	public void resume() {
		broker().restart();
	}

	private PulsarBroker broker() {
		PulsarBroker broker = this.broker;
		if (broker == null) {
			throw new IllegalStateException("The shared broker is not to be stopped");
		}
		return broker;
	}

	private List<String> topics() {
		List<String> topics = new ArrayList<>();
		for (int shard = 0; shard < SHARDS; shard++) {
			topics.add(TopicSettings.of(this.cluster).topic(shard));
		}
		return topics;
	}

	/**
	 * Producers, consumers and subscriptions as the broker counts them; without the one
	 * durable subscription, which stays.
	 */
	@Override
	public List<String> openObjects() {
		List<String> open = new ArrayList<>();
		for (String topic : topics()) {
			JsonNode stats = read(this.admin.stats(topic));
			for (JsonNode producer : stats.path("publishers")) {
				open.add("producer " + producer.path("producerName").asText() + " on " + topic);
			}
			stats.path("subscriptions").properties().forEach((subscription) -> {
				String name = subscription.getKey();
				if (!name.equals("keeper")) {
					open.add("subscription " + name + " on " + topic);
				}
				for (JsonNode consumer : subscription.getValue().path("consumers")) {
					open.add("consumer " + consumer.path("consumerName").asText() + " of " + name + " on " + topic);
				}
			});
		}
		return open.stream().sorted().toList();
	}

	private JsonNode read(String text) {
		try {
			return text.isEmpty() ? this.json.createObjectNode() : this.json.readTree(text);
		}
		catch (JsonProcessingException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public Duration lease() {
		return LEASE;
	}

	@Override
	public Duration reconnectGrace() {
		return GRACE;
	}

	@Override
	public void close() {
		// The topics are deleted with the broker's directory.
		PulsarClient client = this.client;
		if (client != null) {
			this.client = null;
			client.closeAsync();
		}
	}

}

package io.pulsarlock.test;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pulsarlock.LockNode;
import io.pulsarlock.Registration;
import io.pulsarlock.pulsar.PulsarConnector;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.session.Connector;
import io.pulsarlock.session.SessionLockNode;
import io.pulsarlock.session.SessionSettings;
import io.pulsarlock.test.broker.Admin;
import io.pulsarlock.test.broker.PulsarBroker;
import io.pulsarlock.test.contract.ContractCluster;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.impl.PulsarClientImpl;
import org.jspecify.annotations.Nullable;

import static org.awaitility.Awaitility.await;

/**
 * A lock cluster on Pulsar for the contract: losses are caused by a foreign client that
 * writes to the journal, outages by killing the broker.
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

	private final HintingConnector.@Nullable Bus hints;

	private final Map<LockNode, PulsarClient> clients = new ConcurrentHashMap<>();

	private @Nullable PulsarClient client;

	PulsarContractCluster(String serviceUrl, Admin admin, @Nullable PulsarBroker broker) {
		this(serviceUrl, admin, broker, null);
	}

	PulsarContractCluster(String serviceUrl, Admin admin, @Nullable PulsarBroker broker,
			HintingConnector.@Nullable Bus hints) {
		this.serviceUrl = serviceUrl;
		this.admin = admin;
		this.broker = broker;
		this.hints = hints;
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
		PulsarClient client;
		try {
			client = PulsarLocks.tune(PulsarClient.builder().serviceUrl(this.serviceUrl)).build();
		}
		catch (PulsarClientException ex) {
			throw new IllegalStateException(ex);
		}
		SessionSettings settings = SessionSettings.of(name).withShards(shards).withTimes(LEASE, GRACE);
		Connector connector = new PulsarConnector(() -> client, TopicSettings.of(this.cluster), name);
		LockNode node = new SessionLockNode(settings,
				(this.hints != null) ? new HintingConnector(connector, this.hints) : connector);
		this.clients.put(node, client);
		return node;
	}

	/** Blocks the client's only thread for connections. */
	@Override
	public Registration silence(LockNode node) {
		PulsarClientImpl client = (PulsarClientImpl) Objects.requireNonNull(this.clients.get(node));
		CountDownLatch end = new CountDownLatch(1);
		client.eventLoopGroup().execute(() -> {
			try {
				end.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		return end::countDown;
	}

	@Override
	public void loseNow(LockNode node, String lock) {
		expel(node, "l:" + lock);
	}

	@Override
	public void loseLeadership(LockNode node, String group) {
		expel(node, "g:" + group);
	}

	private void expel(LockNode node, String key) {
		try {
			PulsarClient client = this.client;
			if (client == null) {
				client = PulsarClient.builder().serviceUrl(this.serviceUrl).build();
				this.client = client;
			}
			new JournalIntruder(client, topics()).expel(node.node(), key);
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

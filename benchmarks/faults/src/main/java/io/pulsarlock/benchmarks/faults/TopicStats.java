package io.pulsarlock.benchmarks.faults;

import java.io.UncheckedIOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pulsarlock.test.broker.Admin;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of a topic from a broker.
 *
 * @param producers how many producers are connected
 * @param subscriptions per name
 * @param storageSize bytes in its ledgers
 * @param backlogSize bytes that some durable subscription has not acknowledged
 */
record TopicStats(int producers, SortedMap<String, Subscription> subscriptions, long storageSize, long backlogSize) {

	private static final ObjectMapper mapper = new ObjectMapper();

	/**
	 * Asks a broker.
	 * @param admin the broker's, or that of any other one, which asks the owner
	 * @param topic the full name
	 * @return the answer; null if there is no such topic
	 * @throws IllegalStateException if no broker answers
	 */
	static @Nullable TopicStats of(Admin admin, String topic) {
		String json = admin.stats(topic);
		return json.isEmpty() ? null : parse(json);
	}

	static TopicStats parse(String json) {
		JsonNode node = read(json);
		SortedMap<String, Subscription> subscriptions = new TreeMap<>();
		node.path("subscriptions")
			.properties()
			.forEach((each) -> subscriptions.put(each.getKey(), Subscription.parse(each.getValue())));
		return new TopicStats(node.path("publishers").size(), subscriptions, node.path("storageSize").asLong(),
				node.path("backlogSize").asLong());
	}

	private static JsonNode read(String json) {
		try {
			return mapper.readTree(json);
		}
		catch (JsonProcessingException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** How many consumers there are, of all subscriptions. */
	int consumers() {
		return this.subscriptions.values().stream().mapToInt(Subscription::consumers).sum();
	}

	/**
	 * A subscription.
	 *
	 * @param type {@code Exclusive}, {@code Failover}, {@code Shared}, {@code Key_Shared}
	 * or {@code None} without a consumer
	 * @param durable whether it outlives its consumers
	 * @param consumerNames how many consumers have each name
	 * @param activeConsumer the one that gets the messages, empty if there is none or
	 * several do
	 * @param backlog entries not acknowledged
	 */
	record Subscription(String type, boolean durable, Map<String, Integer> consumerNames, String activeConsumer,
			long backlog) {

		private static Subscription parse(JsonNode node) {
			Map<String, Integer> names = StreamSupport.stream(node.path("consumers").spliterator(), false)
				.map((consumer) -> consumer.path("consumerName").asText())
				.collect(Collectors.toMap((name) -> name, (name) -> 1, Integer::sum, TreeMap::new));
			return new Subscription(node.path("type").asText("None"), node.path("durable").asBoolean(), names,
					node.path("activeConsumerName").asText(), node.path("msgBacklog").asLong());
		}

		/** How many consumers it has. */
		int consumers() {
			return this.consumerNames.values().stream().mapToInt(Integer::intValue).sum();
		}

	}

}

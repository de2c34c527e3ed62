package io.pulsarlock.pulsar;

import java.util.concurrent.TimeUnit;

import io.pulsarlock.session.Door;
import org.apache.pulsar.client.api.ConsumerBuilder;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionMode;
import org.apache.pulsar.client.api.SubscriptionType;

/**
 * The doors of one shard: non-durable subscriptions on its topic, whose one consumer is
 * paused and never receives anything. They leave nothing behind when they are closed.
 */
final class PulsarDoor implements Door {

	private final PulsarClient client;

	private final String topic;

	private final TopicSettings topics;

	private final String node;

	private final Failures failures;

	PulsarDoor(PulsarClient client, String topic, TopicSettings topics, String node, Failures failures) {
		this.client = client;
		this.topic = topic;
		this.topics = topics;
		this.node = node;
		this.failures = failures;
	}

	@Override
	public Entry enter(String lock, Kind kind, int ordinal, Runnable changed) {
		ConsumerBuilder<byte[]> builder = this.client.newConsumer(Schema.BYTES)
			.topic(this.topic)
			.subscriptionName(SubscriptionNames.of(this.topics.subscriptionPrefix(), lock))
			.subscriptionMode(SubscriptionMode.NonDurable)
			.subscriptionInitialPosition(SubscriptionInitialPosition.Latest)
			.receiverQueueSize(1)
			.startPaused(true)
			.acknowledgmentGroupTime(0, TimeUnit.MILLISECONDS)
			.property("node", this.node)
			.property("pid", Long.toString(ProcessHandle.current().pid()));
		if (kind == Kind.EXCLUSIVE) {
			PulsarEntry entry = new PulsarEntry(changed, true);
			entry.attach(builder.consumerName(this.node).subscriptionType(SubscriptionType.Exclusive).subscribeAsync(),
					this.failures, this.topic);
			return entry;
		}
		PulsarEntry entry = new PulsarEntry(changed, false);
		// Equal names would let the newcomer take over; a smaller number goes first.
		String name = this.node + "-" + ordinal + "-" + Integer.toHexString(System.identityHashCode(entry));
		entry.attach(builder.consumerName(name)
			.subscriptionType(SubscriptionType.Failover)
			.priorityLevel(ordinal)
			.consumerEventListener(entry)
			.subscribeAsync(), this.failures, this.topic);
		return entry;
	}

}

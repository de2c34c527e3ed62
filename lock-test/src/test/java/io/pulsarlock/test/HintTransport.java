package io.pulsarlock.test;

import java.util.concurrent.ThreadLocalRandom;

import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerBuilder;
import org.apache.pulsar.client.api.KeySharedPolicy;
import org.apache.pulsar.client.api.MessageListener;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Range;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.apache.pulsar.common.util.Murmur3_32Hash;

/**
 * The ways in which nodes could send each other messages that no topic stores.
 */
enum HintTransport {

	/** One subscription for all; each node owns the hash of its own key. */
	DIRECTED {

		@Override
		ConsumerBuilder<byte[]> subscription(ConsumerBuilder<byte[]> consumer, String node) {
			int slot = slot(node);
			return consumer.subscriptionName("hints")
				.subscriptionType(SubscriptionType.Key_Shared)
				.keySharedPolicy(KeySharedPolicy.stickyHashRange().ranges(Range.of(slot, slot)));
		}

		@Override
		TypedMessageBuilder<byte[]> to(String node, TypedMessageBuilder<byte[]> message) {
			return message.key(node);
		}

	},

	/** A subscription for each node, so that every message reaches every node. */
	BROADCAST {

		@Override
		ConsumerBuilder<byte[]> subscription(ConsumerBuilder<byte[]> consumer, String node) {
			return consumer.subscriptionName(node).subscriptionType(SubscriptionType.Exclusive);
		}

		@Override
		TypedMessageBuilder<byte[]> to(String node, TypedMessageBuilder<byte[]> message) {
			return message;
		}

	};

	/** As the broker computes it, which has no slot 0. */
	private static int slot(String node) {
		int slot = Murmur3_32Hash.getInstance().makeHash(node.getBytes()) % (1 << 16);
		return (slot == 0) ? 1 : slot;
	}

	abstract ConsumerBuilder<byte[]> subscription(ConsumerBuilder<byte[]> consumer, String node);

	abstract TypedMessageBuilder<byte[]> to(String node, TypedMessageBuilder<byte[]> message);

	/** A topic of its own for each measurement. */
	String newTopic() {
		return "non-persistent://public/default/hints-" + name().toLowerCase() + ThreadLocalRandom.current().nextInt();
	}

	Consumer<byte[]> subscribe(PulsarClient client, String topic, String node, MessageListener<byte[]> listener)
			throws PulsarClientException {
		return subscription(client.newConsumer(Schema.BYTES).topic(topic).messageListener(listener), node).subscribe();
	}

	static Producer<byte[]> producer(PulsarClient client, String topic) throws PulsarClientException {
		return client.newProducer(Schema.BYTES)
			.topic(topic)
			.enableBatching(false)
			.blockIfQueueFull(false)
			.maxPendingMessages(1000)
			.create();
	}

}

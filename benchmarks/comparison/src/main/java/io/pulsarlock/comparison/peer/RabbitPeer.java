package io.pulsarlock.comparison.peer;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.pulsarlock.comparison.client.Peer;
import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;
import org.jspecify.annotations.Nullable;

/**
 * A durable queue with one message for each name: the client that has the message, not
 * yet acknowledged, has the lock, and puts it back to release it. Each thread has a
 * channel of its own.
 */
public final class RabbitPeer implements Peer {

	private final Connection connection;

	private final Map<Thread, Channel> channels = new ConcurrentHashMap<>();

	public RabbitPeer(Settings settings) throws Exception {
		String[] address = settings.address().split(":");
		ConnectionFactory factory = new ConnectionFactory();
		factory.setHost(address[0]);
		factory.setPort(Integer.parseInt(address[1]));
		// A peer is given up after two heartbeats.
		factory.setRequestedHeartbeat((int) Math.max(settings.timeout().toSeconds() / 2, 1));
		this.connection = factory.newConnection();
	}

	private Channel channel() throws IOException {
		Channel channel = this.channels.get(Thread.currentThread());
		if (channel == null) {
			channel = this.connection.createChannel();
			channel.basicQos(1);
			channel.confirmSelect();
			this.channels.put(Thread.currentThread(), channel);
		}
		return channel;
	}

	@Override
	public void create(String name) throws Exception {
		Channel channel = channel();
		channel.queueDeclare(name, true, false, false, null);
		channel.basicPublish("", name, MessageProperties.MINIMAL_PERSISTENT_BASIC, new byte[1]);
		channel.waitForConfirms();
	}

	@Override
	public PeerLock lock(String name) {
		return new PeerLock() {

			private @Nullable String consumer;

			private long delivery;

			@Override
			public boolean acquire(long millis) throws Exception {
				Channel channel = channel();
				BlockingQueue<Long> deliveries = new LinkedBlockingQueue<>();
				String tag = channel.basicConsume(name, false,
						(consumer, message) -> deliveries.add(message.getEnvelope().getDeliveryTag()), (consumer) -> {
						});
				Long delivery = deliveries.poll(millis, TimeUnit.MILLISECONDS);
				if (delivery == null) {
					channel.basicCancel(tag);
					delivery = deliveries.poll();
					if (delivery != null) {
						channel.basicReject(delivery, true);
					}
					return false;
				}
				this.consumer = tag;
				this.delivery = delivery;
				return true;
			}

			@Override
			public void release() throws IOException {
				Channel channel = channel();
				// First, or the message would come back to this consumer.
				channel.basicCancel(this.consumer);
				channel.basicReject(this.delivery, true);
			}

		};
	}

	@Override
	public void close() throws IOException {
		this.connection.close();
	}

}

package io.pulsarlock.benchmarks.faults;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.pulsarlock.LockLoss;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.Position;
import org.apache.pulsar.client.api.ConsumerEventListener;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.SubscriptionType;
import org.jspecify.annotations.Nullable;

/**
 * A negative control without the library: the active consumer of a Failover subscription
 * believes to hold the lock until it is notified otherwise. Its token is the position of
 * a message that it publishes as soon as it is active.
 */
final class FailoverWay implements Way {

	private final PulsarClient client;

	private final String topics;

	private final String node;

	private final Duration waitFor;

	/**
	 * Create the control.
	 * @param topics the prefix of the topic names
	 */
	FailoverWay(PulsarClient client, String topics, String node, Duration waitFor) {
		this.client = client;
		this.topics = topics;
		this.node = node;
		this.waitFor = waitFor;
	}

	@Override
	public boolean hold(String lock, Consumer<Grasp> inside) throws Exception {
		String topic = this.topics + lock.replace(':', '-');
		Belief belief = new Belief(lock);
		try (Producer<byte[]> producer = this.client.newProducer().topic(topic).create();
				org.apache.pulsar.client.api.Consumer<byte[]> consumer = this.client.newConsumer()
					.topic(topic)
					.subscriptionName("lock")
					.subscriptionType(SubscriptionType.Failover)
					.consumerName(this.node + "-" + UUID.randomUUID())
					// Otherwise a newcomer would displace the active consumer.
					.priorityLevel((int) (System.currentTimeMillis() / 1000))
					.consumerEventListener(belief)
					.subscribe()) {
			if (!belief.active.await(this.waitFor.toNanos(), TimeUnit.NANOSECONDS)) {
				return false;
			}
			belief.token = token(producer.send(new byte[0]));
			inside.accept(belief);
			belief.released = true;
			return true;
		}
		catch (PulsarClientException ex) {
			throw new LockUnavailableException("Pulsar does not answer", ex);
		}
	}

	private static long token(MessageId id) {
		MessageIdAdv position = (MessageIdAdv) id;
		return new Position(position.getLedgerId(), position.getEntryId()).token();
	}

	/** The belief follows the client. */
	private static final class Belief implements Grasp, ConsumerEventListener {

		private final String lock;

		private final CountDownLatch active = new CountDownLatch(1);

		private volatile long token;

		private volatile boolean released;

		private @Nullable Consumer<LockLoss> callback;

		private volatile boolean lost;

		Belief(String lock) {
			this.lock = lock;
		}

		@Override
		public void becameActive(org.apache.pulsar.client.api.Consumer<?> consumer, int partition) {
			this.active.countDown();
		}

		@Override
		public synchronized void becameInactive(org.apache.pulsar.client.api.Consumer<?> consumer, int partition) {
			if (this.active.getCount() == 0 && !this.released && !this.lost) {
				this.lost = true;
				if (this.callback != null) {
					tell(this.callback);
				}
			}
		}

		private void tell(Consumer<LockLoss> callback) {
			callback.accept(new LockLoss(this.lock, this.token, LockLoss.Reason.ENDED_BY_CLUSTER));
		}

		@Override
		public long token() {
			return this.token;
		}

		@Override
		public boolean isHeld() {
			return !this.lost;
		}

		@Override
		public synchronized void onLost(Consumer<LockLoss> callback) {
			this.callback = callback;
			if (this.lost) {
				tell(callback);
			}
		}

		@Override
		public boolean isLost() {
			return this.lost;
		}

	}

}

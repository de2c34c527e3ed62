package io.pulsarlock.comparison.peer;

import java.util.concurrent.TimeUnit;

import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.SubscriptionType;
import org.jspecify.annotations.Nullable;

/**
 * The only consumer of an Exclusive subscription has the lock. There is no way to wait:
 * this adapter asks every 10 ms.
 */
public final class PulsarSubscriptionPeer extends PulsarPeer {

	private static final long POLL_MILLIS = 10;

	public PulsarSubscriptionPeer(Settings settings) throws PulsarClientException {
		super(settings);
	}

	@Override
	public PeerLock lock(String name) {
		return new PeerLock() {

			private @Nullable Consumer<byte[]> held;

			@Override
			public boolean acquire(long millis) throws Exception {
				long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
				do {
					try {
						this.held = PulsarSubscriptionPeer.this.client.newConsumer()
							.topic(topic(name))
							.subscriptionName("lock")
							.subscriptionType(SubscriptionType.Exclusive)
							.startPaused(true)
							.receiverQueueSize(1)
							.subscribe();
						return true;
					}
					catch (PulsarClientException.ConsumerBusyException ex) {
						Thread.sleep(POLL_MILLIS);
					}
				}
				while (System.nanoTime() < end);
				return false;
			}

			@Override
			public void release() throws PulsarClientException {
				Consumer<byte[]> held = this.held;
				if (held != null) {
					held.close();
				}
			}

		};
	}

}

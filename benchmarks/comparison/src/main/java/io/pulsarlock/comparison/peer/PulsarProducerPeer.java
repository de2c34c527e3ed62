package io.pulsarlock.comparison.peer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.pulsarlock.comparison.client.PeerLock;
import io.pulsarlock.comparison.client.Settings;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.ProducerAccessMode;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;

/** The only producer of a topic in mode WaitForExclusive has the lock. */
public final class PulsarProducerPeer extends PulsarPeer {

	public PulsarProducerPeer(Settings settings) throws PulsarClientException {
		super(settings);
	}

	@Override
	public PeerLock lock(String name) {
		return new PeerLock() {

			private @Nullable Producer<byte[]> held;

			@Override
			public boolean acquire(long millis) throws Exception {
				CompletableFuture<Producer<byte[]>> producer = PulsarProducerPeer.this.client.newProducer()
					.topic(topic(name))
					.accessMode(ProducerAccessMode.WaitForExclusive)
					.createAsync();
				try {
					this.held = producer.get(millis, TimeUnit.MILLISECONDS);
					return true;
				}
				catch (TimeoutException ex) {
					producer.thenAccept(Producer::closeAsync);
					return false;
				}
			}

			@Override
			public void release() throws PulsarClientException {
				Producer<byte[]> held = this.held;
				if (held != null) {
					held.close();
				}
			}

		};
	}

}

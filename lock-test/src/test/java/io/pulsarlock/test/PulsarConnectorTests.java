package io.pulsarlock.test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.pulsar.PulsarConnector;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.session.Journal;
import io.pulsarlock.test.broker.TestPulsar;
import org.apache.pulsar.client.api.ClientBuilder;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests a shard whose client never ends an attempt to connect.
 */
class PulsarConnectorTests {

	private final TestPulsar pulsar = TestPulsar.shared();

	private final List<PulsarClient> clients = new CopyOnWriteArrayList<>();

	@Test
	void shardThatIsStuckOnOneClientIsOpenedByAnother() throws Exception {
		try (ServerSocket proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			PulsarConnector connector = new PulsarConnector(() -> client(proxy),
					TopicSettings.of("s" + UUID.randomUUID()), "a");
			try {
				connector.open(0);
				awaitGivenUp(proxy);
				connector.abandon(0);
				Journal journal = connector.open(0).toCompletableFuture().get(20, TimeUnit.SECONDS);
				assertThat(journal.connection()).isNotZero();
			}
			finally {
				connector.close();
			}
		}
		assertThat(this.clients).hasSize(2);
		await().untilAsserted(() -> assertThat(this.clients).allMatch(PulsarClient::isClosed));
	}

	@Test
	@Timeout(60)
	void nobodyWaitsForTheOtherClientToBeMade() throws Exception {
		CountDownLatch mayGoOn = new CountDownLatch(1);
		PulsarConnector connector = connector(() -> awaitRelease(mayGoOn));
		try {
			connector.abandon(0);
			CompletableFuture<Journal> opened = connector.open(0).toCompletableFuture();
			assertThat(connector.open(1).toCompletableFuture().get(20, TimeUnit.SECONDS)).isNotNull();
			assertThat(opened).isNotDone();
			mayGoOn.countDown();
			assertThat(opened.get(20, TimeUnit.SECONDS)).isNotNull();
		}
		finally {
			mayGoOn.countDown();
			connector.close();
		}
		await().untilAsserted(() -> assertThat(this.clients).hasSize(2).allMatch(PulsarClient::isClosed));
	}

	@Test
	void shardKeepsItsClientIfNoOtherCanBeMade() throws Exception {
		PulsarConnector connector = connector(() -> {
			throw new IllegalArgumentException("no such file");
		});
		try {
			connector.abandon(0);
			await().ignoreExceptions()
				.untilAsserted(() -> assertThat(connector.open(0).toCompletableFuture().get(20, TimeUnit.SECONDS))
					.isNotNull());
		}
		finally {
			connector.close();
		}
	}

	private PulsarConnector connector(Runnable beforeAnyOtherClient) {
		return new PulsarConnector(() -> {
			if (!this.clients.isEmpty()) {
				beforeAnyOtherClient.run();
			}
			return client(null);
		}, TopicSettings.of("s" + UUID.randomUUID()), "a");
	}

	private static void awaitRelease(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The proxy does not answer, so the client closes the connection without noticing.
	 */
	private static void awaitGivenUp(ServerSocket proxy) throws Exception {
		proxy.setSoTimeout(20_000);
		try (Socket connection = proxy.accept()) {
			connection.setSoTimeout(20_000);
			assertThat(connection.getInputStream().readAllBytes()).isNotEmpty();
		}
	}

	/** The first one goes through the proxy, if there is one. */
	private PulsarClient client(@Nullable ServerSocket proxy) {
		ClientBuilder builder = PulsarClient.builder().serviceUrl(this.pulsar.serviceUrl());
		if (proxy != null && this.clients.isEmpty()) {
			builder.socks5ProxyAddress((InetSocketAddress) proxy.getLocalSocketAddress());
		}
		try {
			this.clients.add(PulsarLocks.tune(builder).build());
		}
		catch (PulsarClientException ex) {
			throw new IllegalStateException(ex);
		}
		return this.clients.get(this.clients.size() - 1);
	}

}

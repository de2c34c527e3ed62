package io.pulsarlock.pulsar;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.impl.LookupService;
import org.apache.pulsar.client.impl.LookupTopicResult;
import org.apache.pulsar.client.impl.PulsarClientImpl;
import org.apache.pulsar.common.naming.TopicName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests with clients of the version on the class path.
 */
class PatientLookupTests {

	private static final TopicName TOPIC = TopicName.get("persistent://public/default/topic");

	@Test
	void lookupIsStoodInFor() throws Exception {
		try (PulsarClient client = client("pulsar://localhost:1")) {
			LookupService lookup = ((PulsarClientImpl) client).getLookup();
			assertThat(Proxy.isProxyClass(lookup.getClass())).isTrue();
			assertThat(lookup.getServiceUrl()).isEqualTo("pulsar://localhost:1");
			assertThat(lookup.resolveHost().getPort()).isEqualTo(1);
			assertThat(lookup).hasToString(lookup.toString());
		}
	}

	@Test
	void questionWaitsUntilSomebodyIsThere() throws Exception {
		int port = freePort();
		CompletableFuture<LookupTopicResult> asked;
		try (PulsarClient client = client("pulsar://127.0.0.1:" + port)) {
			LookupService lookup = ((PulsarClientImpl) client).getLookup();
			asked = lookup.getBroker(TOPIC);
			// No broker accepts connections, and an attempt takes no time.
			assertThatExceptionOfType(java.util.concurrent.TimeoutException.class)
				.isThrownBy(() -> asked.get(500, TimeUnit.MILLISECONDS));
			try (ServerSocket broker = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"))) {
				broker.setSoTimeout(10_000);
				// One that only probes closes without a word.
				while (broker.accept().getInputStream().read() < 0) {
					assertThat(asked).isNotDone();
				}
			}
		}
		assertThat(asked).isCompletedExceptionally();
	}

	/** Of two brokers the client takes another one each time. */
	@Test
	void brokerThatIsThereIsFoundBesideOneThatIsNot() throws Exception {
		try (ServerSocket broker = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
			broker.setSoTimeout(5_000);
			for (int i = 0; i < 6; i++) {
				String url = "pulsar://127.0.0.1:" + freePort() + ",127.0.0.1:" + broker.getLocalPort();
				try (PulsarClient client = client(url)) {
					((PulsarClientImpl) client).getLookup().getBroker(TOPIC);
					int probes = 0;
					while (broker.accept().getInputStream().read() < 0) {
						assertThat(++probes).isLessThan(10);
					}
				}
			}
		}
	}

	private static int freePort() throws Exception {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
			return socket.getLocalPort();
		}
	}

	private static PulsarClient client(String url) throws Exception {
		return PatientLookup.install(PulsarLocks.tune(PulsarClient.builder().serviceUrl(url)).build(),
				(topic) -> false);
	}

}

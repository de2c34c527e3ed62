package io.pulsarlock.test;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.LockNode;
import io.pulsarlock.test.broker.PulsarBroker;
import io.pulsarlock.test.broker.TestCertificates;
import io.pulsarlock.test.broker.TestTokens;
import org.apache.pulsar.client.api.AuthenticationFactory;
import org.apache.pulsar.client.api.ClientBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests locks on a broker with TLS: valid settings work, and invalid ones are refused
 * with the reason, which the client does not report.
 */
@Tag("proof")
class PulsarTlsTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	@TempDir
	private static Path folder;

	private static final TestTokens tokens = new TestTokens();

	private static TestCertificates ours;

	private static TestCertificates theirs;

	private static TestCertificates.Signed client;

	private static TestCertificates.Signed stranger;

	private static PulsarBroker broker;

	private static PulsarBroker mutual;

	private static int port;

	private static int mutualPort;

	private final String cluster = "t" + UUID.randomUUID();

	@BeforeAll
	static void startBrokers() throws Exception {
		ours = new TestCertificates(folder, "our-authority");
		theirs = new TestCertificates(folder, "their-authority");
		client = ours.sign("locks", "");
		stranger = theirs.sign("stranger", "");
		port = freePort();
		mutualPort = freePort();
		broker = PulsarBroker.start(tokens, tls(ours.sign("broker", "dns:localhost"), port));
		Map<String, String> settings = tls(ours.sign("other", "dns:broker.example.org"), mutualPort);
		settings.put("tlsRequireTrustedClientCertOnConnect", "true");
		settings.put("authenticationProviders", "org.apache.pulsar.broker.authentication.AuthenticationProviderTls,"
				+ "org.apache.pulsar.broker.authentication.AuthenticationProviderToken");
		mutual = PulsarBroker.start(tokens, settings);
		for (PulsarBroker each : new PulsarBroker[] { broker, mutual }) {
			each.admin().grant("public/default", "locks", "produce", "consume");
		}
	}

	private static Map<String, String> tls(TestCertificates.Signed server, int port) {
		Map<String, String> settings = new HashMap<>();
		settings.put("brokerServicePortTls", Integer.toString(port));
		settings.put("tlsCertificateFilePath", server.certificate().toString());
		settings.put("tlsKeyFilePath", server.key().toString());
		settings.put("tlsTrustCertsFilePath", ours.trusted().toString());
		return settings;
	}

	@AfterAll
	static void stopBrokers() {
		broker.close();
		mutual.close();
	}

	@Test
	void authorityAndNameThatFitWork() throws Exception {
		works("pulsar+ssl://localhost:" + port, trusting(ours));
	}

	@Test
	void oneOfSeveralBrokersThatFitsIsEnough() throws Exception {
		works("pulsar+ssl://localhost:" + mutualPort + ",localhost:" + port, trusting(ours));
	}

	@Test
	void filesThatCannotBeReadAreRefusedWithTheReason() {
		refused("pulsar+ssl://localhost:" + mutualPort,
				certificate(new TestCertificates.Signed(client.key(), client.certificate())), "cannot be used", "TLS");
	}

	@Test
	void wrongNameIsRefusedWithTheReason() {
		refused("pulsar+ssl://localhost:" + mutualPort,
				certificate(client).andThen((builder) -> builder.enableTlsHostnameVerification(true)),
				"DNS name matching localhost", "spring.pulsar.client.service-url");
	}

	@Test
	void unknownAuthorityIsRefusedWithTheReason() {
		refused("pulsar+ssl://localhost:" + port, trusting(theirs), "unable to find valid certification path",
				"tlsTrustCertsFilePath");
		refused("pulsar+ssl://localhost:" + port, (builder) -> {
		}, "unable to find valid certification path", "tlsTrustCertsFilePath");
	}

	@Test
	void portWithoutTlsIsRefusedWithTheReason() {
		refused(broker.serviceUrl().replace("pulsar:", "pulsar+ssl:"), trusting(ours),
				"The port does not seem to speak TLS", "brokerServicePortTls");
	}

	@Test
	void certificateOfTheClientWorks() throws Exception {
		works("pulsar+ssl://localhost:" + mutualPort, certificate(client));
	}

	@Test
	void certificateOfTheClientThatIsMissingOrUnknownIsRefusedWithTheReason() {
		refused("pulsar+ssl://localhost:" + mutualPort, trusting(ours).andThen(PulsarTlsTests::withoutName),
				"fatal alert", "tlsCertFile");
		refused("pulsar+ssl://localhost:" + mutualPort, certificate(stranger), "fatal alert", "tlsCertFile");
	}

	private Consumer<ClientBuilder> trusting(TestCertificates authority) {
		return (builder) -> builder.tlsTrustCertsFilePath(authority.trusted().toString())
			.enableTlsHostnameVerification(true)
			.authentication(AuthenticationFactory.token(tokens.token("locks", Duration.ofHours(1))));
	}

	private Consumer<ClientBuilder> certificate(TestCertificates.Signed own) {
		return trusting(ours).andThen(PulsarTlsTests::withoutName)
			.andThen((builder) -> builder
				.authentication(AuthenticationFactory.TLS(own.certificate().toString(), own.key().toString())));
	}

	/** The broker that verifies certificates has one for another name. */
	private static void withoutName(ClientBuilder builder) {
		builder.enableTlsHostnameVerification(false);
	}

	private void works(String url, Consumer<ClientBuilder> client) throws Exception {
		try (LockNode node = node(url, client)) {
			node.awaitJoined(LIMIT);
			node.obtain("any").acquire(LIMIT).close();
		}
	}

	private void refused(String url, Consumer<ClientBuilder> client, String reason, String cure) {
		try (LockNode node = node(url, client)) {
			LockConfigurationException refusal = catchThrowableOfType(LockConfigurationException.class,
					() -> node.awaitJoined(LIMIT));
			assertThat(refusal).hasMessageContaining(reason).hasMessageContaining(url).hasMessageContaining(cure);
		}
	}

	private LockNode node(String url, Consumer<ClientBuilder> client) {
		return PulsarLocks.at(url).cluster(this.cluster).shards(2).client(client).connect();
	}

	private static int freePort() throws Exception {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

}

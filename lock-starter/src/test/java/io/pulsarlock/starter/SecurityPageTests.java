package io.pulsarlock.starter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import com.sun.net.httpserver.HttpServer;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.autoconfigure.LockClientBuilderCustomizer;
import io.pulsarlock.test.broker.PulsarBroker;
import io.pulsarlock.test.broker.TestCertificates;
import io.pulsarlock.test.broker.TestTokens;
import org.apache.pulsar.client.api.AuthenticationFactory;
import org.apache.pulsar.client.api.CryptoKeyReader;
import org.apache.pulsar.client.impl.DefaultCryptoKeyReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.pulsar.core.PulsarClientBuilderCustomizer;

import static io.pulsarlock.starter.DocumentedPage.flat;
import static io.pulsarlock.starter.DocumentedPage.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests {@code docs/security.md} on a broker that requires TLS, credentials and
 * permissions: applications use the settings of that page as they are written there.
 */
@Tag("proof")
class SecurityPageTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	/** Long enough for the broker, which checks every second, to request another one. */
	private static final Duration SHORT = Duration.ofSeconds(3);

	private static final DocumentedPage PAGE = new DocumentedPage(Path.of("../docs/security.md"));

	private static final TestTokens tokens = new TestTokens();

	@TempDir
	private static Path folder;

	private static TestCertificates authority;

	private static PulsarBroker broker;

	private static int port;

	@BeforeAll
	static void startBroker() throws IOException {
		authority = new TestCertificates(folder, "authority");
		TestCertificates.Signed server = authority.sign("broker", "dns:localhost");
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = socket.getLocalPort();
		}
		broker = PulsarBroker.start(tokens,
				Map.of("brokerServicePortTls", Integer.toString(port), "tlsCertificateFilePath",
						server.certificate().toString(), "tlsKeyFilePath", server.key().toString(),
						"tlsTrustCertsFilePath", authority.trusted().toString(), "authenticationProviders",
						"org.apache.pulsar.broker.authentication.AuthenticationProviderTls,"
								+ "org.apache.pulsar.broker.authentication.AuthenticationProviderToken"));
		broker.admin().createNamespace("public/locks");
		broker.admin().grant("public/locks", "locks", "produce", "consume");
		broker.admin().createNamespace("public/encrypted");
		broker.admin().grant("public/encrypted", "locks", "produce", "consume");
		broker.admin().requireEncryption("public/encrypted");
	}

	@AfterAll
	static void stopBroker() {
		broker.close();
	}

	@Test
	void javaBlocksAreCompiled() {
		String compiled = flat(read(Path.of("src/test/java/io/pulsarlock/starter/SecurityPageTests.java")));
		List<String> blocks = PAGE.all("```java\n(.*?)```");
		assertThat(blocks).hasSize(3).allSatisfy((block) -> assertThat(compiled).contains(flat(block)));
	}

	@Test
	void linksLeadSomewhere() {
		assertThat(PAGE.all("\\]\\(([^)#]+)[^)]*\\)")).isNotEmpty()
			.allSatisfy((link) -> assertThat(Path.of("../docs").resolve(link)).exists());
	}

	@Test
	void token() throws Exception {
		works(start("token", "LOCK_TOKEN=" + tokens.token("locks", Duration.ofHours(1))));
	}

	@Test
	void recordKeys() throws Exception {
		String old = key();
		works(signed(old));
		works(signed(key() + "," + old));
		assertThatThrownBy(() -> signed("any"))
			.hasStackTraceContaining("LockConfigurationException: pulsar-lock.security.record-keys is invalid");
	}

	private static ConfigurableApplicationContext signed(String keys) throws IOException {
		return start("record-keys", "LOCK_RECORD_KEYS=" + keys, "spring.config.additional-location=" + file("token"),
				"LOCK_TOKEN=" + tokens.token("locks", Duration.ofHours(1)));
	}

	@Test
	void encryption() throws Exception {
		KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
		generator.initialize(2048);
		KeyPair keys = generator.generateKeyPair();
		pem("locks-2026.pub.pem", "PUBLIC KEY", keys.getPublic().getEncoded());
		pem("locks-2026.pem", "PRIVATE KEY", keys.getPrivate().getEncoded());
		try (ConfigurableApplicationContext context = encrypted("lock.keys=" + folder)) {
			context.getBean(LockRegistry.class).obtain("any").acquire(LIMIT).close();
		}
		assertThatThrownBy(() -> encrypted("pulsar-lock.security.encryption-keys="))
			.hasStackTraceContaining("Set pulsar-lock.security.encryption-keys and a CryptoKeyReader bean");
		assertThatThrownBy(() -> encrypted("unused=")).hasStackTraceContaining(
				"pulsar-lock.security.encryption-keys is set, but there is no single CryptoKeyReader bean");
	}

	private static ConfigurableApplicationContext encrypted(String value) throws IOException {
		return start("encryption-keys", value, "spring.config.additional-location=" + file("token"),
				"LOCK_TOKEN=" + tokens.token("locks", Duration.ofHours(1)), "pulsar-lock.topic.namespace=encrypted");
	}

	private static void pem(String file, String type, byte[] key) throws IOException {
		Files.writeString(folder.resolve(file),
				"-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(key)
						+ "\n-----END " + type + "-----\n");
	}

	private static String key() {
		byte[] key = new byte[32];
		new SecureRandom().nextBytes(key);
		return Base64.getEncoder().encodeToString(key);
	}

	@Test
	void tokenThatIsRenewed() throws Exception {
		Path file = Files.writeString(folder.resolve("token"), tokens.token("locks", SHORT));
		ScheduledExecutorService renewal = Executors.newSingleThreadScheduledExecutor();
		renewal.scheduleAtFixedRate(() -> renew(file), 0, 500, TimeUnit.MILLISECONDS);
		try (ConfigurableApplicationContext context = start("namespace", "lock.token-file=" + file)) {
			LockRegistry locks = context.getBean(LockRegistry.class);
			CompletableFuture<LockLoss> lost = new CompletableFuture<>();
			LockHandle held = locks.obtain("held").acquire(LIMIT);
			held.onLost(lost::complete);
			long end = System.nanoTime() + SHORT.multipliedBy(4).toNanos();
			await().atMost(LIMIT).until(() -> {
				locks.obtain("other").acquire(LIMIT).close();
				return System.nanoTime() - end > 0;
			});
			assertThat(lost).isNotDone();
			assertThat(held.isHeld()).isTrue();
			held.close();
		}
		finally {
			renewal.shutdownNow();
		}
	}

	private static void renew(Path file) {
		try {
			Path next = Files.writeString(folder.resolve("token-next"), tokens.token("locks", SHORT));
			Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void mutualTls() throws Exception {
		TestCertificates.Signed node = authority.sign("locks", "");
		works(start("mutual-tls", "LOCK_CERTIFICATE=" + node.certificate(), "LOCK_KEY=" + node.key()));
	}

	@Test
	void oauth2() throws Exception {
		Path credentials = Files.writeString(folder.resolve("credentials.json"),
				"{\"type\":\"client_credentials\",\"client_id\":\"locks\",\"client_secret\":\"secret\"}");
		AtomicInteger fetched = new AtomicInteger();
		HttpServer issuer = issuer(fetched);
		try (ConfigurableApplicationContext context = start("oauth2",
				"LOCK_ISSUER=http://127.0.0.1:" + issuer.getAddress().getPort(),
				"LOCK_CREDENTIALS=" + credentials.toUri().toString().replace("file:///", "file:/"))) {
			LockHandle held = context.getBean(LockRegistry.class).obtain("held").acquire(LIMIT);
			int before = fetched.get();
			await().atMost(LIMIT).until(() -> fetched.get() > before + 2);
			assertThat(held.isHeld()).isTrue();
			held.close();
		}
		finally {
			issuer.stop(0);
		}
	}

	/** The two requests of the client credentials grant. */
	private static HttpServer issuer(AtomicInteger fetched) throws IOException {
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		String url = "http://127.0.0.1:" + server.getAddress().getPort();
		answer(server, "/.well-known/openid-configuration",
				() -> "{\"issuer\":\"" + url + "\",\"token_endpoint\":\"" + url + "/token\"}");
		answer(server, "/token", () -> {
			fetched.incrementAndGet();
			return "{\"access_token\":\"" + tokens.token("locks", SHORT)
					+ "\",\"token_type\":\"Bearer\",\"expires_in\":" + SHORT.toSeconds() + "}";
		});
		server.start();
		return server;
	}

	private static void answer(HttpServer server, String path, Supplier<String> answer) {
		server.createContext(path, (exchange) -> {
			exchange.getRequestBody().readAllBytes();
			byte[] body = answer.get().getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().add("Content-Type", "application/json");
			exchange.sendResponseHeaders(200, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
	}

	private static void works(ConfigurableApplicationContext started) throws Exception {
		try (ConfigurableApplicationContext context = started) {
			context.getBean(LockRegistry.class).obtain("any").acquire(LIMIT).close();
			assertThat(broker.admin().topics("public/locks"))
				.contains("pulsar-lock-" + context.getEnvironment().getProperty("pulsar-lock.cluster") + "-0");
		}
	}

	/** An application with the settings of one subject of the page, on this broker. */
	private static ConfigurableApplicationContext start(String subject, String... values) throws IOException {
		List<String> arguments = new ArrayList<>(List.of("--spring.main.web-application-type=none",
				"--pulsar-lock.cluster=" + (subject.equals("record-keys") ? "signed" : "secured"),
				"--pulsar-lock.startup=fail", "--pulsar-lock.startup-timeout=30s",
				"--pulsar.authority=" + authority.trusted(), "--spring.pulsar.client.service-url=" + serviceUrl()));
		arguments.add("--spring.config.location=" + file("namespace") + "," + file(subject));
		for (String value : values) {
			arguments.add("--" + value);
		}
		Class<?> application = arguments.stream().anyMatch((argument) -> argument.contains("lock.token-file"))
				? RenewingApplication.class : arguments.stream().anyMatch((argument) -> argument.contains("lock.keys"))
						? EncryptingApplication.class : Application.class;
		return new SpringApplicationBuilder(application).run(arguments.toArray(String[]::new));
	}

	private static String serviceUrl() {
		return "pulsar+ssl://localhost:" + port;
	}

	private static String file(String subject) throws IOException {
		String block = PAGE.all("<!-- " + subject + " -->\n```yaml\n(.*?)```").get(0);
		return Files.writeString(folder.resolve(subject + ".yml"), block).toUri().toString();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		PulsarClientBuilderCustomizer tls(@Value("${pulsar.authority}") String authority) {
			return (client) -> client.tlsTrustCertsFilePath(authority).enableTlsHostnameVerification(true);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EncryptingApplication extends Application {

		@Bean
		CryptoKeyReader lockKeys(@Value("${lock.keys}") Path folder) {
			return DefaultCryptoKeyReader.builder()
				.publicKey("locks-2026", folder.resolve("locks-2026.pub.pem").toUri().toString())
				.privateKey("locks-2026", folder.resolve("locks-2026.pem").toUri().toString())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RenewingApplication extends Application {

		@Bean
		LockClientBuilderCustomizer freshToken(@Value("${lock.token-file}") Path file) {
			return (client) -> client.authentication(AuthenticationFactory.token(() -> read(file)));
		}

	}

}

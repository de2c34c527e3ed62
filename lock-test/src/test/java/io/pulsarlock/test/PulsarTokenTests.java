package io.pulsarlock.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.LockNode;
import io.pulsarlock.test.broker.PulsarBroker;
import io.pulsarlock.test.broker.TestTokens;
import org.apache.pulsar.client.api.Authentication;
import org.apache.pulsar.client.api.AuthenticationFactory;
import org.apache.pulsar.client.impl.auth.AuthenticationDisabled;
import org.apache.pulsar.client.impl.auth.AuthenticationToken;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests locks on a broker that requires a token and checks permissions: renewed tokens,
 * expired tokens, and roles with too few permissions.
 */
@Tag("proof")
class PulsarTokenTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	/**
	 * A broker checks every second, and drops clients that have not answered a second
	 * later.
	 */
	private static final Duration SHORT = Duration.ofSeconds(3);

	private static final TestTokens tokens = new TestTokens();

	private static PulsarBroker broker;

	private static AdminCommands admin;

	private final String namespace = "n" + UUID.randomUUID();

	@BeforeAll
	static void startBroker() {
		broker = PulsarBroker.start(tokens, Map.of());
		admin = new AdminCommands(broker.adminUrl(), tokens.adminToken());
		admin.request("PUT tenants/other {\"adminRoles\":[\"stranger\"],\"allowedClusters\":[\"standalone\"]}");
		admin.request("PUT namespaces/other/own {}");
	}

	@AfterAll
	static void stopBroker() {
		broker.close();
	}

	@BeforeEach
	void createNamespace() {
		broker.admin().createNamespace("public/" + this.namespace);
		broker.admin().grant("public/" + this.namespace, "locks", "produce", "consume");
		broker.admin().grant("public/" + this.namespace, "writer", "produce");
		broker.admin().grant("public/" + this.namespace, "reader", "consume");
	}

	@ParameterizedTest
	@ValueSource(strings = { "supplier", "file" })
	void tokenIsRenewedWhileLocksAreHeld(String from, @TempDir Path folder) throws Exception {
		AtomicInteger asked = new AtomicInteger();
		Supplier<String> fresh = () -> {
			asked.incrementAndGet();
			return tokens.token("locks", SHORT);
		};
		Path file = folder.resolve("token");
		Files.writeString(file, fresh.get());
		ScheduledExecutorService renewal = Executors.newSingleThreadScheduledExecutor();
		if (from.equals("file")) {
			renewal.scheduleAtFixedRate(() -> replace(file, fresh.get()), 0, 500, TimeUnit.MILLISECONDS);
		}
		try (LockNode node = node(from.equals("file") ? fileOf(file) : AuthenticationFactory.token(fresh))) {
			CompletableFuture<LockLoss> lost = new CompletableFuture<>();
			LockHandle held = node.obtain("held").acquire(LIMIT);
			held.onLost(lost::complete);
			long end = System.nanoTime() + SHORT.multipliedBy(4).toNanos();
			await().atMost(LIMIT).until(() -> {
				node.obtain("other").acquire(LIMIT).close();
				return System.nanoTime() - end > 0;
			});
			assertThat(asked).hasValueGreaterThan(3);
			assertThat(lost).isNotDone();
			assertThat(held.isHeld()).isTrue();
			held.close();
		}
		finally {
			renewal.shutdownNow();
		}
	}

	@Test
	void tokenThatExpiresIsAnOutageUntilItIsRenewed() throws Exception {
		AtomicReference<String> token = new AtomicReference<>();
		Supplier<String> fresh = () -> tokens.token("locks", SHORT);
		try (LockNode node = node(AuthenticationFactory.token(() -> {
			String last = token.get();
			return (last != null) ? last : fresh.get();
		}))) {
			CompletableFuture<LockLoss> lost = new CompletableFuture<>();
			LockHandle held = node.obtain("held").acquire(LIMIT);
			held.onLost(lost::complete);
			token.set(fresh.get());
			FencedLock other = node.obtain("other");
			await().atMost(LIMIT)
				.untilAsserted(() -> assertThatExceptionOfType(LockUnavailableException.class)
					.isThrownBy(() -> other.acquire(Duration.ofSeconds(1)))
					.withMessageContaining("refuses the credentials of this node, which it has accepted before"));
			assertThat(lost).isDone();
			assertThat(held.isHeld()).isFalse();
			CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
				other.lock();
				other.unlock();
			});
			assertThatExceptionOfType(LockUnavailableException.class)
				.isThrownBy(() -> other.acquire(Duration.ofSeconds(2)));
			assertThat(waiting).isNotDone();
			refused(AuthenticationFactory.token(token::get), "refuses the credentials");
			token.set(tokens.token("locks", Duration.ofHours(1)));
			assertThat(waiting).succeedsWithin(LIMIT);
			node.obtain("held").acquire(LIMIT).close();
		}
	}

	@Test
	void supplierThatFailsIsNotARefusal() throws Exception {
		AtomicReference<String> token = new AtomicReference<>();
		Supplier<String> late = () -> {
			String value = token.get();
			if (value == null) {
				throw new IllegalStateException("The vault is sealed");
			}
			return value;
		};
		try (LockNode node = node(AuthenticationFactory.token(late))) {
			FencedLock lock = node.obtain("any");
			await().atMost(LIMIT)
				.untilAsserted(() -> assertThatExceptionOfType(LockUnavailableException.class)
					.isThrownBy(() -> lock.acquire(Duration.ofMillis(500)))
					.withMessageContaining("The vault is sealed"));
			token.set(tokens.token("locks", Duration.ofHours(1)));
			lock.acquire(LIMIT).close();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "writer", "reader", "stranger" })
	void roleThatMayNotDoEnoughIsRefusedAndTheCureHelps(String role) throws Exception {
		try (LockNode node = node(AuthenticationFactory.token(tokens.token(role, Duration.ofHours(1))))) {
			LockConfigurationException refusal = catchThrowableOfType(LockConfigurationException.class,
					() -> node.awaitJoined(LIMIT));
			assertThat(refusal).hasMessageContaining("not authorized").hasMessageContaining(this.namespace);
			admin.carryOut(String.valueOf(refusal.getMessage()).replace("<role>", role));
			await().atMost(LIMIT).until(() -> node.monitor().statistics().confirmed());
			node.obtain("any").acquire(LIMIT).close();
		}
	}

	@Test
	void credentialsThatAreNoneAreRefused() {
		refused(AuthenticationFactory.token("no.token.this"), "refuses the credentials");
		refused(AuthenticationFactory.token(new TestTokens().token("locks", Duration.ofHours(1))),
				"refuses the credentials");
		refused(AuthenticationDisabled.INSTANCE, "refuses the credentials");
	}

	/** A case in which the client gets no more than a status. */
	@Test
	void credentialsThatAreNoneAreRefusedOverHttpToo() {
		refused(broker.adminUrl(), AuthenticationFactory.token("no.token.this"), "refuses the credentials");
	}

	private void refused(Authentication authentication, String reason) {
		refused(broker.serviceUrl(), authentication, reason);
	}

	private void refused(String url, Authentication authentication, String reason) {
		try (LockNode node = node(url, authentication)) {
			assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> node.awaitJoined(LIMIT))
				.withMessageContaining(reason);
		}
	}

	private static Authentication fileOf(Path file) {
		AuthenticationToken authentication = new AuthenticationToken();
		authentication.configure(file.toUri().toString().replace("file:///", "file:/"));
		return authentication;
	}

	/** A half-written token is never read. */
	private static void replace(Path file, String content) {
		try {
			Path next = Files.writeString(file.resolveSibling("next"), content);
			Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private LockNode node(Authentication authentication) {
		return node(broker.serviceUrl(), authentication);
	}

	private LockNode node(String url, Authentication authentication) {
		return PulsarLocks.at(url)
			.topics(TopicSettings.of("tokens").in("public", this.namespace))
			.shards(2)
			.times(Duration.ofSeconds(3), Duration.ofMillis(1500))
			.client((builder) -> builder.authentication(authentication))
			.connect();
	}

}

package io.pulsarlock.annotation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockOperationRefusedException;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests guarded methods of which several calls run at the same time.
 */
class SharedGuardTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final InMemoryNode other = this.cluster.node("other");

	@AfterEach
	void close() {
		this.cluster.close();
	}

	private void with(Consumer<Prices> test) {
		Guarded.on(this.cluster, "node").withBean(Prices.class).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context.getBean(Prices.class));
		});
	}

	@Test
	void readersRunTogetherAndNotWithAWriter() {
		with((prices) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<String> first = prices.read("eu", work);
			CompletableFuture<String> second = prices.read("eu", work);
			try (LockHandle reader = this.other.readWriteLock("prices", "eu").readLock().tryAcquire().orElseThrow()) {
				assertThat(reader.isHeld()).isTrue();
				assertThat(this.other.obtain("prices", "eu").tryAcquire()).isEmpty();
				assertThat(this.other.obtain("prices", "us").tryAcquire()).get().satisfies(LockHandle::close);
				assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> prices.write("eu"));
			}
			work.complete("read");
			assertThat(first.join()).isEqualTo("read");
			assertThat(second.join()).isEqualTo("read");
			await().ignoreExceptions().untilAsserted(() -> assertThat(prices.write("eu")).isPositive());
			try (LockHandle writer = acquire(this.other, "prices", "eu")) {
				assertThat(writer.isHeld()).isTrue();
				assertThatExceptionOfType(LockBusyException.class)
					.isThrownBy(() -> prices.read("eu", CompletableFuture.completedFuture("")));
			}
		});
	}

	@Test
	void noMoreCallsRunThanThereArePermits() {
		with((prices) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			List<CompletableFuture<String>> calls = List.of(prices.send("eu", work), prices.send("eu", work));
			assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> prices.send("eu", work));
			CompletableFuture<String> another = prices.send("us", work);
			assertThat(this.other.semaphore("mail", "eu", 2).tryAcquire()).isEmpty();
			assertThatExceptionOfType(LockConfigurationException.class).isThrownBy(() -> prices.sendMore("eu"))
				.withMessageContaining("2 permits")
				.withMessageContaining("3 permits");
			work.complete("sent");
			calls.forEach((call) -> assertThat(call.join()).isEqualTo("sent"));
			assertThat(another.join()).isEqualTo("sent");
			await().untilAsserted(() -> assertThat(this.other.semaphore("mail", "eu", 2).tryAcquire(2)).get()
				.satisfies(LockHandle::close));
			await().ignoreExceptions().untilAsserted(() -> assertThat(prices.sendMore("eu")).isPositive());
		});
	}

	@Test
	void permitsOfAPublisherAreTakenForEachSubscription() {
		with((prices) -> {
			Sinks.One<String> one = Sinks.one();
			CompletableFuture<String> first = prices.sendLater(one.asMono()).toFuture();
			CompletableFuture<String> second = prices.sendLater(one.asMono()).toFuture();
			await().until(
					() -> this.other.monitor().view().locks().stream().anyMatch((lock) -> lock.holders().size() == 2));
			StepVerifier.create(prices.sendLater(Mono.just("now"))).verifyError(LockBusyException.class);
			one.tryEmitValue("sent");
			assertThat(first.join()).isEqualTo("sent");
			assertThat(second.join()).isEqualTo("sent");
		});
	}

	@Test
	void innerCallsShareWhatTheOuterOneHasUnlessTheyWouldWaitForIt() {
		Guarded.on(this.cluster, "node").withBean(Prices.class).withBean(Outer.class).run((context) -> {
			Outer outer = context.getBean(Outer.class);
			Prices prices = context.getBean(Prices.class);
			assertThat(outer.writing((token) -> prices.token("eu") - token)).isZero();
			assertThat(outer.reading((token) -> prices.token("eu") - token)).isZero();
			assertThat(outer.sending((token) -> prices.sendToken("eu") - token)).isZero();
			assertThatExceptionOfType(LockOperationRefusedException.class)
				.isThrownBy(() -> outer.reading((token) -> prices.write("eu")))
				.withMessageContaining("deadlock");
			LockRegistry registry = context.getBean(LockRegistry.class);
			assertThatExceptionOfType(LockOperationRefusedException.class).isThrownBy(() -> outer.reading((token) -> {
				registry.obtain("prices", "eu").lock();
				return 0;
			}));
			assertThat(prices.write("eu")).isPositive();
		});
	}

	private static LockHandle acquire(InMemoryNode node, String name, Object key) {
		try {
			return node.obtain(name, key).acquire(Duration.ofSeconds(10));
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static class Prices {

		@DistributedLock(name = "prices", key = "#region", mode = LockMode.SHARED)
		CompletableFuture<String> read(String region, CompletableFuture<String> work) {
			return work;
		}

		@DistributedLock(name = "prices", key = "#region", mode = LockMode.SHARED)
		long token(String region) {
			return LockContext.current().fencingToken();
		}

		@DistributedLock(name = "prices", key = "#region")
		long write(String region) {
			return LockContext.current().fencingToken();
		}

		@DistributedLock(name = "mail", key = "#region", permits = 2)
		CompletableFuture<String> send(String region, CompletableFuture<String> work) {
			return work;
		}

		@DistributedLock(name = "mail", key = "#region", permits = 2)
		long sendToken(String region) {
			return LockContext.current().fencingToken();
		}

		@DistributedLock(name = "mail", key = "#region", permits = 3)
		long sendMore(String region) {
			return LockContext.current().fencingToken();
		}

		@DistributedLock(name = "later", permits = 2)
		Mono<String> sendLater(Mono<String> work) {
			return work;
		}

	}

	static class Outer {

		@DistributedLock(name = "prices", key = "'eu'")
		long writing(LongUnaryOperator inner) {
			return inner.applyAsLong(LockContext.current().fencingToken());
		}

		@DistributedLock(name = "prices", key = "'eu'", mode = LockMode.SHARED)
		long reading(LongUnaryOperator inner) {
			return inner.applyAsLong(LockContext.current().fencingToken());
		}

		@DistributedLock(name = "mail", key = "'eu'", permits = 2)
		long sending(LongUnaryOperator inner) {
			return inner.applyAsLong(LockContext.current().fencingToken());
		}

	}

}

package io.pulsarlock.annotation;

import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.observation.DefaultLockAcquireObservationConvention;
import io.pulsarlock.observation.DefaultLockHoldObservationConvention;
import io.pulsarlock.observation.LockAcquireObservationContext;
import io.pulsarlock.observation.LockAcquireObservationConvention;
import io.pulsarlock.observation.LockHoldObservationContext;
import io.pulsarlock.observation.LockHoldObservationConvention;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests that no lock stays held and no result is lost, whatever code of the application
 * throws between the grant and the end of a guarded call.
 */
class GuardedCallFailureTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final InMemoryNode node = this.cluster.node("node");

	private final InMemoryNode other = this.cluster.node("other");

	@AfterEach
	void close() {
		this.cluster.close();
	}

	static Stream<Arguments> failures() {
		return Stream.of(Step.values())
			.flatMap((step) -> Stream.of(Arguments.of(step, new IllegalStateException("on purpose")),
					Arguments.of(step, new NoClassDefFoundError("on purpose"))));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void handlerThatThrowsCostsNeitherLockNorResult(Step step, Throwable failure) {
		run(new Thrower(step, failure), null, null, this::assertEveryKindOfCall);
	}

	@Test
	void acquireConventionThatGivesNullCostsNeitherLockNorResult() {
		run(null, new NullAcquireConvention(), null, this::assertEveryKindOfCall);
	}

	@Test
	void holdConventionThatGivesNullCostsNeitherLockNorResult() {
		run(null, null, new NullHoldConvention(), this::assertEveryKindOfCall);
	}

	@Test
	void scopeOfTheCallerIsRestored() {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig()
			.observationHandler(new Thrower(Step.SCOPE_OPENED, new AssertionError("on purpose")));
		Guarded.on(this.cluster, "node")
			.withBean(ObservationRegistry.class, () -> registry)
			.withBean(Work.class)
			.run((context) -> {
				assertThat(context.getBean(Work.class).value()).isEqualTo("value");
				assertThat(registry.getCurrentObservationScope()).isNull();
			});
	}

	@Test
	void stageThatCannotBeFollowedReleasesTheLock() {
		with((work) -> {
			CompletionStage<String> broken = new CompletableFuture<>() {

				@Override
				public CompletableFuture<String> whenComplete(
						java.util.function.BiConsumer<? super String, ? super Throwable> action) {
					throw new UnsupportedOperationException("on purpose");
				}

			};
			assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> work.stage(broken));
			assertFree("stage");
		});
	}

	@Test
	void futureThatCannotBeAskedReleasesTheLock() {
		with((work) -> {
			work.future(new FutureTask<>(() -> "value") {

				@Override
				public boolean isDone() {
					throw new UnsupportedOperationException("on purpose");
				}

			});
			assertFree("future");
		});
	}

	@Test
	void failureOfAPlainFutureIsObserved() {
		Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
		ObservationHandler<Observation.Context> handler = new ObservationHandler<>() {

			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

			@Override
			public void onError(Observation.Context context) {
				errors.add(Objects.requireNonNull(context.getError()));
			}

		};
		run(handler, null, null, (work) -> {
			FutureTask<String> future = new FutureTask<>(() -> {
				throw new IllegalStateException("on purpose");
			});
			work.future(future);
			future.run();
			await().untilAsserted(() -> assertThat(errors).singleElement()
				.satisfies((error) -> assertThat(error).hasMessage("on purpose")));
		});
	}

	@Test
	void futureThatBlocksWhenAskedKeepsNoOtherLock() {
		with((work) -> {
			CompletableFuture<Void> end = new CompletableFuture<>();
			work.future(new FutureTask<>(() -> "value") {

				private int calls;

				@Override
				public boolean isDone() {
					if (++this.calls > 1) {
						end.join();
					}
					return false;
				}

			});
			FutureTask<String> quick = new FutureTask<>(() -> "value");
			work.otherFuture(quick);
			quick.run();
			assertFree("other future");
			end.complete(null);
		});
	}

	@Test
	void blockedCommonPoolKeepsNoLock() {
		with((work) -> {
			CompletableFuture<Void> end = new CompletableFuture<>();
			try {
				for (int i = 0; i < 64; i++) {
					java.util.concurrent.ForkJoinPool.commonPool().execute(end::join);
				}
				work.kept();
				assertFree("kept");
				FutureTask<String> quick = new FutureTask<>(() -> "value");
				work.future(quick);
				quick.run();
				assertFree("future");
			}
			finally {
				end.complete(null);
			}
		});
	}

	@Test
	void publisherThatThrowsAnErrorEndsAndReleasesTheLock() {
		with((work) -> {
			Error error = new NoClassDefFoundError("on purpose");
			StepVerifier.create(work.mono(Mono.fromCallable(() -> throwing(error))))
				.expectErrorSatisfies((ex) -> assertThat(ex).hasCause(error))
				.verify(Duration.ofSeconds(5));
			assertFree("mono");
			StepVerifier.create(work.flux(Flux.range(0, 2).map((i) -> throwing(error))))
				.expectErrorSatisfies((ex) -> assertThat(ex).hasCause(error))
				.verify(Duration.ofSeconds(5));
			assertFree("flux");
		});
	}

	private static String throwing(Error error) {
		throw error;
	}

	private void assertEveryKindOfCall(Work work) {
		assertThat(work.value()).isEqualTo("value");
		assertFree("value");
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(work::failing).withMessage("its own");
		assertFree("failing");
		assertThat(work.keys("a", "b")).isEqualTo("keys");
		assertFree("keys:a");
		assertFree("keys:b");
		CompletableFuture<String> stage = new CompletableFuture<>();
		CompletableFuture<String> result = work.stage(stage);
		stage.complete("stage");
		assertThat(result).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo("stage");
		assertFree("stage");
		FutureTask<String> future = new FutureTask<>(() -> "future");
		Future<String> guarded = work.future(future);
		future.run();
		assertThat(guarded).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo("future");
		assertFree("future");
		assertThat(work.mono(Mono.just("mono")).block()).isEqualTo("mono");
		assertFree("mono");
		assertThat(work.flux(Flux.just("a", "b")).collectList().block()).containsExactly("a", "b");
		assertFree("flux");
		await().untilAsserted(() -> assertThat(work.leader()).isEqualTo("leader"));
		assertThat(work.leaderMono().block()).isEqualTo("leader");
	}

	/** Neither node waits for it longer than a hand-over takes. */
	private void assertFree(String lock) {
		await().untilAsserted(() -> assertThat(this.other.obtain(lock).tryAcquire()).as(lock)
			.hasValueSatisfying(io.pulsarlock.LockHandle::close));
	}

	private void with(Consumer<Work> test) {
		run(null, null, null, test);
	}

	private void run(@Nullable ObservationHandler<Observation.Context> handler,
			@Nullable LockAcquireObservationConvention acquire, @Nullable LockHoldObservationConvention hold,
			Consumer<Work> test) {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler((handler != null) ? handler : new Observing());
		var runner = Guarded.on(this.cluster, "node")
			.withBean(ObservationRegistry.class, () -> registry)
			.withBean(Work.class);
		if (acquire != null) {
			runner = runner.withBean(LockAcquireObservationConvention.class, () -> acquire);
		}
		if (hold != null) {
			runner = runner.withBean(LockHoldObservationConvention.class, () -> hold);
		}
		runner.run((context) -> test.accept(context.getBean(Work.class)));
	}

	enum Step {

		START, SCOPE_OPENED, SCOPE_CLOSED, ERROR, STOP

	}

	private static class Observing implements ObservationHandler<Observation.Context> {

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

	private static final class Thrower extends Observing {

		private final Step step;

		private final Throwable failure;

		Thrower(Step step, Throwable failure) {
			this.step = step;
			this.failure = failure;
		}

		private void at(Step step) {
			if (step == this.step) {
				if (this.failure instanceof Error error) {
					throw error;
				}
				throw (RuntimeException) this.failure;
			}
		}

		@Override
		public void onStart(Observation.Context context) {
			at(Step.START);
		}

		@Override
		public void onScopeOpened(Observation.Context context) {
			at(Step.SCOPE_OPENED);
		}

		@Override
		public void onScopeClosed(Observation.Context context) {
			at(Step.SCOPE_CLOSED);
		}

		@Override
		public void onError(Observation.Context context) {
			at(Step.ERROR);
		}

		@Override
		public void onStop(Observation.Context context) {
			at(Step.STOP);
		}

	}

	private static final class NullAcquireConvention extends DefaultLockAcquireObservationConvention {

		@Override
		@SuppressWarnings("NullAway")
		public KeyValues getLowCardinalityKeyValues(LockAcquireObservationContext context) {
			return KeyValues.of(KeyValue.of("tenant", null));
		}

	}

	private static final class NullHoldConvention extends DefaultLockHoldObservationConvention {

		@Override
		@SuppressWarnings("NullAway")
		public KeyValues getLowCardinalityKeyValues(LockHoldObservationContext context) {
			return KeyValues.of(KeyValue.of("tenant", null));
		}

	}

	static class Work {

		@DistributedLock("value")
		public String value() {
			return "value";
		}

		@DistributedLock("failing")
		public String failing() {
			throw new IllegalArgumentException("its own");
		}

		@DistributedLock(name = "keys", key = { "#a", "#b" })
		public String keys(String a, String b) {
			return "keys";
		}

		@DistributedLock(name = "stage", waitFor = "5s")
		public CompletableFuture<String> stage(CompletionStage<String> stage) {
			return (CompletableFuture<String>) stage;
		}

		@DistributedLock("future")
		public Future<String> future(FutureTask<String> future) {
			return future;
		}

		@DistributedLock("other future")
		public Future<String> otherFuture(FutureTask<String> future) {
			return future;
		}

		@DistributedLock(name = "kept", atLeastFor = "50ms")
		public void kept() {
		}

		@DistributedLock("mono")
		public Mono<String> mono(Mono<String> mono) {
			return mono;
		}

		@DistributedLock("flux")
		public Flux<String> flux(Flux<String> flux) {
			return flux;
		}

		@LeaderOnly("leaders")
		public @Nullable String leader() {
			return "leader";
		}

		@LeaderOnly("leaders")
		public Mono<String> leaderMono() {
			return Mono.just("leader");
		}

	}

}

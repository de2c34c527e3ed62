package io.pulsarlock.annotation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.http.ResponseEntity;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests that results that stand for work still to be done hold the lock until it ends, or
 * are refused.
 */
class DeferredResultTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final InMemoryNode other = this.cluster.node("other");

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@Test
	void functionHoldsTheLockWhileItIsCalled() {
		with((bean) -> {
			assertThatFunction(() -> bean.callable(this::isFree).call());
			assertThatFunction(() -> bean.supplier(this::isFree).get());
			assertThatFunction(() -> bean.function(this::isFree).apply("work"));
			assertThatFunction(() -> bean.typed(this::isFree).get());
			assertThatFunction(() -> {
				ByteArrayOutputStream out = new ByteArrayOutputStream();
				bean.body(this::isFree).writeTo(out);
				return Boolean.valueOf(out.toString());
			});
		});
	}

	private void assertThatFunction(Callable<Boolean> free) {
		try {
			assertThat(free.call()).as("free while it ran").isFalse();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		await().until(this::isFree);
	}

	@Test
	void functionThatIsNeverCalledHoldsNothing() {
		with((bean) -> {
			bean.supplier(() -> true);
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void functionIsRefusedSkippedOrReplacedWhenItIsCalled() {
		with((bean) -> {
			Supplier<Boolean> refused = bean.supplier(() -> true);
			Supplier<@Nullable String> skipped = bean.skipped();
			Supplier<String> replaced = bean.withFallback();
			try (LockHandle held = take()) {
				assertThatExceptionOfType(LockBusyException.class).isThrownBy(refused::get);
				assertThat(skipped.get()).isNull();
				assertThat(replaced.get()).isEqualTo("instead");
			}
			assertThat(refused.get()).isTrue();
		});
	}

	@Test
	void functionKeepsItsIdentityAndItsDefaultMethods() {
		with((bean) -> {
			Function<String, Boolean> function = bean.function(this::isFree);
			assertThat(function).isEqualTo(function).hasSameHashCodeAs(function);
			assertThat(function.andThen((free) -> !free).apply("work")).isTrue();
		});
	}

	@Test
	void valueThatTurnsOutToBeWorkIsNotLeftUnguarded() {
		with((bean) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			Object stage = bean.anything(work);
			assertThat(isFree()).isFalse();
			work.complete("done");
			assertThat(stage).isInstanceOf(CompletableFuture.class);
			await().until(this::isFree);
			assertThatIllegalStateException().isThrownBy(() -> bean.anything(Mono.just("x")))
				.withMessageContaining("work that is still to be done")
				.withMessageContaining("Declare what it returns");
			assertThatIllegalStateException().isThrownBy(() -> bean.anything(Optional.of(Stream.of("x"))));
			assertThatIllegalStateException().isThrownBy(() -> bean.anything(ResponseEntity.ok(Flux.just("x"))));
			assertThatIllegalStateException().isThrownBy(() -> bean.iterable(() -> List.of("x").iterator()));
			assertThat(bean.iterable(List.of("x"))).hasSize(1);
			assertThat(bean.anything("x")).isEqualTo("x");
			await().until(this::isFree);
		});
	}

	@Test
	void whatAResultGivesIsNotLeftUnguardedEither() {
		with((bean) -> {
			Mono<String> work = Mono.just("x");
			assertThatIllegalStateException().isThrownBy(() -> bean.untypedCallable(work).call())
				.withMessageContaining("work that is still to be done");
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> bean.untypedStage(work).get())
				.withMessageContaining("work that is still to be done");
			assertThatIllegalStateException().isThrownBy(() -> bean.untypedMono(work).block())
				.withMessageContaining("work that is still to be done");
			assertThatIllegalStateException().isThrownBy(() -> bean.untypedFlux(work).blockLast())
				.withMessageContaining("work that is still to be done");
			await().until(this::isFree);
			CompletableFuture<String> stage = new CompletableFuture<>();
			Object guarded = bean.untypedCallable(stage).call();
			assertThat(isFree()).isFalse();
			stage.complete("done");
			assertThat(guarded).isInstanceOf(CompletableFuture.class);
			await().until(this::isFree);
			assertThat(bean.untypedCallable("x").call()).isEqualTo("x");
			assertThat(bean.untypedFlux("x").blockLast()).isEqualTo("x");
		});
	}

	@Test
	void resultOfAFallbackNeedsNoLockAndMayBeAnything() {
		with((bean) -> {
			Mono<String> work = Mono.just("x");
			try (LockHandle held = take()) {
				assertThat(bean.untypedWithFallback(work)).isSameAs(work);
			}
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Streaming.class, Iterating.class, Deferring.class, AsyncTask.class, Emitting.class,
			StreamInEntity.class, FutureInList.class, MonoInOptional.class, StreamInStage.class, FluxInMono.class,
			MonoInSupplier.class, FunctionInMap.class, FuturesInArray.class, OwnSupplier.class, Wildcard.class,
			SkippedFunction.class, ScheduledCallable.class })
	void workWithoutAKnownEndIsRefusedAtTheStart(Class<?> type) {
		Guarded.on(this.cluster, "node").withBean("wrong", type).run((context) -> {
			assertThat(context).hasFailed();
			InvalidLockAnnotationException found = AnnotationValidationTests.find(context.getStartupFailure());
			assertThat(found).hasMessageContaining("bean 'wrong'")
				.message()
				.containsAnyOf("work that is still to be done", "a skipped call has no result", "it is scheduled");
			assertThat(found.getAction()).startsWith("Return ");
		});
	}

	private boolean isFree() {
		Optional<LockHandle> held = this.other.obtain("work").tryAcquire();
		held.ifPresent(LockHandle::close);
		return held.isPresent();
	}

	private LockHandle take() {
		return await().until(() -> this.other.obtain("work").tryAcquire(), Optional::isPresent).orElseThrow();
	}

	private void with(Trial test) {
		Guarded.on(this.cluster, "node").withBean(Works.class).run((context) -> test.run(context.getBean(Works.class)));
	}

	interface Trial {

		void run(Works works) throws Exception;

	}

	abstract static class Base<R> {

		@DistributedLock("work")
		R typed(BooleanSupplier free) {
			return made(free);
		}

		abstract R made(BooleanSupplier free);

	}

	static class Works extends Base<Supplier<Boolean>> {

		@Override
		Supplier<Boolean> made(BooleanSupplier free) {
			return free::getAsBoolean;
		}

		@DistributedLock("work")
		Callable<Boolean> callable(BooleanSupplier free) {
			return free::getAsBoolean;
		}

		@DistributedLock("work")
		Supplier<Boolean> supplier(BooleanSupplier free) {
			return free::getAsBoolean;
		}

		@DistributedLock("work")
		Function<String, Boolean> function(BooleanSupplier free) {
			return (name) -> free.getAsBoolean();
		}

		@DistributedLock("work")
		StreamingResponseBody body(BooleanSupplier free) {
			return (out) -> out.write(String.valueOf(free.getAsBoolean()).getBytes());
		}

		@DistributedLock(name = "work", onBusy = OnBusy.SKIP)
		Supplier<@Nullable String> skipped() {
			return () -> "ran";
		}

		@DistributedLock(name = "work", fallback = "instead")
		Supplier<String> withFallback() {
			return () -> "ran";
		}

		private Supplier<String> instead() {
			return () -> "instead";
		}

		@DistributedLock("work")
		Object anything(Object result) {
			return result;
		}

		@DistributedLock("work")
		Callable<?> untypedCallable(Object result) {
			return () -> result;
		}

		@DistributedLock(name = "work", fallback = "untypedInstead")
		Object untypedWithFallback(Object result) {
			return "ran";
		}

		private Object untypedInstead(Object result) {
			return result;
		}

		@DistributedLock("work")
		CompletableFuture<Object> untypedStage(Object result) {
			return CompletableFuture.completedFuture(result);
		}

		@DistributedLock("work")
		Mono<Object> untypedMono(Object result) {
			return Mono.just(result);
		}

		@DistributedLock("work")
		Flux<?> untypedFlux(Object result) {
			return Flux.just(result);
		}

		@DistributedLock("work")
		Iterable<String> iterable(Iterable<String> result) {
			return result;
		}

	}

	static class Streaming {

		@DistributedLock("a")
		Stream<String> method() {
			return Stream.of();
		}

	}

	static class Iterating {

		@DistributedLock("a")
		Iterator<String> method() {
			return List.<String>of().iterator();
		}

	}

	static class Deferring {

		@DistributedLock("a")
		DeferredResult<String> method() {
			return new DeferredResult<>();
		}

	}

	static class AsyncTask {

		@LeaderOnly
		WebAsyncTask<String> method() {
			return new WebAsyncTask<>(() -> "");
		}

	}

	static class Emitting {

		@DistributedLock("a")
		SseEmitter method() {
			return new SseEmitter();
		}

	}

	static class StreamInEntity {

		@DistributedLock("a")
		ResponseEntity<StreamingResponseBody> method() throws IOException {
			return ResponseEntity.ok((out) -> {
			});
		}

	}

	static class FutureInList {

		@DistributedLock("a")
		List<Future<String>> method() {
			return List.of();
		}

	}

	static class MonoInOptional {

		@DistributedLock("a")
		Optional<Mono<String>> method() {
			return Optional.empty();
		}

	}

	static class StreamInStage {

		@DistributedLock("a")
		CompletableFuture<Stream<String>> method() {
			return CompletableFuture.completedFuture(Stream.of());
		}

	}

	static class FluxInMono {

		@DistributedLock("a")
		Mono<ResponseEntity<Flux<String>>> method() {
			return Mono.empty();
		}

	}

	static class MonoInSupplier {

		@DistributedLock("a")
		Supplier<Mono<String>> method() {
			return Mono::empty;
		}

	}

	static class FunctionInMap {

		@DistributedLock("a")
		Map<String, Runnable> method() {
			return Map.of();
		}

	}

	static class FuturesInArray {

		@DistributedLock("a")
		CompletableFuture<?>[] method() {
			return new CompletableFuture<?>[0];
		}

	}

	static class Lazily implements Supplier<String> {

		@Override
		public String get() {
			return "";
		}

	}

	static class OwnSupplier {

		@DistributedLock("a")
		Lazily method() {
			return new Lazily();
		}

	}

	static class Wildcard {

		@DistributedLock("a")
		Optional<? extends Stream<String>> method() {
			return Optional.empty();
		}

	}

	static class SkippedFunction {

		@LeaderOnly
		BooleanSupplier method() {
			return () -> true;
		}

	}

	static class ScheduledCallable {

		@Scheduled(fixedRate = 1000)
		@DistributedLock("a")
		Callable<String> method() {
			return () -> "";
		}

	}

}

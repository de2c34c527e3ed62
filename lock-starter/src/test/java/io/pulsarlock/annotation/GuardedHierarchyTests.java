package io.pulsarlock.annotation;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.pulsarlock.LockHandle;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.samples.GuardedVisits;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that a method is guarded however it is called and wherever its annotation is.
 */
class GuardedHierarchyTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final InMemoryNode other = this.cluster.node("other");

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@SuppressWarnings("unchecked")
	void annotatedTypeIsGuardedThroughAGenericInterface(boolean subclass) {
		with(subclass, OrderHandler.class, Handler.class, (bean) -> {
			Handler<Order> handler = bean;
			assertThat(handler.handle(new Order("17"))).isEqualTo("typed");
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void annotatedTypeIsGuardedThroughAnInterfaceWithAWiderResult(boolean subclass) {
		with(subclass, TextSource.class, Source.class, (bean) -> assertThat(bean.next()).isEqualTo("typed"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void annotatedTypeForLeadersIsGuardedThroughAGenericInterface(boolean subclass) {
		await().until(() -> this.other.leadership().group("handlers").isLeader());
		with(subclass, LeadingHandler.class, Handler.class, (bean) -> {
			@SuppressWarnings("unchecked")
			Handler<Order> handler = bean;
			assertThat(handler.handle(new Order("17"))).isNull();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void bothAnnotationsOnATypeApplyThroughABridgeMethod(boolean subclass) {
		with(subclass, BothHandler.class, Handler.class, (bean) -> {
			@SuppressWarnings("unchecked")
			Handler<Order> handler = bean;
			await().untilAsserted(() -> assertThat(handler.handle(new Order("17"))).isEqualTo("both"));
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void fallbackIsFoundThroughABridgeMethod(boolean subclass) {
		with(subclass, FallbackHandler.class, Handler.class, (bean) -> {
			@SuppressWarnings("unchecked")
			Handler<Order> handler = bean;
			try (LockHandle held = take("fallen back:17")) {
				assertThat(handler.handle(new Order("17"))).isEqualTo("instead of 17");
			}
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void annotatedInterfaceGuardsAnInheritedMethodThatDoesNotKnowIt(boolean subclass) {
		with(subclass, InheritingJob.class, Job.class, (bean) -> assertThat(bean.run("17")).isEqualTo("job:17"));
	}

	@Test
	void annotatedInterfaceGuardsAnInheritedMethodCalledByItsClass() {
		with(true, InheritingJob.class, PlainJob.class, (bean) -> assertThat(bean.run("17")).isEqualTo("job:17"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void keyUsesTheParameterNamesOfTheAnnotatedDeclaration(boolean subclass) {
		with(subclass, RenamingJob.class, Job.class, (bean) -> assertThat(bean.run("17")).isEqualTo("job:17"));
	}

	@Test
	void resultThatIsATypeVariableIsGuardedLikeTheRealType() {
		with(true, FutureTask.class, Task.class, (bean) -> {
			@SuppressWarnings("unchecked")
			Task<CompletableFuture<String>> task = bean;
			CompletableFuture<String> future = task.start();
			assertThat(isFree("task")).isFalse();
			FutureTask.work.complete("done");
			assertThat(future.join()).isEqualTo("done");
			await().until(() -> isFree("task"));
		});
	}

	@Test
	void publisherThatIsATypeVariableHoldsTheLockForEachSubscription() {
		with(true, MonoTask.class, Task.class, (bean) -> {
			@SuppressWarnings("unchecked")
			Task<Mono<Boolean>> task = bean;
			MonoTask.free = () -> isFree("task");
			Mono<Boolean> mono = task.start();
			await().until(() -> isFree("task"));
			// A node that has tried the lock may still be in line when this node requests
			// it.
			await().untilAsserted(() -> StepVerifier.create(mono).expectNext(false).verifyComplete());
		});
	}

	@Test
	void optionalThatIsATypeVariableIsEmptyForASkippedCall() {
		with(true, OptionalTask.class, Task.class, (bean) -> {
			@SuppressWarnings("unchecked")
			Task<Optional<String>> task = bean;
			try (LockHandle held = take("task")) {
				assertThat(task.start()).isEmpty();
			}
		});
	}

	@Test
	void packageOfTheFrameworkIsNoReasonToRunUnguarded() {
		Guarded.on(this.cluster, "node")
			.withBean(GuardedVisits.class)
			.run((context) -> assertThat(context.getBean(GuardedVisits.class).book()).isEqualTo("visits"));
	}

	private boolean isFree(String name) {
		Optional<LockHandle> held = this.other.obtain(name).tryAcquire();
		held.ifPresent(LockHandle::close);
		return held.isPresent();
	}

	private LockHandle take(String name) {
		return await().until(() -> this.other.obtain(name).tryAcquire(), Optional::isPresent).orElseThrow();
	}

	private <T, B extends T> void with(boolean subclass, Class<B> type, Class<T> view, Consumer<T> test) {
		ApplicationContextRunner runner = Guarded.on(this.cluster, "node")
			.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
			.withPropertyValues("spring.aop.proxy-target-class=" + subclass)
			.withBean(type);
		runner.run((context) -> {
			T bean = context.getBean(view);
			assertThat(AopUtils.isCglibProxy(bean)).isEqualTo(subclass);
			test.accept(bean);
		});
	}

	record Order(String id) {
	}

	interface Handler<T> {

		@Nullable String handle(T thing);

	}

	@DistributedLock("typed")
	static class OrderHandler implements Handler<Order> {

		@Override
		public String handle(Order order) {
			return LockContext.current().name();
		}

	}

	@LeaderOnly("handlers")
	static class LeadingHandler implements Handler<Order> {

		@Override
		public @Nullable String handle(Order order) {
			return "ran";
		}

	}

	@LeaderOnly("both")
	@DistributedLock("both")
	static class BothHandler implements Handler<Order> {

		@Override
		public @Nullable String handle(Order order) {
			LockAssert.assertLeader("both");
			LockAssert.assertHeld("both");
			return "both";
		}

	}

	static class FallbackHandler implements Handler<Order> {

		@Override
		@DistributedLock(name = "fallen back", key = "#order.id", fallback = "instead")
		public String handle(Order order) {
			return "ran";
		}

		private String instead(Order order) {
			return "instead of " + order.id();
		}

	}

	interface Source {

		Object next();

	}

	@DistributedLock("typed")
	static class TextSource implements Source {

		@Override
		public String next() {
			return LockContext.current().name();
		}

	}

	interface Job {

		@DistributedLock(name = "job", key = "#id")
		String run(String id);

	}

	static class PlainJob {

		public String run(String id) {
			return LockContext.find().map((context) -> context.held().get(0).name()).orElse("unguarded");
		}

	}

	static class InheritingJob extends PlainJob implements Job {

	}

	static class RenamingJob implements Job {

		@Override
		public String run(String orderId) {
			return LockContext.current().held().get(0).name();
		}

	}

	interface Task<R> {

		R start();

	}

	abstract static class GuardedTask<R> implements Task<R> {

		@Override
		@DistributedLock(name = "task", onBusy = OnBusy.SKIP)
		public R start() {
			return work();
		}

		abstract R work();

	}

	static class FutureTask extends GuardedTask<CompletableFuture<String>> {

		static final CompletableFuture<String> work = new CompletableFuture<>();

		@Override
		CompletableFuture<String> work() {
			return work;
		}

	}

	static class MonoTask extends GuardedTask<Mono<Boolean>> {

		static Callable<Boolean> free = () -> true;

		@Override
		Mono<Boolean> work() {
			// Checked within the publisher: it ends with its value, and code that uses
			// the value may find the lock released.
			return Mono.fromCallable(free);
		}

	}

	static class OptionalTask extends GuardedTask<Optional<String>> {

		@Override
		Optional<String> work() {
			return Optional.of("ran");
		}

	}

}

package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLostException;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests that an application can guard result types that the library does not know.
 */
class GuardedResultHandlerTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@Test
	void lockIsHeldUntilTheWorkEnds() {
		with((bean) -> {
			Promise promise = bean.work();
			assertThat(isFree("work")).isFalse();
			promise.complete();
			await().until(() -> isFree("work"));
		});
	}

	@Test
	void lossIsToldToTheHandler() {
		with((bean) -> {
			Promise promise = bean.work();
			this.cluster.node("node").loseNow("work");
			await().untilAsserted(() -> assertThat(promise.failure).isInstanceOf(LockLostException.class));
		});
	}

	@Test
	void skippedResultIsThatOfTheHandler() {
		with((bean) -> {
			try (LockHandle held = take("skipped")) {
				assertThat(bean.skipped().failure).hasMessage("skipped");
			}
		});
	}

	@Test
	void fallbackHoldsNothing() {
		with((bean) -> {
			try (LockHandle held = take("fallen back")) {
				assertThat(bean.withFallback().detached).isFalse();
			}
		});
	}

	@Test
	void handlerThatFailsDoesNotKeepTheLock() {
		with((bean) -> {
			assertThatIllegalStateException().isThrownBy(bean::broken).withMessage("on purpose");
			await().until(() -> isFree("broken"));
		});
	}

	@Test
	void handlerThatRefusesAReturnTypeStopsTheStart() {
		Guarded.on(this.cluster, "node")
			.withUserConfiguration(Handlers.class)
			.withBean("wrong", Wrong.class)
			.run((context) -> assertThat(context.getStartupFailure()).hasRootCauseMessage("it is another promise")
				.hasStackTraceContaining("of bean 'wrong' cannot be guarded: it is another promise"));
	}

	private boolean isFree(String name) {
		Optional<LockHandle> held = this.cluster.node("other").obtain(name).tryAcquire();
		held.ifPresent(LockHandle::close);
		return held.isPresent();
	}

	private LockHandle take(String name) {
		return await().until(() -> this.cluster.node("other").obtain(name).tryAcquire(), Optional::isPresent)
			.orElseThrow();
	}

	private void with(Consumer<Promises> test) {
		Guarded.on(this.cluster, "node")
			.withUserConfiguration(Handlers.class)
			.withBean(Promises.class)
			.run((context) -> test.accept(context.getBean(Promises.class)));
	}

	static class Promise {

		private final List<Runnable> callbacks = new ArrayList<>();

		private volatile @Nullable Throwable failure;

		private volatile boolean detached;

		void whenComplete(Runnable callback) {
			this.callbacks.add(callback);
		}

		void complete() {
			this.callbacks.forEach(Runnable::run);
		}

	}

	static class OtherPromise extends Promise {

	}

	static class BrokenPromise extends Promise {

	}

	@Configuration(proxyBeanMethods = false)
	static class Handlers {

		@Bean
		static GuardedResultHandler promiseHandler() {
			return new PromiseHandler();
		}

	}

	static class PromiseHandler implements GuardedResultHandler {

		@Override
		public boolean supports(ResolvableType returnType, Method method) {
			if (returnType.toClass() == OtherPromise.class) {
				throw new IllegalArgumentException("it is another promise");
			}
			return Promise.class.isAssignableFrom(returnType.toClass());
		}

		@Override
		public Object skipped(ResolvableType returnType) {
			Promise promise = new Promise();
			promise.failure = new IllegalStateException("skipped");
			return promise;
		}

		@Override
		public @Nullable Object handle(GuardedCall call) throws Throwable {
			return call.execute((result, work) -> {
				Promise promise = (Promise) result;
				if (promise == null) {
					return null;
				}
				promise.detached = work.detach();
				if (promise instanceof BrokenPromise) {
					throw new IllegalStateException("on purpose");
				}
				promise.whenComplete(() -> work.end(work.outcome(null)));
				work.onLost((lost) -> promise.failure = lost);
				return promise;
			});
		}

	}

	static class Promises {

		@DistributedLock("work")
		Promise work() {
			return new Promise();
		}

		@DistributedLock("broken")
		BrokenPromise broken() {
			return new BrokenPromise();
		}

		@DistributedLock(name = "skipped", onBusy = OnBusy.SKIP)
		Promise skipped() {
			return new Promise();
		}

		@DistributedLock(name = "fallen back", onBusy = OnBusy.FALLBACK, fallback = "instead")
		Promise withFallback() {
			return new Promise();
		}

		private Promise instead() {
			return new Promise();
		}

	}

	static class Wrong {

		@DistributedLock("wrong")
		@Nullable OtherPromise method() {
			return null;
		}

	}

}

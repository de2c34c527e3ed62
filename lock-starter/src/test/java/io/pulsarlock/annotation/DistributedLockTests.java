package io.pulsarlock.annotation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockGrant;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.core.annotation.AliasFor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests the effect of {@link DistributedLock} on calls.
 */
class DistributedLockTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final InMemoryNode other = this.cluster.node("other");

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@Test
	void methodRunsWhileTheLockIsHeld() {
		with((bean) -> {
			assertThat(bean.redeem("17")).isPositive();
			assertReleased("coupon", "17");
		});
	}

	@Test
	void tokensGrowFromCallToCall() {
		with((bean) -> assertThat(bean.redeem("17")).isLessThan(bean.redeem("17")));
	}

	@Test
	void busyLockIsWaitedForAndThenRefused() {
		with((bean) -> {
			try (LockHandle held = take("coupon", "17")) {
				assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> bean.redeem("17"));
				assertThat(bean.redeem("18")).isPositive();
			}
			assertThat(bean.redeem("17")).isPositive();
		});
	}

	@Test
	void skippedCallGivesAnEmptyResult() {
		with((bean) -> {
			try (LockHandle held = take("skipped")) {
				assertThat(bean.text()).isNull();
				assertThat(bean.optional()).isEmpty();
				assertThat(bean.stage(new CompletableFuture<>()).join()).isNull();
				StepVerifier.create(bean.mono(Mono.just("x"))).verifyComplete();
				StepVerifier.create(bean.flux(Flux.just("x"))).verifyComplete();
			}
			await().untilAsserted(() -> assertThat(bean.text()).isEqualTo("text"));
			assertThat(bean.optional()).contains("text");
		});
	}

	@Test
	void busyLockCallsTheFallback() {
		with((bean) -> {
			try (LockHandle held = take("fallen back")) {
				assertThat(bean.withFallback("a")).startsWith("fallback a Lock 'fallen back'");
				StepVerifier.create(bean.monoWithFallback()).expectNext("fallback").verifyComplete();
			}
			assertThat(bean.withFallback("a")).isEqualTo("a");
		});
	}

	@Test
	void clusterOutOfReachIsNeitherBusyNorFree() {
		with((bean) -> {
			this.cluster.stop();
			assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(bean::text);
			assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(() -> bean.withFallback("a"));
		});
	}

	@Test
	void innerCallOfTheSameThreadGoesOnWithTheSameToken() {
		with((bean) -> assertThat(bean.outer("17", () -> bean.redeem("17"))).isTrue());
	}

	@Test
	void severalKeysAreAllLocked() {
		with((bean) -> {
			try (LockHandle held = take("account", "b")) {
				assertThatExceptionOfType(LockBusyException.class).isThrownBy(() -> bean.transfer("a", "b"));
			}
			assertThat(bean.transfer("b", "a")).containsExactly("account:a", "account:b");
			assertThat(bean.transferAll(List.of("z", "y", "y"))).containsExactly("account:y", "account:z");
			assertReleased("account", "a");
		});
	}

	@Test
	void nullAndBlankKeysAreRefused() {
		with((bean) -> {
			assertThatIllegalArgumentException().isThrownBy(() -> bean.redeem(null))
				.withMessageContaining("#id")
				.withMessageContaining("null")
				.withMessageContaining("-parameters");
			assertThatIllegalArgumentException().isThrownBy(() -> bean.redeem(" ")).withMessageContaining("blank");
			assertThatIllegalArgumentException().isThrownBy(() -> bean.transferAll(List.of()))
				.withMessageContaining("empty");
		});
	}

	@Test
	void keysSeeBeansAndTheTarget() {
		with((bean) -> assertThat(bean.seeing()).isEqualTo("seen:suffix-prefix"));
	}

	@Test
	void lockIsKeptForItsShortestTime() {
		with((bean) -> {
			long begin = System.nanoTime();
			bean.shortJob();
			assertThat(this.other.obtain("short").tryAcquire()).isEmpty();
			await().until(() -> this.other.obtain("short").tryAcquire().isPresent());
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(390));
		});
	}

	@Test
	void methodIsInterruptedAndItsResultRefusedWhenTheLockIsLost() {
		with((bean) -> {
			CountDownLatch entered = new CountDownLatch(1);
			CompletableFuture<@Nullable Object> outcome = call(() -> bean.sleeping(entered));
			awaitLatch(entered);
			node().loseNow("sleeping");
			assertThat(outcome).failsWithin(Duration.ofSeconds(5))
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(LockLostException.class)
				.withCauseInstanceOf(InterruptedException.class);
		});
	}

	@Test
	void methodThatReturnsAfterTheLossIsRefusedToo() {
		with((bean) -> {
			CountDownLatch entered = new CountDownLatch(1);
			CompletableFuture<@Nullable Object> outcome = call(() -> bean.stubborn(entered));
			awaitLatch(entered);
			node().loseNow("stubborn");
			assertThat(outcome).failsWithin(Duration.ofSeconds(5))
				.withThrowableThat()
				.withCauseInstanceOf(LockLostException.class);
		});
	}

	@Test
	void callerIsNotInterruptedAfterTheMethodHasEnded() {
		with((bean) -> {
			CountDownLatch entered = new CountDownLatch(1);
			CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
			Thread thread = new Thread(() -> {
				try {
					bean.stubborn(entered);
				}
				catch (LockLostException ex) {
					interrupted.complete(Thread.currentThread().isInterrupted());
				}
			});
			thread.start();
			awaitLatch(entered);
			node().loseNow("stubborn");
			assertThat(interrupted).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(false);
		});
	}

	@Test
	void methodThatOnlyWantsToBeToldGoesOn() {
		with((bean) -> {
			CountDownLatch entered = new CountDownLatch(1);
			CompletableFuture<@Nullable Object> outcome = call(() -> bean.notified(entered));
			awaitLatch(entered);
			node().loseNow("notified");
			assertThat(outcome).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("told ENDED_BY_CLUSTER");
		});
	}

	@Test
	void limitEndsTheHolding() {
		with((bean) -> assertThatExceptionOfType(LockLostException.class).isThrownBy(bean::limited));
	}

	@Test
	void stageHoldsTheLockUntilItIsCompleted() {
		with((bean) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<String> result = bean.stage(work);
			assertThat(this.other.obtain("skipped").tryAcquire()).isEmpty();
			work.complete("done");
			assertThat(result.join()).isEqualTo("done");
			await().until(() -> this.other.obtain("skipped").tryAcquire().isPresent());
		});
	}

	@Test
	void cancelledStageGivesTheLockBack() {
		with((bean) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			bean.stage(work).cancel(true);
			assertThat(work).isCancelled();
			await().until(() -> this.other.obtain("skipped").tryAcquire().isPresent());
		});
	}

	@Test
	void stageFailsWhenTheLockIsLost() {
		with((bean) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<String> result = bean.stage(work);
			node().loseNow("skipped");
			assertThat(result).failsWithin(Duration.ofSeconds(5))
				.withThrowableThat()
				.withCauseInstanceOf(LockLostException.class);
			await().until(work::isCancelled);
		});
	}

	@Test
	void plainFutureHoldsTheLockUntilItIsDone() {
		with((bean) -> {
			FutureTask<String> work = new FutureTask<>(() -> "done");
			Future<String> result = bean.future(work);
			assertThat(this.other.obtain("future").tryAcquire()).isEmpty();
			work.run();
			await().until(() -> this.other.obtain("future").tryAcquire().isPresent());
			assertThat(result.isDone()).isTrue();
		});
	}

	@Test
	void publisherHoldsTheLockForEachSubscription() {
		with((bean) -> {
			List<String> calls = new ArrayList<>();
			Flux<String> flux = bean.flux(Flux.defer(() -> {
				calls.add(Boolean.toString(this.other.obtain("skipped").tryAcquire().isEmpty()));
				return Flux.just("a", "b");
			}));
			assertThat(calls).isEmpty();
			StepVerifier.create(flux).expectNext("a", "b").verifyComplete();
			await().until(() -> free("skipped"));
			StepVerifier.create(flux).expectNext("a", "b").verifyComplete();
			assertThat(calls).containsExactly("true", "true");
			assertThat(bean.getBodies()).isEqualTo(2);
			await().until(() -> free("skipped"));
		});
	}

	@Test
	void cancelledSubscriptionGivesTheLockBack() {
		with((bean) -> {
			StepVerifier.create(bean.flux(Flux.concat(Flux.just("a"), Flux.never())))
				.expectNext("a")
				.thenCancel()
				.verify();
			await().until(() -> free("skipped"));
		});
	}

	@Test
	void publisherFailsWhenTheLockIsLost() {
		with((bean) -> StepVerifier.create(bean.mono(Mono.never())).expectSubscription().then(() -> {
			await().until(() -> this.other.obtain("skipped").tryAcquire().isEmpty());
			node().loseNow("skipped");
		}).expectError(LockLostException.class).verify(Duration.ofSeconds(5)));
	}

	@Test
	void publisherIsCancelledBeforeItsCallerHearsOfTheLoss() {
		with((bean) -> {
			AtomicBoolean cancelled = new AtomicBoolean();
			StepVerifier.create(bean.mono(Mono.<String>never().doOnCancel(() -> cancelled.set(true))))
				.expectSubscription()
				.then(() -> {
					await().until(() -> this.other.obtain("skipped").tryAcquire().isEmpty());
					node().loseNow("skipped");
				})
				.expectError(LockLostException.class)
				.verify(Duration.ofSeconds(5));
			assertThat(cancelled).isTrue();
		});
	}

	@Test
	void publisherThatCannotBeCancelledFailsWhenTheLockIsLost() {
		Subscription stubborn = new Subscription() {

			@Override
			public void request(long n) {
			}

			@Override
			public void cancel() {
				throw new IllegalStateException("no");
			}

		};
		with((bean) -> StepVerifier.create(bean.mono(Mono.fromDirect((subscriber) -> subscriber.onSubscribe(stubborn))))
			.expectSubscription()
			.then(() -> {
				await().until(() -> this.other.obtain("skipped").tryAcquire().isEmpty());
				node().loseNow("skipped");
			})
			.expectError(LockLostException.class)
			.verify(Duration.ofSeconds(5)));
	}

	@Test
	void composedAnnotationsGuardToo() {
		with((bean) -> {
			try (LockHandle held = take("composed", "x")) {
				assertThat(bean.composed("x")).isNull();
			}
			await().untilAsserted(() -> assertThat(bean.composed("x")).isEqualTo("x"));
		});
	}

	@Test
	void callOnThisIsNotGuardedAndSaysSo() {
		with((bean) -> {
			assertThatIllegalStateException().isThrownBy(bean::callingItself).withMessageContaining("on 'this'");
			bean.asserting();
		});
	}

	@Test
	void interruptedWaitEndsTheCall() {
		with((bean) -> {
			try (LockHandle held = take("patient")) {
				CompletableFuture<String> outcome = new CompletableFuture<>();
				Thread thread = new Thread(() -> {
					try {
						bean.patient();
					}
					catch (RuntimeException ex) {
						outcome.complete(ex.getClass().getSimpleName() + Thread.currentThread().isInterrupted());
					}
				});
				thread.start();
				await().until(() -> node().monitor().statistics().waiting() == 1);
				thread.interrupt();
				assertThat(outcome).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("CancellationExceptiontrue");
				await().until(() -> node().monitor().statistics().waiting() == 0);
			}
		});
	}

	/**
	 * Checked on the node that uses it next, which knows about its own release at once.
	 */
	private boolean free(String lock) {
		Optional<LockHandle> held = node().obtain(lock).tryAcquire();
		held.ifPresent(LockHandle::close);
		return held.isPresent();
	}

	private InMemoryNode node() {
		return this.cluster.node("node");
	}

	private LockHandle take(String name) {
		return await().until(() -> this.other.obtain(name).tryAcquire(), Optional::isPresent).orElseThrow();
	}

	private LockHandle take(String name, String key) {
		return await().until(() -> this.other.obtain(name, key).tryAcquire(), Optional::isPresent).orElseThrow();
	}

	private static CompletableFuture<@Nullable Object> call(java.util.concurrent.Callable<?> call) {
		return CompletableFuture.supplyAsync(() -> {
			try {
				return call.call();
			}
			catch (RuntimeException ex) {
				throw ex;
			}
			catch (Exception ex) {
				throw new CompletionException(ex);
			}
		});
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			assertThat(latch.await(5, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Other nodes learn of a release a moment later, so this waits. */
	private void assertReleased(String name, String key) {
		assertThat(this.other.obtain(name, key).acquireAsync(Duration.ofSeconds(5)))
			.succeedsWithin(Duration.ofSeconds(10))
			.satisfies(LockHandle::close);
	}

	private void with(Consumer<Coupons> test) {
		Guarded.on(this.cluster, "node")
			.withPropertyValues("coupon.name=coupon", "short.time=400ms")
			.withBean(Coupons.class)
			.withBean("suffix", String.class, () -> "suffix")
			.run((context) -> test.accept(context.getBean(Coupons.class)));
	}

	@Retention(RetentionPolicy.RUNTIME)
	@DistributedLock(name = "composed", onBusy = OnBusy.SKIP)
	@interface OncePerKey {

		@AliasFor(annotation = DistributedLock.class, attribute = "key")
		String key();

	}

	static class Coupons {

		private final String prefix = "prefix";

		private int bodies;

		public String getPrefix() {
			return this.prefix;
		}

		int getBodies() {
			return this.bodies;
		}

		@DistributedLock(name = "${coupon.name}", key = "#id", waitFor = "200ms")
		long redeem(@Nullable String id) {
			assertThat(LockContext.current().name()).isEqualTo("coupon");
			assertThat(LockContext.current().keys()).containsExactly(id);
			assertThat(LockContext.current().remaining()).isPositive();
			LockAssert.assertHeld("coupon");
			return LockContext.current().fencingToken();
		}

		@DistributedLock(name = "coupon", key = "#p0")
		boolean outer(String id, java.util.function.LongSupplier inner) {
			long token = LockContext.current().fencingToken();
			return inner.getAsLong() == token && LockContext.current().isHeld();
		}

		@DistributedLock(name = "account", key = { "#from", "#to" }, waitFor = "100ms")
		List<String> transfer(String from, String to) {
			return LockContext.current().held().stream().map(LockGrant::name).toList();
		}

		@DistributedLock(name = "account", key = "#ids")
		List<String> transferAll(List<String> ids) {
			return LockContext.current().held().stream().map(LockGrant::name).toList();
		}

		@DistributedLock(name = "seen", key = "@suffix + '-' + target.prefix")
		String seeing() {
			return LockContext.current().held().get(0).name();
		}

		@DistributedLock(name = "skipped", onBusy = OnBusy.SKIP)
		@Nullable String text() {
			return "text";
		}

		@DistributedLock(name = "skipped", onBusy = OnBusy.SKIP)
		Optional<String> optional() {
			return Optional.of("text");
		}

		@DistributedLock(name = "skipped", onBusy = OnBusy.SKIP)
		CompletableFuture<String> stage(CompletableFuture<String> work) {
			return work;
		}

		@DistributedLock(name = "future")
		Future<String> future(Future<String> work) {
			return work;
		}

		@DistributedLock(name = "skipped", onBusy = OnBusy.SKIP)
		Mono<String> mono(Mono<String> work) {
			return work;
		}

		@DistributedLock(name = "skipped", onBusy = OnBusy.SKIP)
		Flux<String> flux(Flux<String> work) {
			this.bodies++;
			return work;
		}

		@DistributedLock(name = "fallen back", waitFor = "50ms", onBusy = OnBusy.FALLBACK, fallback = "instead")
		String withFallback(String value) {
			return value;
		}

		private String instead(String value, LockBusyException busy) {
			return "fallback " + value + " " + busy.getMessage();
		}

		@DistributedLock(name = "fallen back", waitFor = "50ms", onBusy = OnBusy.FALLBACK, fallback = "monoInstead")
		Mono<String> monoWithFallback() {
			return Mono.just("own");
		}

		private Mono<String> monoInstead() {
			return Mono.just("fallback");
		}

		@DistributedLock(name = "short", atLeastFor = "${short.time}")
		void shortJob() {
		}

		@DistributedLock("sleeping")
		@Nullable String sleeping(CountDownLatch entered) throws InterruptedException {
			entered.countDown();
			new CountDownLatch(1).await();
			return null;
		}

		@DistributedLock("stubborn")
		String stubborn(CountDownLatch entered) {
			LockContext context = LockContext.current();
			entered.countDown();
			await().until(() -> !context.isHeld());
			return "done";
		}

		@DistributedLock(name = "notified", onLost = OnLost.NOTIFY)
		String notified(CountDownLatch entered) throws Exception {
			CompletableFuture<String> told = new CompletableFuture<>();
			LockContext.current().onLost((lost) -> told.complete("told " + lost.reason()));
			entered.countDown();
			return told.get(5, TimeUnit.SECONDS);
		}

		@DistributedLock(name = "limited", holdFor = "100ms")
		void limited() throws InterruptedException {
			new CountDownLatch(1).await();
		}

		@OncePerKey(key = "#id")
		@Nullable String composed(String id) {
			return id;
		}

		@DistributedLock("asserted")
		void asserting() {
			LockAssert.assertHeld("asserted");
		}

		void callingItself() {
			asserting();
		}

		@DistributedLock(name = "patient", waitFor = "1m")
		void patient() {
		}

	}

}

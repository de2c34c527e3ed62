package io.pulsarlock.annotation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.ClusterView;
import io.pulsarlock.FencedLock;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.LeaderListener;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LockBusyException;
import io.pulsarlock.LockException;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockLoss;
import io.pulsarlock.LockLostException;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.test.memory.InMemoryLockCluster;
import io.pulsarlock.test.memory.InMemoryNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests from when to when a guarded call holds its locks: shared, handed over, kept, and
 * without leftovers.
 */
@Timeout(120)
class GuardedCallLifetimeTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final InMemoryNode node = this.cluster.node("node");

	private final InMemoryNode other = this.cluster.node("other");

	@AfterEach
	void close() {
		this.cluster.close();
	}

	@Test
	void callsLeaveNothingAtTheLeadership() {
		with((work) -> {
			lead(this.node, "leaders");
			Object leadership = this.node.leadership().group("leaders").held().orElseThrow();
			int before = listeners(leadership);
			for (int i = 0; i < 100_000; i++) {
				work.leader();
			}
			for (int i = 0; i < 1000; i++) {
				assertThat(work.leaderStage(CompletableFuture.completedFuture("x")).join()).isEqualTo("x");
				work.leaderMono().block();
			}
			assertThat(listeners(leadership)).isEqualTo(before);
		});
	}

	@Test
	void innerCallsLeaveNothingAtTheLock() {
		with((work) -> work.outer(() -> {
			Object held = LockContext.current().held().get(0);
			int before = listeners(held);
			for (int i = 0; i < 100_000; i++) {
				work.inner();
			}
			assertThat(listeners(held)).isEqualTo(before);
		}));
	}

	private static int listeners(Object grant) {
		Object hold = grant.getClass().getSimpleName().equals("Hold") ? grant
				: ReflectionTestUtils.getField(grant, "hold");
		Object listeners = ReflectionTestUtils.getField(hold, "listeners");
		return ((List<?>) ReflectionTestUtils.getField(listeners, "listeners")).size();
	}

	@Test
	void lockIsReentrantWithinAGuardedMethod() {
		with((work) -> work.outer(() -> {
			FencedLock lock = this.node.obtain("shared");
			assertThat(lock.tryLock()).isTrue();
			lock.lock();
			assertThat(lock.fencingToken()).isEqualTo(LockContext.current().fencingToken());
			lock.unlock();
			lock.unlock();
			assertThat(lock.isHeldByCurrentThread()).isTrue();
			assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(lock::unlock)
				.withMessageContaining("guards a method");
			assertThat(LockContext.current().isHeld()).isTrue();
		}));
		await().until(() -> free("shared"));
		assertThat(this.node.obtain("shared").isHeldByCurrentThread()).isFalse();
	}

	@Test
	void guardedMethodIsReentrantWithinALock() {
		with((work) -> {
			FencedLock lock = this.node.obtain("shared");
			lock.lock();
			try {
				work.outer(() -> assertThat(LockContext.current().fencingToken()).isEqualTo(lock.fencingToken()));
				assertThat(lock.isHeldByCurrentThread()).isTrue();
			}
			finally {
				lock.unlock();
			}
		});
	}

	@Test
	void lockOfAnotherNodeIsNotTakenForTheThreadsOwn() {
		with((work) -> work.outer(() -> assertThat(this.other.obtain("shared").tryLock()).isFalse()));
	}

	@Test
	void guardedPublisherIsReentrantWithinAnother() {
		with((work) -> {
			assertThat(work.outerMono(work.innerMono()).block(Duration.ofSeconds(10))).isEqualTo("inner");
			assertThat(work.outerMono(Mono.just(1).delayElement(Duration.ofMillis(1)).then(work.innerMono()))
				.block(Duration.ofSeconds(10))).isEqualTo("inner");
		});
		await().until(() -> free("shared"));
	}

	@Test
	void guardedPublisherIsReentrantWithinAMethodThatWaitsForIt() {
		with((work) -> work.outer(() -> assertThat(work.innerMono().block(Duration.ofSeconds(10))).isEqualTo("inner")));
		await().until(() -> free("shared"));
	}

	@Test
	void workLeftRunningByAnInnerCallKeepsTheLock() {
		with((work) -> {
			CompletableFuture<String> running = new CompletableFuture<>();
			List<CompletableFuture<String>> result = new CopyOnWriteArrayList<>();
			work.outer(() -> result.add(work.innerStage(running)));
			assertThat(this.other.obtain("shared").tryAcquire()).isEmpty();
			running.complete("done");
			assertThat(result.get(0).join()).isEqualTo("done");
			await().until(() -> free("shared"));
		});
	}

	@Test
	void operatorsFindTheLockContext() {
		with((work) -> assertThat(work
			.outerMono(Mono
				.deferContextual((view) -> Mono.just(LockContext.from(view).name() + LockContext.from(view).isHeld())))
			.block()).isEqualTo("sharedtrue"));
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> Mono.deferContextual((view) -> Mono.just(LockContext.from(view).name())).block())
			.withMessageContaining("on 'this'");
	}

	@Test
	void shortestTimeCountsFromTheGrant() {
		with((work) -> {
			LockHandle held = this.other.obtain("kept").tryAcquire().orElseThrow();
			CompletableFuture<Void> call = CompletableFuture.runAsync(work::kept);
			long begin = System.nanoTime();
			await().until(() -> System.nanoTime() - begin > Duration.ofMillis(700).toNanos());
			held.close();
			call.join();
			assertThat(this.other.obtain("kept").tryAcquire()).isEmpty();
			await().until(() -> free("kept"));
		});
	}

	@Test
	void shortestTimeHoldsForAPublisherWhoseResultIsThereAtOnce() {
		with((work) -> {
			assertThat(work.keptMono().block(Duration.ofSeconds(10))).isEqualTo("kept");
			assertThatExceptionOfType(LockBusyException.class)
				.isThrownBy(() -> this.other.obtain("kept mono").acquire(Duration.ofMillis(500)));
		});
	}

	@Test
	void shortestTimeOutlivesTheNodeOfACall() {
		with((work) -> {
			work.rested();
			assertThat(work.restedMono().block(Duration.ofSeconds(10))).isEqualTo("rested");
			assertThat(work.restedStage()).isCompletedWithValue("rested");
			this.node.close();
			for (String lock : List.of("rested", "rested mono", "rested stage")) {
				assertThat(this.other.obtain(lock).tryAcquire()).as(lock).isEmpty();
				assertThat(this.other.administration().endRest(lock)).as(lock).isTrue();
				assertThat(free(lock)).as(lock).isTrue();
			}
		});
	}

	/** As soon as the method runs, the cluster knows. */
	@Test
	void lockOfACallRestsBeforeTheMethodIsCalled() {
		with((work) -> assertThat(work.restsInside(() -> this.node.monitor().view().resting())).singleElement()
			.satisfies((rest) -> assertThat(rest.name()).isEqualTo("inside")));
	}

	@Test
	void methodIsNotCalledIfItIsUnknownWhetherItsLockRests() throws Exception {
		// It stays with the node, so it can be acquired without an answer.
		this.node.obtain("inside").acquire(Duration.ofSeconds(5)).close();
		with((work) -> {
			this.node.disconnect();
			assertThatExceptionOfType(LockException.class).isThrownBy(() -> work.restsInside(() -> {
				throw new AssertionError("called");
			})).withMessageContaining("Unable to determine whether lock 'inside' rests");
			this.node.reconnect();
		});
	}

	@Test
	void actionThatDoesNotGetTheLockIsToldHowLongItWaited() {
		try (LockHandle held = this.other.obtain("shared").tryAcquire().orElseThrow()) {
			assertThatExceptionOfType(LockBusyException.class)
				.isThrownBy(() -> this.node.execute("shared", Duration.ofMillis(1500), (lock) -> "ran"))
				.withMessageContaining("was held by another holder for 1500 ms");
		}
	}

	@Test
	void futureThatComesAfterTheLossIsCancelled() {
		with((work) -> {
			CompletableFuture<String> running = new CompletableFuture<>();
			CountDownLatch entered = new CountDownLatch(1);
			CompletableFuture<CompletableFuture<String>> call = CompletableFuture
				.supplyAsync(() -> work.lateStage(entered, running));
			awaitLatch(entered);
			this.node.loseNow("late");
			await().until(running::isCancelled);
			assertThat(call).satisfies((any) -> assertThatExceptionOfType(Exception.class)
				.isThrownBy(() -> any.get(5, TimeUnit.SECONDS).get(5, TimeUnit.SECONDS))
				.havingRootCause()
				.isInstanceOf(LockLostException.class));
		});
	}

	@Test
	void publisherThatIsCancelledAtAnyMomentKeepsNoLock() {
		cancelled(6_000);
	}

	@Test
	@Tag("proof")
	void publisherThatIsCancelledAtAnyMomentOfManyKeepsNoLock() {
		cancelled(60_000);
	}

	private void cancelled(int times) {
		with((work) -> {
			ThreadLocalRandom random = ThreadLocalRandom.current();
			for (int i = 0; i < times; i++) {
				Disposable subscription = work.cancelled(i % 500).subscribe((value) -> {
				}, (ex) -> {
				});
				long until = System.nanoTime() + random.nextLong(120_000);
				while (System.nanoTime() - until < 0) {
					Thread.onSpinWait();
				}
				subscription.dispose();
			}
			await().untilAsserted(() -> assertThat(this.node.monitor().statistics().held()).isZero());
			await().until(() -> IntStream.range(0, 500).allMatch((i) -> free("cancelled:" + i)));
		});
	}

	@Test
	void leaderThatResignsIsFollowedWhenItsMethodHasEnded() {
		handOver(true, (first, second) -> first.leadership().group("leaders").resign(), LockLoss.Reason.RESIGNED);
	}

	@Test
	void leaderWhoseNodeStopsIsFollowedWhenItsMethodHasEnded() {
		handOver(true, (first, second) -> new Thread(first::close).start(), LockLoss.Reason.RESIGNED);
	}

	@Test
	void lockOfANodeThatStopsIsTakenWhenItsMethodHasEnded() {
		handOver(false, (first, second) -> new Thread(first::close).start(), LockLoss.Reason.NODE_STOPPED);
	}

	@Test
	void lockThatAnAdministratorReleasesIsTakenWhenItsMethodHasEnded() {
		handOver(false, (first, second) -> assertThat(first.administration().releaseLock("job")).isTrue(),
				LockLoss.Reason.RELEASED_BY_ADMINISTRATOR);
	}

	@Test
	void lockThatAnAdministratorReleasesAtAnotherNodeIsTakenWhenItsMethodHasEnded() {
		handOver(false, (first, second) -> new Thread(() -> {
			await().until(() -> !second.monitor().view().locks().isEmpty());
			second.administration().releaseLock("job");
		}).start(), LockLoss.Reason.RELEASED_BY_ADMINISTRATOR);
	}

	@Test
	void leaderThatResignsForAnAdministratorAtAnotherNodeIsFollowedWhenItsMethodHasEnded() {
		handOver(true, (first, second) -> new Thread(() -> second.administration().resign("leaders")).start(),
				LockLoss.Reason.RESIGNED);
	}

	/**
	 * Both nodes request the lock. The holder resigns, is notified, takes its time and
	 * ends; only then the other node enters.
	 */
	private static void handOver(boolean leadership, BiConsumer<InMemoryNode, InMemoryNode> giveUp,
			LockLoss.Reason reason) {
		// Long enough for the slowest machine.
		try (InMemoryLockCluster patient = InMemoryLockCluster.create(Duration.ofSeconds(20), Duration.ofSeconds(8),
				1)) {
			InMemoryNode first = patient.node("first");
			InMemoryNode second = patient.node("second");
			if (leadership) {
				lead(first, "leaders");
			}
			Inside inside = new Inside();
			List<Integer> insideAtTheGrant = new CopyOnWriteArrayList<>();
			Guarded.on(patient, "first").withBean(Work.class).run((context) -> {
				Work work = context.getBean(Work.class);
				Consumer<Inside> job = leadership ? work::job : work::lockedJob;
				CompletableFuture<Void> call = CompletableFuture.runAsync(() -> job.accept(inside));
				awaitLatch(inside.entered);
				if (leadership) {
					second.leadership().group("leaders").addListener(new LeaderListener() {

						@Override
						public void onGranted(LeadershipGranted event) {
							insideAtTheGrant.add(inside.count.get());
						}

					});
					await().until(() -> second.leadership().group("leaders").participants().size() == 2);
				}
				else {
					second.obtain("job")
						.acquireAsync(Duration.ofSeconds(60))
						.thenAccept((held) -> insideAtTheGrant.add(inside.count.get()));
				}
				giveUp.accept(first, second);
				awaitLatch(inside.interrupted);
				assertThat(inside.reasons).containsExactly(reason);
				assertThat(insideAtTheGrant).isEmpty();
				inside.end.countDown();
				assertThat(call).failsWithin(5, TimeUnit.SECONDS)
					.withThrowableThat()
					.withCauseInstanceOf(LockLostException.class);
				await().untilAsserted(() -> assertThat(insideAtTheGrant).containsExactly(0));
			});
		}
	}

	@Test
	void methodThatIgnoresTheInterruptDelaysTheNextLeaderForTheGrace() {
		with((work) -> {
			lead(this.node, "leaders");
			Inside inside = new Inside();
			CompletableFuture<Void> first = CompletableFuture.runAsync(() -> work.job(inside));
			awaitLatch(inside.entered);
			LeaderGroup next = this.other.leadership().group("leaders");
			long begin = System.nanoTime();
			this.node.leadership().group("leaders").resign();
			await().until(next::isLeader);
			assertThat(Duration.ofNanos(System.nanoTime() - begin))
				.isGreaterThanOrEqualTo(this.cluster.reconnectGrace().minusMillis(20));
			assertThat(inside.end.getCount()).isOne();
			inside.end.countDown();
			assertThat(first).failsWithin(5, TimeUnit.SECONDS);
		});
	}

	private boolean free(String lock) {
		return this.other.obtain(lock).tryAcquire().map((held) -> {
			held.close();
			return true;
		}).orElse(false);
	}

	private static void lead(InMemoryNode node, String group) {
		await().until(node.leadership().group(group)::isLeader);
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void with(Consumer<Work> test) {
		Guarded.on(this.cluster, "node")
			.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.withBean(Work.class)
			.run((context) -> {
				assertThat(context.getBean(LockRegistry.class)).isNotNull();
				test.accept(context.getBean(Work.class));
			});
	}

	/** A method that detects the interrupt, and then takes its time. */
	private static final class Inside {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch interrupted = new CountDownLatch(1);

		private final CountDownLatch end = new CountDownLatch(1);

		private final List<LockLoss.Reason> reasons = new CopyOnWriteArrayList<>();

		private final AtomicInteger count = new AtomicInteger();

		void run() {
			CountDownLatch told = new CountDownLatch(1);
			LockContext.current().onLost((lost) -> {
				this.reasons.add(lost.reason());
				told.countDown();
			});
			this.count.incrementAndGet();
			try {
				this.entered.countDown();
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					awaitLatch(told);
					this.interrupted.countDown();
				}
				awaitLatch(this.end);
			}
			finally {
				this.count.decrementAndGet();
			}
		}

	}

	static class Work {

		@LeaderOnly("leaders")
		public void leader() {
			LockContext.current().onLost((lost) -> {
			});
		}

		@LeaderOnly("leaders")
		public CompletableFuture<String> leaderStage(CompletableFuture<String> stage) {
			return stage;
		}

		@LeaderOnly("leaders")
		public Mono<String> leaderMono() {
			return Mono.just("leader");
		}

		@LeaderOnly("leaders")
		public void job(Inside inside) {
			inside.run();
		}

		@DistributedLock("job")
		public void lockedJob(Inside inside) {
			inside.run();
		}

		@DistributedLock("shared")
		public void outer(Runnable body) {
			body.run();
		}

		@DistributedLock("shared")
		public void inner() {
			LockContext.current().onLost((lost) -> {
			});
		}

		@DistributedLock("shared")
		public CompletableFuture<String> innerStage(CompletableFuture<String> stage) {
			return stage;
		}

		@DistributedLock("shared")
		public Mono<String> outerMono(Mono<String> body) {
			return body;
		}

		@DistributedLock("shared")
		public Mono<String> innerMono() {
			return Mono.just("inner");
		}

		@DistributedLock(name = "kept mono", atLeastFor = "1h")
		public Mono<String> keptMono() {
			return Mono.just("kept");
		}

		@DistributedLock(name = "rested", atLeastFor = "1h")
		public void rested() {
		}

		@DistributedLock(name = "rested mono", atLeastFor = "1h")
		public Mono<String> restedMono() {
			return Mono.just("rested");
		}

		@DistributedLock(name = "rested stage", atLeastFor = "1h")
		public CompletionStage<String> restedStage() {
			return CompletableFuture.completedFuture("rested");
		}

		@DistributedLock(name = "inside", atLeastFor = "1h")
		public List<ClusterView.RestView> restsInside(Supplier<List<ClusterView.RestView>> body) {
			return body.get();
		}

		@DistributedLock(name = "kept", waitFor = "20s", atLeastFor = "600ms")
		public void kept() {
		}

		@DistributedLock("late")
		public CompletableFuture<String> lateStage(CountDownLatch entered, CompletableFuture<String> stage) {
			entered.countDown();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				// It has already begun, so it returns its future.
			}
			return stage;
		}

		@DistributedLock(name = "cancelled", key = "#id", waitFor = "0s")
		public Mono<String> cancelled(int id) {
			return Mono.never();
		}

	}

}

package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One task at a time, each once, in the order given, on whatever thread.
 */
class ThreadLoopTests {

	private static final int THREADS = 4;

	private static final int TASKS = 100_000;

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final ThreadLoop loop = new ThreadLoop(this.timer);

	@AfterEach
	void stop() {
		this.timer.shutdownNow();
	}

	@Test
	void tasksOfManyThreadsRunOneAtATimeAndInOrder() throws Exception {
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger overlaps = new AtomicInteger();
		// Without a lock: only the loop keeps these right.
		int[] done = new int[1];
		int[] last = new int[THREADS];
		int[] disorder = new int[1];
		CountDownLatch all = new CountDownLatch(THREADS * TASKS);
		CyclicBarrier start = new CyclicBarrier(THREADS);
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			int who = i;
			Thread thread = new Thread(() -> {
				try {
					start.await();
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
				for (int n = 1; n <= TASKS; n++) {
					int number = n;
					this.loop.execute(() -> {
						if (inside.incrementAndGet() != 1) {
							overlaps.incrementAndGet();
						}
						done[0]++;
						if (number != last[who] + 1) {
							disorder[0]++;
						}
						last[who] = number;
						inside.decrementAndGet();
						all.countDown();
					});
				}
			});
			threads.add(thread);
			thread.start();
		}
		assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(overlaps).hasValue(0);
		assertThat(disorder[0]).isZero();
		assertThat(done[0]).isEqualTo(THREADS * TASKS);
	}

	@Test
	void taskGivenByATaskRunsAfterItAndNotWithin() {
		List<String> story = new ArrayList<>();
		this.loop.execute(() -> {
			this.loop.execute(() -> story.add("inner"));
			story.add("outer");
		});
		assertThat(story).containsExactly("outer", "inner");
	}

	@Test
	void callerDoesNotWorkForOthersForEver() throws Exception {
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch entered = new CountDownLatch(1);
		CompletableFuture<Void> free = new CompletableFuture<>();
		Thread caller = new Thread(() -> {
			this.loop.execute(() -> {
				entered.countDown();
				await(blocked);
			});
			free.complete(null);
		});
		caller.start();
		assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
		AtomicInteger others = new AtomicInteger();
		for (int i = 0; i < 10_000; i++) {
			this.loop.execute(() -> {
				if (Thread.currentThread() == caller) {
					others.incrementAndGet();
				}
			});
		}
		CountDownLatch end = new CountDownLatch(1);
		this.loop.execute(end::countDown);
		blocked.countDown();
		assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(free).succeedsWithin(10, TimeUnit.SECONDS);
		assertThat(others.get()).isLessThan(100);
	}

	@Test
	void taskThatFailsStopsNothing() {
		List<String> story = new ArrayList<>();
		this.loop.execute(() -> {
			throw new IllegalStateException("on purpose");
		});
		this.loop.execute(() -> story.add("next"));
		assertThat(story).containsExactly("next");
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}

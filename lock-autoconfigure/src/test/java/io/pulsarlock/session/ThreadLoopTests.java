package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that tasks run one at a time, each once, in the given order, on a thread of the
 * library.
 */
class ThreadLoopTests {

	private static final int THREADS = 4;

	private static final int TASKS = 100_000;

	private final LoopThread thread = new LoopThread("loop-under-test");

	private final ThreadLoop loop = new ThreadLoop(this.thread);

	@AfterEach
	void stop() {
		this.thread.stop();
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
	void taskGivenByATaskRunsAfterItAndNotWithin() throws Exception {
		List<String> story = new CopyOnWriteArrayList<>();
		this.loop.execute(() -> {
			this.loop.execute(() -> story.add("inner"));
			story.add("outer");
		});
		finish();
		finish();
		assertThat(story).containsExactly("outer", "inner");
	}

	@Test
	void noTaskRunsOnTheStackOfItsCaller() throws Exception {
		Set<Thread> threads = ConcurrentHashMap.newKeySet();
		for (int i = 0; i < 1000; i++) {
			this.loop.execute(() -> threads.add(Thread.currentThread()));
		}
		finish();
		assertThat(threads).hasSize(1).doesNotContain(Thread.currentThread());
	}

	@Test
	void nothingIsInheritedFromTheThreadThatMadeTheLoop() throws Exception {
		InheritableThreadLocal<String> user = new InheritableThreadLocal<>();
		user.set("alice");
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		Thread.currentThread().setContextClassLoader(new ClassLoader() {
		});
		LoopThread thread = new LoopThread("heir");
		try {
			CompletableFuture<String> seen = new CompletableFuture<>();
			CompletableFuture<ClassLoader> loader = new CompletableFuture<>();
			thread.execute(() -> {
				seen.complete(user.get());
				loader.complete(Thread.currentThread().getContextClassLoader());
			});
			assertThat(seen).succeedsWithin(10, TimeUnit.SECONDS).isNull();
			assertThat(loader).succeedsWithin(10, TimeUnit.SECONDS).isSameAs(LoopThread.class.getClassLoader());
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
			user.remove();
			thread.stop();
		}
	}

	@Test
	void taskThatFailsStopsNothing() throws Exception {
		List<Throwable> failures = List.of(new IllegalStateException("on purpose"), new OutOfMemoryError("on purpose"),
				new StackOverflowError(), new ThreadDeath());
		for (Throwable failure : failures) {
			this.loop.execute(() -> sneak(failure));
			this.loop.schedule(1, () -> sneak(failure));
		}
		this.loop.execute(ThreadLoopTests::endless);
		finish();
		CountDownLatch later = new CountDownLatch(1);
		this.loop.schedule(TimeUnit.MILLISECONDS.toNanos(1), later::countDown);
		assertThat(later.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void periodicTaskGoesOnWhateverItThrows() throws Exception {
		CountDownLatch runs = new CountDownLatch(20);
		AtomicInteger count = new AtomicInteger();
		Loop.Timer timer = this.loop.every(TimeUnit.MILLISECONDS.toNanos(1), () -> {
			runs.countDown();
			sneak((count.getAndIncrement() % 2 == 0) ? new OutOfMemoryError("on purpose") : new StackOverflowError());
		});
		assertThat(runs.await(10, TimeUnit.SECONDS)).isTrue();
		timer.cancel();
		finish();
		int before = count.get();
		CountDownLatch later = new CountDownLatch(1);
		this.loop.schedule(TimeUnit.MILLISECONDS.toNanos(20), later::countDown);
		assertThat(later.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(count).hasValue(before);
	}

	/**
	 * Overflows the stack at every depth: wherever within the loop's own code it
	 * overflows, the tasks of others run.
	 */
	@Test
	void callerWithoutStackHarmsNobody() throws Exception {
		AtomicInteger ran = new AtomicInteger();
		for (int i = 0; i < 20; i++) {
			Thread caller = new Thread(null, () -> {
				try {
					deeper(ran);
				}
				catch (StackOverflowError ex) {
					// As in any container: this thread's request has failed.
				}
			}, "deep", 256 * 1024 + i * 4096);
			caller.start();
			caller.join();
			finish();
		}
		assertThat(ran).hasPositiveValue();
		int before = ran.get();
		this.loop.execute(ran::incrementAndGet);
		finish();
		assertThat(ran).hasValue(before + 1);
	}

	private void deeper(AtomicInteger ran) {
		this.loop.execute(ran::incrementAndGet);
		deeper(ran);
	}

	@Test
	void cancelledTaskLeavesNothingBehind() throws Exception {
		for (int i = 0; i < 300_000; i++) {
			this.loop.schedule(TimeUnit.HOURS.toNanos(1), () -> {
			}).cancel();
		}
		CompletableFuture<Integer> within = new CompletableFuture<>();
		this.loop.execute(() -> {
			for (int i = 0; i < 1000; i++) {
				this.loop.schedule(TimeUnit.HOURS.toNanos(1), () -> {
				}).cancel();
			}
			within.complete(this.thread.timers());
		});
		assertThat(within).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(0);
	}

	@Test
	void tasksRunWhenTheyAreDueAndInTheirOrder() throws Exception {
		List<Integer> order = new CopyOnWriteArrayList<>();
		CountDownLatch all = new CountDownLatch(4);
		for (int delay : List.of(40, 10, 30, 20)) {
			this.loop.schedule(TimeUnit.MILLISECONDS.toNanos(delay), () -> {
				order.add(delay);
				all.countDown();
			});
		}
		assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(order).containsExactly(10, 20, 30, 40);
	}

	@Test
	void nothingRunsAfterTheEnd() throws Exception {
		AtomicInteger ran = new AtomicInteger();
		this.loop.stop();
		this.loop.execute(ran::incrementAndGet);
		this.loop.schedule(1, ran::incrementAndGet);
		CountDownLatch end = new CountDownLatch(1);
		this.thread.schedule(TimeUnit.MILLISECONDS.toNanos(5), end::countDown);
		assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(ran).hasValue(0);
	}

	private void finish() throws InterruptedException {
		CountDownLatch end = new CountDownLatch(1);
		this.loop.execute(end::countDown);
		assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
	}

	private static int endless() {
		return 1 + endless();
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> void sneak(Throwable failure) throws T {
		throw (T) failure;
	}

}

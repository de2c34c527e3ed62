package io.pulsarlock.session;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CallbacksTests {

	private final LoopThread starter = new LoopThread("starter");

	private final Callbacks callbacks = new Callbacks(this.starter);

	private final CountDownLatch end = new CountDownLatch(1);

	@AfterEach
	void end() throws InterruptedException {
		this.end.countDown();
		this.callbacks.close();
		assertThat(this.callbacks.awaitEnd(TimeUnit.SECONDS.toNanos(10))).isTrue();
		this.starter.stop();
	}

	private void block(int count) {
		for (int i = 0; i < count; i++) {
			this.callbacks.execute(() -> await(this.end));
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void thousandsOfCallbacksAtOnceNeedFewThreads() throws Exception {
		CountDownLatch all = new CountDownLatch(5000);
		Set<Thread> threads = ConcurrentHashMap.newKeySet();
		for (int i = 0; i < 5000; i++) {
			this.callbacks.execute(() -> {
				threads.add(Thread.currentThread());
				all.countDown();
			});
		}
		assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(threads).hasSizeLessThanOrEqualTo(Callbacks.LIMIT / 4);
	}

	@Test
	void callbacksThatBlockDoNotKeepOthersFromRunning() {
		block(Callbacks.LIMIT - 1);
		CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
		}, this.callbacks);
		assertThat(other).succeedsWithin(20, TimeUnit.SECONDS);
	}

	@Test
	void blockedCallbacksNeverNeedMoreThreadsThanTheLimit() throws Exception {
		block(500);
		CountDownLatch grown = new CountDownLatch(1);
		this.starter.every(TimeUnit.MILLISECONDS.toNanos(1), () -> {
			if (this.callbacks.threads() == Callbacks.LIMIT) {
				grown.countDown();
			}
		});
		assertThat(grown.await(20, TimeUnit.SECONDS)).isTrue();
		// Time for some more, were there no limit.
		CountDownLatch later = new CountDownLatch(1);
		this.starter.schedule(10 * Callbacks.PATIENCE_NANOS, later::countDown);
		await(later);
		assertThat(this.callbacks.threads()).isEqualTo(Callbacks.LIMIT);
	}

	@Test
	void allRunInOrderOnTheFirstThreadWhenNoOtherCanBeStarted() throws Exception {
		AtomicInteger attempts = new AtomicInteger();
		CountDownLatch tried = new CountDownLatch(1);
		Callbacks lonely = new Callbacks(this.starter, (thread) -> {
			if (attempts.getAndIncrement() > 0) {
				tried.countDown();
				throw new OutOfMemoryError("unable to create native thread: on purpose");
			}
			thread.start();
		});
		CountDownLatch all = new CountDownLatch(2000);
		List<Integer> order = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 2000; i++) {
			int number = i;
			lonely.execute(() -> {
				// Or all might be done before another thread is missed.
				await(tried);
				order.add(number);
				all.countDown();
			});
		}
		assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(order).hasSize(2000).isSorted();
		assertThat(attempts).hasValueGreaterThan(1);
		lonely.close();
		assertThat(lonely.awaitEnd(TimeUnit.SECONDS.toNanos(10))).isTrue();
	}

	@Test
	void threadsThatCouldNotBeStartedAreStartedLater() {
		AtomicInteger attempts = new AtomicInteger();
		Callbacks starved = new Callbacks(this.starter, (thread) -> {
			int attempt = attempts.getAndIncrement();
			if (attempt > 0 && attempt < 10) {
				throw new OutOfMemoryError("unable to create native thread: on purpose");
			}
			thread.start();
		});
		starved.execute(() -> await(this.end));
		assertThat(CompletableFuture.runAsync(() -> {
		}, starved)).succeedsWithin(20, TimeUnit.SECONDS);
		starved.close();
	}

	@Test
	void callbackThatThrowsCostsNoThread() {
		IntStream.range(0, 100).forEach((i) -> this.callbacks.execute(() -> {
			throw new StackOverflowError();
		}));
		assertThat(CompletableFuture.runAsync(() -> {
		}, this.callbacks)).succeedsWithin(10, TimeUnit.SECONDS);
	}

	@Test
	void nothingIsInheritedFromTheCallerThatNeedsAThread() {
		InheritableThreadLocal<String> user = new InheritableThreadLocal<>();
		user.set("alice");
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		Thread.currentThread().setContextClassLoader(new ClassLoader() {
		});
		try {
			block(10);
			List<CompletableFuture<String>> seen = IntStream.range(0, 20)
				.mapToObj((i) -> CompletableFuture.supplyAsync(user::get, this.callbacks))
				.toList();
			CompletableFuture<ClassLoader> loader = CompletableFuture
				.supplyAsync(() -> Thread.currentThread().getContextClassLoader(), this.callbacks);
			seen.forEach((each) -> assertThat(each).succeedsWithin(20, TimeUnit.SECONDS).isNull());
			assertThat(loader).succeedsWithin(20, TimeUnit.SECONDS).isSameAs(Callbacks.class.getClassLoader());
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
			user.remove();
		}
	}

	@Test
	void whatWasAcceptedRunsAfterTheEndToo() throws Exception {
		AtomicInteger ran = new AtomicInteger();
		for (int i = 0; i < 1000; i++) {
			this.callbacks.execute(ran::incrementAndGet);
		}
		this.callbacks.close();
		assertThat(this.callbacks.awaitEnd(TimeUnit.SECONDS.toNanos(10))).isTrue();
		assertThat(ran).hasValue(1000);
		assertThatExceptionOfType(RejectedExecutionException.class)
			.isThrownBy(() -> this.callbacks.execute(ran::incrementAndGet));
	}

}

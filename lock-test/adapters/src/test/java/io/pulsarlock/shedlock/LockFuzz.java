package io.pulsarlock.shedlock;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import net.javacrumbs.shedlock.core.DefaultLockingTaskExecutor;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.LockingTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Eight threads count on two numbers that only a lock protects; one of them stops early.
 * What ShedLock's fuzz test does, on as many nodes as there are providers.
 */
final class LockFuzz {

	private static final int THREADS = 8;

	private static final int ROUNDS = 100;

	private static final int SHORT = 10;

	private final LockingTaskExecutor[] nodes;

	LockFuzz(LockProvider... providers) {
		this.nodes = new LockingTaskExecutor[providers.length];
		for (int i = 0; i < providers.length; i++) {
			this.nodes[i] = new DefaultLockingTaskExecutor(providers[i]);
		}
	}

	void run() throws Exception {
		Counter[] counters = { new Counter("fuzz-1"), new Counter("fuzz-2") };
		List<Callable<Void>> tasks = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			LockingTaskExecutor node = this.nodes[i / 2 % this.nodes.length];
			Counter counter = counters[i % 2];
			int rounds = (i == 0) ? SHORT : ROUNDS;
			tasks.add(() -> {
				count(node, counter, rounds);
				return null;
			});
		}
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try {
			for (Future<Void> task : threads.invokeAll(tasks)) {
				task.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(counters[0].value).isEqualTo((THREADS / 2 - 1) * ROUNDS + SHORT);
		assertThat(counters[1].value).isEqualTo(THREADS / 2 * ROUNDS);
	}

	private static void count(LockingTaskExecutor node, Counter counter, int rounds) {
		int[] done = { 0 };
		while (done[0] < rounds) {
			// Runs the task, or skips it if the lock is busy.
			node.executeWithLock((Runnable) () -> {
				int before = counter.value;
				pause();
				counter.value = before + 1;
				done[0]++;
			}, counter.lock());
		}
	}

	private static void pause() {
		try {
			Thread.sleep(1);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Not safe for use by several threads. */
	private static final class Counter {

		private final String name;

		private int value;

		Counter(String name) {
			this.name = name;
		}

		LockConfiguration lock() {
			return new LockConfiguration(Instant.now(), this.name, Duration.ofMinutes(5), Duration.ofMillis(5));
		}

	}

}

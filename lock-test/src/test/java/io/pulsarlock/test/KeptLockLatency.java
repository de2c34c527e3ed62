package io.pulsarlock.test;

import java.time.Duration;
import java.util.Arrays;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockNode;
import io.pulsarlock.test.memory.InMemoryLockCluster;

/**
 * Measures operations that stay inside the process: re-entering a lock that the thread
 * holds, and taking a kept lock, at once and after a pause in which the session's thread
 * has gone to sleep. Uses the in-memory cluster. Run it with {@code java -cp
 * 'lock-test/target/test-classes:lock-test/target/classes:lock-test/target/lib/*'
 * io.pulsarlock.test.KeptLockLatency}.
 */
final class KeptLockLatency {

	private static final int ROUNDS = 200_000;

	private KeptLockLatency() {
	}

	public static void main(String[] args) throws Exception {
		try (InMemoryLockCluster cluster = InMemoryLockCluster.create()) {
			LockNode locks = cluster.node("a");
			FencedLock lock = locks.obtain("same");
			lock.lock();
			measure("re-entry", ROUNDS, 0, () -> {
				lock.lock();
				lock.unlock();
			});
			lock.unlock();
			measure("kept, taken at once", ROUNDS, 0, () -> lock.acquire(Duration.ofSeconds(5)).close());
			measure("kept, taken after 1 ms", 3000, 1, () -> lock.acquire(Duration.ofSeconds(5)).close());
			measure("kept, tryLock and unlock after 1 ms", 3000, 1, () -> {
				if (!lock.tryLock()) {
					throw new IllegalStateException("busy");
				}
				lock.unlock();
			});
			int[] round = new int[1];
			measure("new name, in memory", 3000, 1,
					() -> locks.obtain("other-" + round[0]++).acquire(Duration.ofSeconds(5)).close());
		}
	}

	private static void measure(String what, int rounds, long pause, Step step) throws Exception {
		long[] nanos = new long[rounds];
		for (int i = -rounds / 4; i < rounds; i++) {
			if (pause > 0) {
				Thread.sleep(pause);
			}
			long begin = System.nanoTime();
			step.run();
			if (i >= 0) {
				nanos[i] = System.nanoTime() - begin;
			}
		}
		Arrays.sort(nanos);
		System.out.printf("%-40s p50 %8.2f us  p90 %8.2f us  p99 %8.2f us%n", what, nanos[rounds / 2] / 1e3,
				nanos[rounds * 9 / 10] / 1e3, nanos[rounds * 99 / 100] / 1e3);
	}

	@FunctionalInterface
	private interface Step {

		void run() throws Exception;

	}

}

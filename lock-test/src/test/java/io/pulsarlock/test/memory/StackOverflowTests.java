package io.pulsarlock.test.memory;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockHandle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A method that takes a lock and calls itself without end, as every programmer writes one
 * some day: its thread fails, and nothing else.
 */
class StackOverflowTests {

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

	private final AtomicInteger number = new AtomicInteger();

	@AfterEach
	void close() {
		this.cluster.close();
		assertThat(this.cluster.openObjects()).isEmpty();
	}

	@Test
	void nodeGoesOnAfterItsCallersHaveRunOutOfStack() throws Exception {
		InMemoryNode a = this.cluster.node("a");
		InMemoryNode b = this.cluster.node("b");
		for (int i = 0; i < 12; i++) {
			int kind = i % 3;
			Thread thread = new Thread(null, () -> overflow(a, kind), "deep", (192 + 16 * i) * 1024);
			thread.start();
			thread.join(TimeUnit.MINUTES.toMillis(1));
			assertThat(thread.isAlive()).isFalse();
		}
		for (int i = 0; i < 20; i++) {
			try (LockHandle held = a.obtain("after", i).acquire(Duration.ofSeconds(30))) {
				assertThat(held.isHeld()).isTrue();
			}
		}
		// Nothing is left behind that nobody can give back.
		int last = this.number.get();
		for (int i = 1; i <= last; i++) {
			b.obtain("deep", i).acquire(Duration.ofSeconds(30)).close();
		}
	}

	private void overflow(InMemoryNode node, int kind) {
		try {
			deeper(node, kind);
		}
		catch (StackOverflowError ex) {
			// As in any container: this thread's request has failed.
		}
	}

	private void deeper(InMemoryNode node, int kind) {
		FencedLock lock = node.obtain("deep", (this.number.get() % 50) + 1);
		this.number.accumulateAndGet(50, (before, limit) -> Math.min(before + 1, limit));
		switch (kind) {
			case 0 -> {
				try (LockHandle held = lock.tryAcquire().orElse(null)) {
					deeper(node, kind);
				}
			}
			case 1 -> {
				if (lock.tryLock()) {
					try {
						deeper(node, kind);
					}
					finally {
						lock.unlock();
					}
				}
				else {
					deeper(node, kind);
				}
			}
			default -> {
				lock.acquireAsync(Duration.ofSeconds(1)).thenAccept(LockHandle::close);
				deeper(node, kind);
			}
		}
	}

}

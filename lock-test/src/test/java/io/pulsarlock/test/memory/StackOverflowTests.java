package io.pulsarlock.test.memory;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.pulsarlock.FencedLock;
import io.pulsarlock.LockHandle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests a method that takes a lock and calls itself without end: only its thread fails.
 */
class StackOverflowTests {

	private static final int LOCKS = 50;

	/** Created before there is too little stack for it. */
	private static final Consumer<LockHandle> CLOSE = LockHandle::close;

	/** Created before there is no stack left for it. */
	private static final String[] NAMES = { "deep-0", "deep-1", "deep-2" };

	private final InMemoryLockCluster cluster = InMemoryLockCluster.create();

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
		// Nothing is left behind that cannot be released. A thread without enough stack
		// to call unlock() still holds the lock, as with any other Lock.
		for (int i = 0; i < LOCKS; i++) {
			b.obtain("deep-0", i).acquire(Duration.ofSeconds(30)).close();
			b.obtain("deep-2", i).acquire(Duration.ofSeconds(30)).close();
		}
	}

	private void overflow(InMemoryNode node, int kind) {
		try {
			deeper(node, kind, 0);
		}
		catch (StackOverflowError ex) {
			// As in any container: this thread's request has failed.
		}
	}

	private void deeper(InMemoryNode node, int kind, int depth) {
		FencedLock lock = node.obtain(NAMES[kind], depth % LOCKS);
		switch (kind) {
			case 0 -> {
				try (LockHandle held = lock.tryAcquire().orElse(null)) {
					deeper(node, kind, depth + 1);
				}
			}
			case 1 -> {
				boolean locked = lock.tryLock();
				try {
					deeper(node, kind, depth + 1);
				}
				finally {
					if (locked) {
						lock.unlock();
					}
				}
			}
			default -> {
				lock.acquireAsync(Duration.ofSeconds(1)).thenAccept(CLOSE);
				deeper(node, kind, depth + 1);
			}
		}
	}

}

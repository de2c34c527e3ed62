package io.pulsarlock.session;

import java.time.Duration;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockLostException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a hold that is released and lost at the same moment ends once, and that its
 * listeners agree; and that a limit that is set at the moment of the loss counts or
 * fails.
 */
class HoldRaceTests {

	@Test
	void endsOnceAndTellsOnlyOfALoss() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(3);
		CyclicBarrier start = new CyclicBarrier(3);
		int lost = 0;
		try {
			for (int i = 0; i < 20_000; i++) {
				ManualLoop loop = new ManualLoop(0);
				SessionLease session = new SessionLease(new UUID(0, i), 1000, 400, 0);
				session.confirmed(session.sending(0));
				AtomicInteger ends = new AtomicInteger();
				AtomicInteger told = new AtomicInteger();
				Hold hold = new Hold("any", 1, loop, session, null, Runnable::run, (ended) -> ends.incrementAndGet());
				Future<?> losing = threads.submit(() -> {
					start.await();
					hold.lose(Reason.ENDED_BY_CLUSTER);
					return null;
				});
				Future<?> listening = threads.submit(() -> {
					start.await();
					hold.onLost((event) -> told.incrementAndGet());
					return null;
				});
				start.await();
				boolean released = hold.release() == null;
				losing.get();
				listening.get();
				loop.runAll();
				assertThat(ends).hasValue(1);
				assertThat(hold.isHeld()).isFalse();
				assertThat(hold.lost() == null).isEqualTo(released);
				assertThat(told).hasValue(released ? 0 : 1);
				lost += released ? 0 : 1;
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(lost).as("both ends happen").isBetween(1, 19_999);
	}

	@Test
	void limitThatIsSetWhenTheFormerOneEndsCountsOrFails() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(1);
		CyclicBarrier start = new CyclicBarrier(2);
		int lost = 0;
		try {
			for (int i = 0; i < 20_000; i++) {
				SharedLoop loop = new SharedLoop();
				SessionLease session = new SessionLease(new UUID(0, i), 1000, 400, 0);
				session.confirmed(session.sending(0));
				AtomicInteger told = new AtomicInteger();
				Hold hold = new Hold("any", 1, loop, session, Duration.ofNanos(100), Runnable::run, (ended) -> {
				});
				hold.onLost((event) -> told.incrementAndGet());
				loop.now.set(99);
				Future<Boolean> looking = threads.submit(() -> {
					start.await();
					loop.now.set(100);
					return hold.isHeld();
				});
				start.await();
				boolean counts = true;
				try {
					hold.holdFor(Duration.ofNanos(200));
				}
				catch (LockLostException ex) {
					counts = false;
				}
				assertThat(looking.get()).isEqualTo(counts);
				assertThat(hold.isHeld()).isEqualTo(counts);
				loop.tasks.forEach(Runnable::run);
				assertThat(told).hasValue(counts ? 0 : 1);
				lost += counts ? 0 : 1;
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(lost).as("both happen").isBetween(1, 19_999);
	}

	/** A loop whose clock and tasks several threads use. */
	private static final class SharedLoop implements RepeatingLoop {

		private final AtomicLong now = new AtomicLong();

		private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

		@Override
		public long nanoTime() {
			return this.now.get();
		}

		@Override
		public void execute(Runnable task) {
			this.tasks.add(task);
		}

		@Override
		public Timer schedule(long delayNanos, Runnable task) {
			throw new UnsupportedOperationException();
		}

	}

}

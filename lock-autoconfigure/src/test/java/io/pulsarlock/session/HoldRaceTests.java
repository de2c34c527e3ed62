package io.pulsarlock.session;

import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import io.pulsarlock.LockLoss.Reason;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a hold that is released and lost at the same moment ends once, and that its
 * listeners agree.
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

}

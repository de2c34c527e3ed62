package io.pulsarlock.test;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.broker.PulsarBroker;

/**
 * Measures the heap that locks cost: names used once and idle, and locks that are held.
 * Run it with
 * {@code java -cp 'lock-test/target/test-classes:lock-test/target/classes:lock-test/target/lib/*'
 * io.pulsarlock.test.LockFootprint [idle names] [held locks]}.
 */
final class LockFootprint {

	private LockFootprint() {
	}

	public static void main(String[] args) throws Exception {
		int idle = (args.length > 0) ? Integer.parseInt(args[0]) : 100_000;
		int held = (args.length > 1) ? Integer.parseInt(args[1]) : 10_000;
		try (PulsarBroker broker = PulsarBroker.start(false, Map.of());
				LockNode locks = PulsarLocks.at(broker.serviceUrl()).cluster("footprint").connect()) {
			locks.awaitJoined(Duration.ofSeconds(20));
			locks.obtain("first").acquire(Duration.ofSeconds(10)).close();
			long before = heap();
			for (int i = 0; i < idle; i++) {
				locks.obtain("idle", i).acquire(Duration.ofSeconds(10)).close();
			}
			long afterIdle = heap();
			System.out.printf("%d names, each held once and idle: %.2f MB of heap%n", idle, (afterIdle - before) / 1e6);
			List<LockHandle> all = new ArrayList<>();
			for (int i = 0; i < held; i++) {
				all.add(locks.obtain("held", i).acquire(Duration.ofSeconds(10)));
			}
			System.out.printf("%d locks held: %.1f MB of heap%n", held, (heap() - afterIdle) / 1e6);
			System.out.println("still held: " + all.stream().filter(LockHandle::isHeld).count());
			all.forEach(LockHandle::close);
		}
	}

	private static long heap() throws InterruptedException {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			System.gc();
			Thread.sleep(200);
			least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
		}
		return least;
	}

}

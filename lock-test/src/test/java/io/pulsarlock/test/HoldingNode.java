package io.pulsarlock.test;

import java.time.Duration;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;

/**
 * Takes one lock and holds it until it is lost or the process ends. Arguments: url,
 * cluster, lock, lease and grace in milliseconds, and for how many milliseconds the lock
 * rests, if it does.
 */
final class HoldingNode {

	private HoldingNode() {
	}

	public static void main(String[] args) throws Exception {
		try (LockNode locks = PulsarLocks.at(args[0])
			.cluster(args[1])
			.shards(1)
			.node("child-" + ProcessHandle.current().pid())
			.times(Duration.ofMillis(Long.parseLong(args[3])), Duration.ofMillis(Long.parseLong(args[4])))
			.connect()) {
			Runtime.getRuntime().addShutdownHook(new Thread(locks::close));
			LockHandle held = locks.obtain(args[2]).acquire(Duration.ofMinutes(2));
			Object end = new Object();
			held.onLost((lost) -> {
				System.out.println("LOST " + System.nanoTime() + " " + lost.reason());
				synchronized (end) {
					end.notifyAll();
				}
			});
			if (args.length > 5) {
				held.restFor(Duration.ofMillis(Long.parseLong(args[5]))).get();
			}
			System.out.println("HELD " + held.fencingToken());
			synchronized (end) {
				while (held.isHeld()) {
					end.wait(10);
				}
			}
			System.out.println("END " + System.nanoTime());
		}
	}

}

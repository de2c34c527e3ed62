package io.pulsarlock.test;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.sun.management.OperatingSystemMXBean;
import io.pulsarlock.FencedLock;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.broker.PulsarBroker;

/**
 * Measures how long a lock takes from one node to the next: all nodes want the same lock
 * and hold it for a while. They are in one process, so that processors limit them less
 * than processes of their own would. Run it with {@code java -cp
 * 'lock-test/target/test-classes:lock-test/target/classes:lock-test/target/lib/*'
 * io.pulsarlock.test.HandOverLatency <hints: true or false> <milliseconds it is held>
 * <seconds> <nodes>...}.
 */
final class HandOverLatency {

	private static final int WARM_UP_SECONDS = 8;

	private final boolean hints;

	private final long heldNanos;

	private volatile long released;

	private long last;

	private HandOverLatency(boolean hints, long heldNanos) {
		this.hints = hints;
		this.heldNanos = heldNanos;
	}

	public static void main(String[] args) throws Exception {
		HandOverLatency latency = new HandOverLatency(Boolean.parseBoolean(args[0]),
				(long) (Double.parseDouble(args[1]) * 1e6));
		int seconds = Integer.parseInt(args[2]);
		List<LockNode> nodes = new ArrayList<>();
		try (PulsarBroker broker = PulsarBroker.start(true, Map.of())) {
			for (int i = 3; i < args.length; i++) {
				while (nodes.size() < Integer.parseInt(args[i])) {
					LockNode node = latency.node(broker);
					nodes.add(node);
					node.awaitJoined(Duration.ofSeconds(20));
				}
				latency.measure(nodes, WARM_UP_SECONDS);
				System.out.println(latency.measure(nodes, seconds));
			}
			nodes.forEach(LockNode::close);
		}
	}

	private LockNode node(PulsarBroker broker) {
		return PulsarLocks.at(broker.serviceUrl()).cluster("hand-over").shards(1).hints(this.hints).connect();
	}

	private String measure(List<LockNode> nodes, int seconds) throws InterruptedException {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
		this.last = 0;
		List<Waiter> waiters = nodes.stream().map((node) -> new Waiter(node.obtain("baton"), end)).toList();
		OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
		long processor = system.getProcessCpuTime();
		waiters.forEach(Thread::start);
		for (Waiter waiter : waiters) {
			waiter.join();
		}
		processor = system.getProcessCpuTime() - processor;
		Times all = new Times();
		waiters.forEach((waiter) -> all.addAll(waiter.times));
		return String.format("%d nodes: hand-overs %s; %.2f ms of processor each", nodes.size(), all,
				processor / 1e6 / all.count());
	}

	/** Takes the lock, holds it, and releases it, again and again. */
	private final class Waiter extends Thread {

		private final FencedLock lock;

		private final long end;

		private final Times times = new Times();

		Waiter(FencedLock lock, long end) {
			this.lock = lock;
			this.end = end;
		}

		@Override
		public void run() {
			while (System.nanoTime() - this.end < 0) {
				try (LockHandle held = this.lock.acquire(Duration.ofSeconds(20))) {
					long now = System.nanoTime();
					if (HandOverLatency.this.last != 0 && HandOverLatency.this.last != threadId()) {
						this.times.add(now - HandOverLatency.this.released);
					}
					HandOverLatency.this.last = threadId();
					LockSupport.parkNanos(HandOverLatency.this.heldNanos);
					HandOverLatency.this.released = System.nanoTime();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}
		}

		private long threadId() {
			return getId();
		}

	}

}

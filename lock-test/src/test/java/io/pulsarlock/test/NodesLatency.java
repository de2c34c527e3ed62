package io.pulsarlock.test;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.sun.management.OperatingSystemMXBean;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.broker.PulsarBroker;

/**
 * Measures how long an acquisition takes while other nodes use other locks of the same
 * shard: each node takes names that only it uses, at random moments, so nothing is
 * contended but the journal. All nodes are in one process, so that processors limit them
 * less than processes of their own would. Run it with {@code java -cp
 * 'lock-test/target/test-classes:lock-test/target/classes:lock-test/target/lib/*'
 * io.pulsarlock.test.NodesLatency <acquisitions a second and node> <seconds> <nodes>...}.
 */
final class NodesLatency {

	private static final int NAMES = 100;

	private static final int WARM_UP_SECONDS = 5;

	private NodesLatency() {
	}

	public static void main(String[] args) throws Exception {
		double rate = Double.parseDouble(args[0]);
		int seconds = Integer.parseInt(args[1]);
		List<LockNode> nodes = new ArrayList<>();
		try (PulsarBroker broker = PulsarBroker.start(true, Map.of())) {
			for (int i = 2; i < args.length; i++) {
				while (nodes.size() < Integer.parseInt(args[i])) {
					LockNode node = PulsarLocks.at(broker.serviceUrl())
						.cluster("nodes")
						.shards(1)
						.cache(Duration.ZERO, 1)
						.connect();
					nodes.add(node);
					node.awaitJoined(Duration.ofSeconds(20));
				}
				measure(nodes, rate, WARM_UP_SECONDS);
				System.out.println(measure(nodes, rate, seconds));
			}
			nodes.forEach(LockNode::close);
		}
	}

	private static String measure(List<LockNode> nodes, double rate, int seconds) throws InterruptedException {
		List<Client> clients = nodes.stream().map((node) -> new Client(node, rate, seconds)).toList();
		OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
		long processor = system.getProcessCpuTime();
		clients.forEach(Thread::start);
		for (Client client : clients) {
			client.join();
		}
		processor = system.getProcessCpuTime() - processor;
		Times all = new Times();
		clients.forEach((client) -> all.addAll(client.times));
		return String.format("%d nodes x %.0f a second: %s; %.2f ms of processor each", nodes.size(), rate, all,
				processor / 1e6 / all.count());
	}

	/**
	 * Takes and releases locks of its own, at moments that do not depend on the others.
	 */
	private static final class Client extends Thread {

		private final LockNode node;

		private final double rate;

		private final long end;

		private final Times times = new Times();

		Client(LockNode node, double rate, int seconds) {
			this.node = node;
			this.rate = rate;
			this.end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
		}

		@Override
		public void run() {
			ThreadLocalRandom random = ThreadLocalRandom.current();
			long next = System.nanoTime();
			while (next - this.end < 0) {
				next += (long) (-Math.log(1 - random.nextDouble()) * 1e9 / this.rate);
				for (long now = System.nanoTime(); now - next < 0; now = System.nanoTime()) {
					LockSupport.parkNanos(next - now);
				}
				long begin = System.nanoTime();
				try (LockHandle held = this.node.obtain(getName() + '-' + random.nextInt(NAMES))
					.acquire(Duration.ofSeconds(20))) {
					this.times.add(System.nanoTime() - begin);
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}
		}

	}

}

package io.pulsarlock.test;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import io.pulsarlock.test.broker.PulsarBroker;

/**
 * Measures what the operations of one node cost this node and a node that only listens,
 * and how long a node takes to join meanwhile. Run it with {@code java -cp
 * 'lock-test/target/test-classes:lock-test/target/classes:lock-test/target/lib/*'
 * io.pulsarlock.test.JournalLoad [acquires per second] [seconds]}.
 */
final class JournalLoad {

	private static final int NAMES = 5000;

	private static final int JOINS = 5;

	private JournalLoad() {
	}

	public static void main(String[] args) throws Exception {
		int rate = (args.length > 0) ? Integer.parseInt(args[0]) : 1000;
		long seconds = (args.length > 1) ? Long.parseLong(args[1]) : 30;
		ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
		try (PulsarBroker broker = PulsarBroker.start(false, Map.of());
				LockNode locks = node(broker.serviceUrl(), "worker");
				AutoCloseable load = timer::shutdownNow) {
			AtomicLong begun = new AtomicLong();
			AtomicLong done = new AtomicLong();
			timer.scheduleAtFixedRate(() -> locks.obtain("name", begun.getAndIncrement() % NAMES)
				.acquireAsync(Duration.ofSeconds(10))
				.thenAccept((held) -> {
					held.close();
					done.incrementAndGet();
				}), 0, TimeUnit.SECONDS.toNanos(1) / rate, TimeUnit.NANOSECONDS);
			Process listener = listener(broker.serviceUrl(), seconds);
			// The compiler's share is excluded.
			TimeUnit.SECONDS.sleep(seconds);
			long before = done.get();
			Cost cost = Cost.now();
			listener.waitFor();
			long count = done.get() - before;
			Cost used = Cost.now().since(cost);
			System.out.printf("worker: %d of %d acquires done, %.0f us of CPU and %.1f kB of garbage for each%n",
					done.get(), begun.get(), used.cpuNanos() / 1e3 / count, used.bytes() / 1e3 / count);
			double[] joins = new double[JOINS];
			for (int i = 0; i < JOINS; i++) {
				long begin = System.nanoTime();
				node(broker.serviceUrl(), "joining-" + i).close();
				joins[i] = (System.nanoTime() - begin) / 1e9;
			}
			Arrays.sort(joins);
			System.out.printf("joining: %.2f s in the median, %.2f at most, at %d records%n", joins[JOINS / 2],
					joins[JOINS - 1], 2 * done.get());
		}
	}

	/** Without the lock cache, so that each acquire and each release is a record. */
	private static LockNode node(String serviceUrl, String name) throws InterruptedException {
		LockNode node = PulsarLocks.at(serviceUrl)
			.cluster("default")
			.shards(1)
			.node(name)
			.cache(Duration.ZERO, 1)
			.connect();
		node.awaitJoined(Duration.ofSeconds(60));
		return node;
	}

	private static Process listener(String serviceUrl, long seconds) throws Exception {
		return new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), Listener.class.getName(), serviceUrl, "" + seconds))
			.inheritIO()
			.start();
	}

	/** The node that only listens: warms up, is measured, and ends. */
	static final class Listener {

		private Listener() {
		}

		public static void main(String[] args) throws Exception {
			long seconds = Long.parseLong(args[1]);
			try (LockNode locks = node(args[0], "listener")) {
				TimeUnit.SECONDS.sleep(seconds);
				Cost cost = Cost.now();
				TimeUnit.SECONDS.sleep(seconds);
				Cost used = Cost.now().since(cost);
				System.out.printf("listener: %.1f %% of a processor, %.1f MB/s of garbage%n",
						used.cpuNanos() / 1e7 / seconds, used.bytes() / 1e6 / seconds);
			}
		}

	}

	/** The resources that this process has used. */
	private record Cost(double cpuNanos, double bytes) {

		static Cost now() {
			ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
			long bytes = Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds())).sum();
			return new Cost(((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime(),
					bytes);
		}

		Cost since(Cost before) {
			return new Cost(this.cpuNanos - before.cpuNanos, this.bytes - before.bytes);
		}

	}

}

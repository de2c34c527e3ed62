package io.pulsarlock.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.pulsarlock.pulsar.TopicSettings;
import io.pulsarlock.test.broker.PulsarBroker;

import static org.awaitility.Awaitility.await;

/**
 * Measures the costs of many locks that one node holds and another one awaits: processor
 * time of the nodes and the broker, objects at the broker, lines of log, the effect of an
 * unload, and the time of the hand-over after {@code kill -9}. One broker, a process for
 * each node, default settings. Needs Linux. Run it with {@code java -cp
 * 'lock-test/target/test-classes:lock-test/target/classes:lock-test/target/lib/*'
 * io.pulsarlock.test.ManyLocks [locks] [seconds of each measurement] [seconds before
 * it]}. A node does so little per second that it takes minutes until its code is
 * compiled.
 */
final class ManyLocks {

	private static final Duration LIMIT = Duration.ofMinutes(5);

	private static final int SHARDS = 4;

	private final String cluster = "m" + UUID.randomUUID();

	private final PulsarBroker broker;

	private final int locks;

	private final int seconds;

	private final int warmUp;

	private ManyLocks(PulsarBroker broker, int locks, int seconds, int warmUp) {
		this.broker = broker;
		this.locks = locks;
		this.seconds = seconds;
		this.warmUp = warmUp;
	}

	public static void main(String[] args) throws Exception {
		int locks = (args.length > 0) ? Integer.parseInt(args[0]) : 1000;
		int seconds = (args.length > 1) ? Integer.parseInt(args[1]) : 60;
		int warmUp = (args.length > 2) ? Integer.parseInt(args[2]) : 300;
		try (PulsarBroker broker = PulsarBroker.start(false, Map.of())) {
			new ManyLocks(broker, locks, seconds, warmUp).run();
		}
	}

	private void run() throws Exception {
		long server = ProcessHandle.current()
			.descendants()
			.filter(ProcessHandle::isAlive)
			.findFirst()
			.orElseThrow()
			.pid();
		try (NodeProcess a = node("a"); NodeProcess b = node("b")) {
			for (NodeProcess node : List.of(a, b)) {
				await().atMost(LIMIT).until(() -> node.said("JOINED"));
			}
			measure("nothing held", server, a, b);
			a.say("hold " + this.locks);
			await().atMost(LIMIT).until(() -> a.said("HELD"));
			measure(this.locks + " held by a", server, a, b);
			int lines = b.lines().size();
			b.say("await " + this.locks);
			await().atMost(LIMIT).until(() -> b.said("AWAITED"));
			int asked = b.lines().size();
			measure(this.locks + " held by a and awaited by b", server, a, b);
			System.out.printf("lines of log at the waiting node: %d while it asks, %d in %d s of waiting%n",
					asked - lines - 1, b.lines().size() - asked, this.warmUp + this.seconds);
			System.out.println("subscriptions at the broker: " + subscriptions());
			System.out.println("jeopardy without a fault: " + count(a, "JEOPARDY"));
			unload(a);
			kill(a, b);
		}
	}

	private NodeProcess node(String name) {
		return NodeProcess.start(ManyLocksNode.class, this.broker.serviceUrl(), this.cluster, name);
	}

	private void unload(NodeProcess a) throws Exception {
		int before = a.lines().size();
		long begin = System.nanoTime();
		for (int shard = 0; shard < SHARDS; shard++) {
			this.broker.admin().unload(TopicSettings.of(this.cluster).topic(shard));
		}
		a.say("again");
		await().atMost(LIMIT).until(() -> a.lines().subList(before, a.lines().size()).contains("AGAIN"));
		System.out.printf("unload of all topics: a lock of each shard was granted %d ms later%n",
				(System.nanoTime() - begin) / 1_000_000);
		TimeUnit.SECONDS.sleep(8);
		List<String> since = a.lines().subList(before, a.lines().size());
		System.out.printf("  jeopardy %d, recovered %d, lost %d of %d%n", count(since, "JEOPARDY"),
				count(since, "RECOVERED"), count(since, "LOST"), this.locks);
	}

	private void kill(NodeProcess a, NodeProcess b) {
		long killed = System.currentTimeMillis();
		a.signal("KILL");
		await().atMost(LIMIT).until(() -> b.said("LAST"));
		System.out.printf("kill -9: the first lock goes on after %d ms, the last of %d after %d ms%n",
				b.number("FIRST") - killed, this.locks, b.number("LAST") - killed);
	}

	private static long count(NodeProcess node, String word) {
		return count(node.lines(), word);
	}

	private static long count(List<String> lines, String word) {
		return lines.stream().filter(word::equals).count();
	}

	private int subscriptions() {
		int count = 0;
		for (int shard = 0; shard < SHARDS; shard++) {
			count += this.broker.admin()
				.stats(TopicSettings.of(this.cluster).topic(shard))
				.split("\"isDurable\"|\"durable\"", -1).length - 1;
		}
		return count;
	}

	private void measure(String what, long server, NodeProcess a, NodeProcess b) throws Exception {
		TimeUnit.SECONDS.sleep(this.warmUp);
		long[] pids = { server, a.pid(), b.pid() };
		long[] before = new long[pids.length];
		for (int i = 0; i < pids.length; i++) {
			before[i] = processorMillis(pids[i]);
		}
		long wakeUps = sessionWakeUps(a.pid());
		long begin = System.nanoTime();
		TimeUnit.SECONDS.sleep(this.seconds);
		double passed = (System.nanoTime() - begin) / 1e9;
		System.out.printf(
				"%s: broker %.1f, a %.1f, b %.1f ms/s of processor; the sessions of a wake up %.1f times a second%n",
				what, (processorMillis(pids[0]) - before[0]) / passed, (processorMillis(pids[1]) - before[1]) / passed,
				(processorMillis(pids[2]) - before[2]) / passed, (sessionWakeUps(a.pid()) - wakeUps) / passed);
	}

	private static long processorMillis(long pid) throws IOException {
		String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
		String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
		// In ticks of 10 ms.
		return 10 * (Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
	}

	private static long sessionWakeUps(long pid) throws IOException {
		try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
			for (Path task : tasks.toList()) {
				if (Files.readString(task.resolve("comm")).startsWith("pulsar-lock-ses")) {
					return Files.readAllLines(task.resolve("status"))
						.stream()
						.filter((line) -> line.startsWith("voluntary_ctxt_switches"))
						.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")))
						.sum();
				}
			}
		}
		return 0;
	}

}

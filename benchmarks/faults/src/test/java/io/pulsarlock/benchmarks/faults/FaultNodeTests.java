package io.pulsarlock.benchmarks.faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.pulsarlock.test.broker.TestPulsar;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests nodes as the campaign uses them, each in a process of its own, with a real
 * broker.
 */
class FaultNodeTests {

	private static final List<String> LOCKS = List.of("short-0", "short-1", "short-2", "short-3", "short-4", "short-5",
			"long-0", "long-1");

	private static final Pattern LINE = Pattern.compile("(S \\d+ \\w+ \\d+|[JBZ] \\d+|G \\d+ [\\w:-]+ [1-9]\\d*"
			+ "|E \\d+ [\\w:-]+ [1-9]\\d* \\d+ (RELEASED|LOST)|L \\d+ [\\w:-]+ [1-9]\\d* [A-Z_]+"
			+ "|F \\d+ \\d+ [1-9]\\d*|T \\d+ [\\w:-]+|U \\d+ [\\w:-]+ \\w+|M \\d+ \\d+ \\d+ \\d+ \\d+)");

	private final String cluster = "f" + UUID.randomUUID();

	private final List<NodeUnderTest> nodes = new ArrayList<>();

	@TempDir
	private Path dir;

	@AfterEach
	void killAll() {
		this.nodes.forEach(NodeUnderTest::close);
	}

	private NodeUnderTest node(String name, String... args) {
		List<String> all = new ArrayList<>(
				List.of("--spring.pulsar.client.service-url=" + TestPulsar.shared().serviceUrl(),
						"--pulsar-lock.cluster=" + this.cluster, "--pulsar-lock.session.lease=6s",
						"--pulsar-lock.session.reconnect-grace=2s", "--faults.hold=50ms", "--faults.long-hold=400ms"));
		all.addAll(List.of(args));
		NodeUnderTest node = new NodeUnderTest(name, this.dir.resolve(name), all.toArray(String[]::new));
		this.nodes.add(node);
		return node;
	}

	private ConditionFactory soon() {
		return await().atMost(90, TimeUnit.SECONDS)
			.conditionEvaluationListener((condition) -> this.nodes
				.forEach((node) -> assertThat(node.history("X")).as(() -> String.join("\n", node.said())).isEmpty()));
	}

	/** Waits until a node was granted each lock this many more times. */
	private void awaitProgress(NodeUnderTest node, int times) {
		List<Long> before = LOCKS.stream().map(node::grants).toList();
		soon().until(() -> Stream.iterate(0, (i) -> i < LOCKS.size(), (i) -> i + 1)
			.allMatch((i) -> node.grants(LOCKS.get(i)) >= before.get(i) + times));
	}

	@Test
	void twoNodesTakeTurnsAndWriteItDown() throws Exception {
		NodeUnderTest a = node("a");
		soon().until(() -> a.saidTimes("JOINED") == 1 && a.history("F").size() >= 2);
		NodeUnderTest b = node("b");
		soon().until(() -> b.saidTimes("JOINED") == 1);
		awaitProgress(a, 3);
		awaitProgress(b, 3);

		a.command("RESIGN");
		soon().until(() -> b.grants("group:jobs") == 1 && b.history("F").size() >= 2);
		a.command("MEASURE");
		soon().until(() -> a.history("M").size() == 1);
		a.command("QUIESCE");
		soon().until(() -> a.saidTimes("QUIET") == 1);
		int granted = a.history("G").size();
		assertThat(open(a)).isEmpty();
		awaitProgress(b, 3);
		assertThat(a.history("G")).hasSize(granted);
		a.command("RESUME");
		awaitProgress(a, 3);

		b.kill();
		awaitProgress(a, 3);
		NodeUnderTest again = node("b");
		awaitProgress(again, 2);
		assertThat(again.history("S")).hasSize(2);
		assertThat(a.end()).as(() -> String.join("\n", a.said())).isZero();
		assertThat(a.history()).last().asString().startsWith("Z ");
		assertThat(a.history("B")).hasSize(1);
		assertThat(open(a)).isEmpty();
		awaitProgress(again, 2);
		assertThat(again.end()).isZero();

		for (NodeUnderTest node : List.of(a, again)) {
			assertThat(node.history()).allMatch(LINE.asMatchPredicate());
		}
		assertTokensGrow(a, again);
		assertThat(fireTimes(a, again)).doesNotHaveDuplicates();
	}

	@Test
	void controlWithoutLibraryTakesTurnsToo() throws Exception {
		NodeUnderTest a = node("a", "--faults.mode=failover");
		NodeUnderTest b = node("b", "--faults.mode=failover");
		awaitProgress(a, 1);
		awaitProgress(b, 1);
		soon().until(() -> a.history("F").size() + b.history("F").size() >= 2);
		a.command("QUIESCE");
		soon().until(() -> a.saidTimes("QUIET") == 1);
		assertThat(open(a)).filteredOn(Predicate.not("group:jobs"::equals)).isEmpty();
		a.command("RESUME");
		awaitProgress(a, 1);
		assertThat(a.end()).as(() -> String.join("\n", a.said())).isZero();
		assertThat(open(a)).isEmpty();
	}

	/** The locks of the last run of a node without a recorded end. */
	private static Set<String> open(NodeUnderTest node) {
		Set<String> open = new HashSet<>();
		for (String line : node.history()) {
			String[] words = line.split(" ");
			switch (words[0]) {
				case "S" -> open.clear();
				case "G" -> open.add(words[2]);
				case "E" -> assertThat(open.remove(words[2])).as(line).isTrue();
				default -> {
				}
			}
		}
		return open;
	}

	private static void assertTokensGrow(NodeUnderTest... nodes) {
		List<String[]> grants = Stream.of(nodes)
			.flatMap((node) -> node.history("G").stream())
			.map((line) -> line.split(" "))
			.sorted(Comparator.comparing((words) -> Long.parseLong(words[1])))
			.toList();
		for (String lock : LOCKS) {
			List<Long> tokens = grants.stream()
				.filter((words) -> words[2].equals(lock))
				.map((words) -> Long.parseLong(words[3]))
				.toList();
			assertThat(tokens).as(lock).doesNotHaveDuplicates().isSorted();
		}
	}

	private static List<String> fireTimes(NodeUnderTest... nodes) {
		return Stream.of(nodes)
			.flatMap((node) -> node.history("F").stream())
			.map((line) -> line.split(" ")[2])
			.toList();
	}

}

package io.pulsarlock.starter;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.pulsarlock.test.broker.TestPulsar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests one job on three nodes, each in a process of its own: every fire time is run
 * once, by one of them, even when the leader is killed.
 */
@Tag("proof")
class SchedulingTests {

	private static final Duration GRACE = Duration.ofSeconds(2);

	private final List<Node> nodes = new ArrayList<>();

	private final List<Fire> fires = new CopyOnWriteArrayList<>();

	private final String cluster = "s" + UUID.randomUUID();

	@AfterEach
	void killAll() {
		this.nodes.forEach(Node::kill);
	}

	@Test
	void eachFireTimeIsRunOnceAlsoWhenTheLeaderIsKilled() throws IOException {
		for (int i = 0; i < 3; i++) {
			this.nodes.add(new Node("node" + i));
		}
		await().atMost(90, TimeUnit.SECONDS).until(() -> this.fires.size() >= 12);
		Node leader = this.fires.get(this.fires.size() - 1).node();
		leader.kill();
		int before = this.fires.size();
		await().atMost(60, TimeUnit.SECONDS)
			.until(() -> this.fires.size() >= Math.max(before + 15, 30)
					&& this.fires.get(this.fires.size() - 1).node() != leader);
		List<Long> times = this.fires.stream().map(Fire::second).toList();
		assertThat(times).doesNotHaveDuplicates().isSorted();
		assertThat(this.fires.stream().map(Fire::term).distinct().toList()).hasSize(2).isSorted();
		long longest = 0;
		for (int i = 1; i < times.size(); i++) {
			longest = Math.max(longest, times.get(i) - times.get(i - 1));
		}
		System.out.println(times.size() + " fire times on 3 nodes, each once; after kill -9 of the leader "
				+ (longest - 1) + " were left out (reconnect grace " + GRACE.toSeconds() + " s)");
		assertThat(longest).isLessThanOrEqualTo(GRACE.toSeconds() + 4);
	}

	/**
	 * One run of the job.
	 *
	 * @param second the fire time
	 * @param term the leader's term
	 * @param node the node that ran it
	 */
	private record Fire(long second, long term, Node node) {
	}

	private final class Node {

		private final Process process;

		Node(String name) throws IOException {
			this.process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
					"-Xmx128m", "-cp", System.getProperty("java.class.path"), ScheduledApplication.class.getName(),
					"--spring.pulsar.client.service-url=" + TestPulsar.shared().serviceUrl(),
					"--pulsar-lock.cluster=" + SchedulingTests.this.cluster, "--pulsar-lock.node=" + name,
					"--pulsar-lock.session.lease=6s",
					"--pulsar-lock.session.reconnect-grace=" + GRACE.toSeconds() + "s", "--spring.main.banner-mode=off",
					"--logging.level.root=warn")
				.redirectError(ProcessBuilder.Redirect.INHERIT)
				.start();
			Thread reader = new Thread(this::read, name);
			reader.setDaemon(true);
			reader.start();
		}

		private void read() {
			try (BufferedReader lines = this.process.inputReader()) {
				for (String line = lines.readLine(); line != null; line = lines.readLine()) {
					if (line.startsWith("FIRE ")) {
						String[] words = line.split(" ");
						SchedulingTests.this.fires
							.add(new Fire(Long.parseLong(words[1]), Long.parseLong(words[2]), this));
					}
				}
			}
			catch (IOException ex) {
				// Killed.
			}
		}

		void kill() {
			this.process.destroyForcibly();
		}

	}

}

package io.pulsarlock.test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import io.pulsarlock.test.broker.PulsarBroker;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests what an application without configured log levels logs during an outage.
 */
@Tag("proof")
class OutageLogTests {

	/** Longer than a lease, and than the longest pause of the client. */
	private static final Duration OUTAGE = Duration.ofSeconds(37);

	@Test
	void outageIsToldInFewLines() throws Exception {
		try (PulsarBroker broker = PulsarBroker.start();
				NodeProcess node = NodeProcess.start(OutageNode.class, broker.serviceUrl(), "o" + UUID.randomUUID())) {
			await().atMost(30, TimeUnit.SECONDS)
				.until(() -> node.said("HELD") && node.logged("has joined the lock cluster")
						&& node.logged("leads group 'group'"));
			long killed = System.nanoTime();
			int before = node.lines().size();
			broker.kill();
			await().atMost(60, TimeUnit.SECONDS).until(() -> System.nanoTime() - killed > OUTAGE.toNanos());
			broker.restart();
			long served = System.currentTimeMillis();
			AtomicLong inTouch = new AtomicLong();
			await().atMost(90, TimeUnit.SECONDS).pollInterval(10, TimeUnit.MILLISECONDS).until(() -> {
				if (inTouch.get() == 0 && node.logged("is back in the lock cluster")) {
					inTouch.set(System.currentTimeMillis());
				}
				return said(node, before).startsWith("BACK ");
			});
			List<String> lines = since(node, before).filter((line) -> line.startsWith("LOG ")).toList();
			Files.write(Path.of("target", "outage.log"), lines);
			List<String> own = lines.stream().filter((line) -> line.contains(" i.p.")).toList();
			System.out.println("an outage of " + OUTAGE.toSeconds() + " s: " + own.size() + " lines of the library, "
					+ (lines.size() - own.size()) + " of the Pulsar client; in touch " + (inTouch.get() - served)
					+ " ms after the broker served, a lock granted "
					+ (Long.parseLong(said(node, before).substring(5)) - served) + " ms after");
			// Including four each time the broker accepts a connection too early.
			assertThat(lines).hasSizeLessThan(100);
			assertThat(lines.stream().filter((line) -> line.contains("Failed to open connection"))).hasSizeLessThan(20);
			// For the group: no longer led, without a leader, with a leader again, led
			// again.
			assertThat(own).hasSizeLessThanOrEqualTo(6);
			assertThat(own.stream().filter((line) -> line.contains("Node 'node'"))).satisfiesExactly(
					(line) -> assertThat(line).contains("WARN", "has lost touch"),
					(line) -> assertThat(line).contains("INFO", "is back"));
		}
	}

	private static Stream<String> since(NodeProcess node, int before) {
		List<String> lines = List.copyOf(node.lines());
		return lines.subList(before, lines.size()).stream();
	}

	/** That a lock was granted again; a busy machine may have had others before. */
	private static String said(NodeProcess node, int before) {
		return since(node, before).filter((line) -> line.startsWith("BACK ")).reduce("", (first, last) -> last);
	}

}

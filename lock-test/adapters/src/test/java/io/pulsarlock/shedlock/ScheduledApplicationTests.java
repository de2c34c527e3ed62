package io.pulsarlock.shedlock;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

import io.pulsarlock.adapters.ApplicationProcess;
import io.pulsarlock.adapters.Protocol;
import io.pulsarlock.adapters.Protocol.Entry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Runs an application with three jobs of ShedLock on two nodes, one of which is killed
 * amid its longest job.
 */
@Tag("proof")
class ScheduledApplicationTests {

	private final Protocol protocol = new Protocol();

	private final String cluster = "shedlock-" + UUID.randomUUID();

	@Test
	void nothingRunsTwiceOrGetsStuck() throws Exception {
		try (ApplicationProcess first = start("first")) {
			await().atMost(Duration.ofSeconds(90)).until(() -> !this.protocol.of("archive").isEmpty());
			try (ApplicationProcess second = start("second")) {
				// Both work; and the archive outlives its lock's limit.
				await().atMost(Duration.ofSeconds(90))
					.until(() -> !this.protocol.of("import", "second").isEmpty() && !isEarly("archive", 35));
				assertThat(this.protocol.of("archive")).extracting(Entry::node).containsOnly("first");
				first.kill();
				await().atMost(Duration.ofSeconds(30))
					.until(() -> !this.protocol.of("archive", "second").isEmpty()
							&& !this.protocol.of("report", "second").isEmpty());
				int imports = this.protocol.of("import", "second").size();
				int reports = this.protocol.of("report", "second").size();
				await().atMost(Duration.ofSeconds(30))
					.until(() -> this.protocol.of("import", "second").size() > imports + 4
							&& this.protocol.of("report", "second").size() > reports + 2);
			}
		}
		List<String> fireTimes = this.protocol.of("report").stream().map(Entry::what).toList();
		assertThat(fireTimes).hasSizeGreaterThan(10).doesNotHaveDuplicates().isSorted();
		assertThat(this.protocol.assertOneAtATime("import")).isGreaterThan(10);
		assertThat(this.protocol.assertOneAtATime("archive")).isEqualTo(2);
	}

	private boolean isEarly(String job, long seconds) {
		return System.nanoTime() - this.protocol.of(job).get(0).at() < Duration.ofSeconds(seconds).toNanos();
	}

	private ApplicationProcess start(String node) {
		return new ApplicationProcess(ScheduledApplication.class, this.cluster, node, this.protocol);
	}

}

package io.pulsarlock.test.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link ChildProcess}.
 */
class ChildProcessTests {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	@Test
	void whoEndsBeforeItServesIsStartedOnceMore(@TempDir Path dir) {
		ChildProcess process = process("zookeeper", dir);
		AtomicInteger asked = new AtomicInteger();
		try {
			process.start(() -> {
				if (asked.incrementAndGet() == 1) {
					process.kill();
				}
				return process.isAlive();
			}, LIMIT);
			assertThat(asked).hasValue(2);
			assertThat(process.isAlive()).isTrue();
		}
		finally {
			process.kill();
		}
	}

	@Test
	void whoEndsAgainIsReportedWithTheEndOfItsLog(@TempDir Path dir) {
		ChildProcess process = process("nobody", dir);
		assertThatIllegalStateException().isThrownBy(() -> process.start(() -> false, LIMIT))
			.withMessageContainingAll("The nobody process ended twice", "Exception");
		assertThat(process.isAlive()).isFalse();
	}

	@Test
	void whoDoesNotServeInTimeIsEnded(@TempDir Path dir) {
		ChildProcess process = process("zookeeper", dir);
		assertThatIllegalStateException().isThrownBy(() -> process.start(() -> false, Duration.ofMillis(1)))
			.withMessageContaining("did not come up within PT0.001S");
		assertThat(process.isAlive()).isFalse();
	}

	private static ChildProcess process(String role, Path dir) {
		return new ChildProcess(role, Map.of("zkPort", Integer.toString(ChildProcess.freePort()), "dir",
				dir.resolve("data").toString(), "ready", dir.resolve("ready").toString()), dir.resolve("log"));
	}

}

package io.pulsarlock.test.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

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
		Logger logger = (Logger) LoggerFactory.getLogger(ChildProcess.class);
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.start();
		logger.addAppender(log);
		logger.setAdditive(false);
		try {
			assertThatIllegalStateException().isThrownBy(() -> process.start(() -> false, LIMIT))
				.withMessageContainingAll("The nobody process ended twice", "Exception");
		}
		finally {
			logger.setAdditive(true);
			logger.detachAppender(log);
		}
		assertThat(process.isAlive()).isFalse();
		assertThat(log.list).singleElement()
			.satisfies((event) -> assertThat(event.getFormattedMessage())
				.contains("The nobody process ended before it was ready and is started once more", "Exception"));
	}

	@Test
	void whoDoesNotServeInTimeIsEnded(@TempDir Path dir) {
		ChildProcess process = process("zookeeper", dir);
		assertThatIllegalStateException().isThrownBy(() -> process.start(() -> false, Duration.ofMillis(1)))
			.withMessageContaining("was not ready within PT0.001S");
		assertThat(process.isAlive()).isFalse();
	}

	private static ChildProcess process(String role, Path dir) {
		return new ChildProcess(role, Map.of("zkPort", Integer.toString(ChildProcess.freePort()), "dir",
				dir.resolve("data").toString(), "ready", dir.resolve("ready").toString()), dir.resolve("log"));
	}

}

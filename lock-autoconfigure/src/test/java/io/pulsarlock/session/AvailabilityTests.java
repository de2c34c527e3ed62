package io.pulsarlock.session;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.LockConfigurationException;
import io.pulsarlock.LockLoss.Reason;
import io.pulsarlock.LockUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class AvailabilityTests {

	private final Availability availability = new Availability(SessionSettings.of("a").withShards(4));

	private final LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());

	private long now;

	@BeforeEach
	void logAsByDefault() {
		this.logging.setLogLevel(Availability.class.getName(), LogLevel.INFO);
	}

	/** The simulation ends thousands of sessions. */
	@AfterEach
	void logLittle() {
		this.logging.setLogLevel(Availability.class.getName(), null);
	}

	@Test
	void joiningIsOneLineWhateverTheNumberOfShards(CapturedOutput output) {
		joinAll();
		assertThat(lines(output)).singleElement().asString().contains("INFO", "has joined", "locks are available");
	}

	@Test
	void outageIsOneLineAndItsEndAnother(CapturedOutput output) {
		joinAll();
		for (int i = 0; i < 4; i++) {
			this.availability.sessionLost(i, Reason.CONNECTION_LOST, this.now);
		}
		for (int i = 0; i < 10; i++) {
			this.availability.failed(new LockUnavailableException("no answer"), this.now);
		}
		this.now += Duration.ofSeconds(37).toNanos();
		joinAll();
		assertThat(lines(output)).hasSize(3);
		assertThat(lines(output).get(1)).contains("WARN", "lost touch", "reconnect grace");
		assertThat(lines(output).get(2)).contains("INFO", "is back", "37 s", "has lost the locks it held");
	}

	@Test
	void sessionOfOneShardIsOneLineAndItsEndAnother(CapturedOutput output) {
		joinAll();
		this.availability.sessionLost(2, Reason.CONNECTION_LOST, this.now);
		this.availability.joined(2, this.now);
		this.availability.sessionLost(2, Reason.CONNECTION_LOST, this.now);
		assertThat(lines(output)).hasSize(4);
	}

	@Test
	void refusalIsSaidThoughTheOutageBeforeItWas(CapturedOutput output) {
		this.availability.failed(new LockUnavailableException("no answer"), this.now);
		this.availability.failed(new LockUnavailableException("no answer"), this.now);
		this.availability.failed(new LockConfigurationException("not allowed"), this.now);
		this.now += Duration.ofSeconds(5).toNanos();
		joinAll();
		assertThat(lines(output)).hasSize(3);
		assertThat(lines(output).get(1)).contains("not allowed");
		assertThat(lines(output).get(2)).contains("has joined", "after 5 s").doesNotContain("lost");
	}

	@Test
	void nodeThatStopsMissesNothing(CapturedOutput output) {
		joinAll();
		this.availability.end();
		this.availability.sessionLost(0, Reason.NODE_STOPPED, this.now);
		this.availability.failed(new LockUnavailableException("closed"), this.now);
		assertThat(lines(output)).hasSize(1);
	}

	private void joinAll() {
		for (int i = 0; i < 4; i++) {
			this.availability.joined(i, this.now);
		}
	}

	private static List<String> lines(CapturedOutput output) {
		return output.getAll().lines().filter((line) -> line.contains("Node 'a'")).toList();
	}

}

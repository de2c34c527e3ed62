package io.pulsarlock.benchmarks.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link WallClock} with a JVM that prints its clocks.
 */
@Timeout(60)
class WallClockTests {

	/** The first line may be slow, because two cores are shared. */
	private static final long TOLERANCE = 700;

	@TempDir
	private Path folder;

	private WallClock clock;

	private Process process;

	private BufferedReader out;

	@BeforeEach
	void start() throws IOException {
		assumeThat(WallClock.library()).as("Debian package libfaketime").isNotNull();
		this.clock = new WallClock(this.folder);
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-cp",
				System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
				Clocks.class.getName());
		builder.environment().putAll(this.clock.environment());
		this.process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
		this.out = new BufferedReader(new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8));
	}

	@AfterEach
	void end() {
		if (this.clock != null) {
			this.clock.close();
			this.process.destroyForcibly();
		}
	}

	@Test
	void jumpsForwardAndBackAndLeavesTheMonotonicClockAlone() throws Exception {
		long nanos = expectAhead(Duration.ZERO);
		long begin = System.nanoTime();
		this.clock.jump(Duration.ofMinutes(10));
		expectAhead(Duration.ofMinutes(10));
		this.clock.jump(Duration.ofMinutes(-40));
		expectAhead(Duration.ofMinutes(-30));
		this.clock.heal();
		long later = expectAhead(Duration.ZERO);
		long passed = Duration.ofNanos(System.nanoTime() - begin).toMillis();
		assertThat(Duration.ofNanos(later - nanos).toMillis()).isCloseTo(passed, within(TOLERANCE));
	}

	@Test
	void runsFastAndSlow() throws Exception {
		expectAhead(Duration.ZERO);
		this.clock.rate(5);
		await().until(() -> this.clock.offset().toMillis() > 8000);
		this.clock.rate(1);
		assertThat(this.clock.offset()).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(20));
		expectAhead(this.clock.offset());
		this.clock.rate(0.2);
		Duration ahead = this.clock.offset();
		await().until(() -> this.clock.offset().compareTo(ahead.minusSeconds(2)) < 0);
		this.clock.rate(1);
		assertThat(this.clock.offset()).isGreaterThan(ahead.minusSeconds(6));
		expectAhead(this.clock.offset());
	}

	@Test
	void timedWaitsStayTrue() throws Exception {
		this.clock.jump(Duration.ofHours(-1));
		expectAhead(Duration.ofHours(-1));
		this.clock.rate(3);
		// Waits half a second ten times, in the process, by its monotonic clock.
		assertThat(ask("wait")[0]).isBetween(5000L, 5600L);
	}

	@Test
	void processIsStoppedAndKilledAsAnyOther() throws Exception {
		expectAhead(Duration.ZERO);
		signal("STOP");
		await().until(this::isStopped);
		tell("clocks");
		await().during(Duration.ofMillis(500)).until(() -> !this.out.ready());
		this.clock.jump(Duration.ofMinutes(1));
		signal("CONT");
		this.out.readLine();
		expectAhead(Duration.ofMinutes(1));
		signal("KILL");
		assertThat(this.process.waitFor(10, TimeUnit.SECONDS)).isTrue();
	}

	private void signal(String signal) {
		Command.run("kill", "-" + signal, Long.toString(this.process.pid()));
	}

	/** A thread may still answer for a moment after the signal was sent. */
	private boolean isStopped() throws IOException {
		try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(this.process.pid()), "task"))) {
			for (Path thread : threads.toList()) {
				if (!Files.readString(thread.resolve("status")).contains("State:\tT")) {
					return false;
				}
			}
			return true;
		}
		catch (NoSuchFileException ex) {
			// A thread has just ended.
			return false;
		}
	}

	/** Checks the wall clock; returns the monotonic one. */
	private long expectAhead(Duration expected) throws IOException {
		long[] clocks = ask("clocks");
		assertThat(clocks[0] - System.currentTimeMillis()).isCloseTo(expected.toMillis(), within(TOLERANCE));
		return clocks[1];
	}

	private long[] ask(String what) throws IOException {
		tell(what);
		String[] words = this.out.readLine().split(" ");
		return new long[] { Long.parseLong(words[0]), Long.parseLong(words[1]) };
	}

	private void tell(String what) throws IOException {
		OutputStream in = this.process.getOutputStream();
		in.write((what + "\n").getBytes(StandardCharsets.UTF_8));
		in.flush();
	}

	/** Prints its clocks on request. */
	static final class Clocks {

		private Clocks() {
		}

		public static void main(String[] args) throws Exception {
			BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				if (line.equals("wait")) {
					long begin = System.nanoTime();
					for (int i = 0; i < 10; i++) {
						Thread.sleep(500);
					}
					System.out.println(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + " 0");
				}
				else {
					System.out.println(System.currentTimeMillis() + " " + System.nanoTime());
				}
			}
		}

	}

}

package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

/**
 * The wall clock of one process, which jumps and drifts while the process runs; its
 * monotonic clock, {@link System#nanoTime()}, stays true. It uses libfaketime, with which
 * the process must be started. Used by any thread.
 */
final class WallClock implements AutoCloseable {

	/** How often a drifting clock is set, in small steps. */
	private static final long STEP_MILLIS = 20;

	private final Path library;

	private final Path file;

	private final ScheduledExecutorService drift = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "wall-clock");
		thread.setDaemon(true);
		return thread;
	});

	/** The offset of the clock; guarded by this, like the rest. */
	private long offsetNanos;

	private double rate = 1;

	private long since = System.nanoTime();

	/**
	 * Creates a correct clock.
	 * @param directory the folder of its file
	 * @throws IllegalStateException if there is no {@link #library()}
	 */
	WallClock(Path directory) {
		Path library = library();
		Assert.state(library != null, "libfaketime is missing (Debian package libfaketime)");
		this.library = library;
		try {
			Files.createDirectories(directory);
			this.file = Files.createTempFile(directory.toAbsolutePath(), "wall-clock-", "");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		write();
		this.drift.scheduleWithFixedDelay(this::step, STEP_MILLIS, STEP_MILLIS, TimeUnit.MILLISECONDS);
	}

	/** The path of libfaketime; null if it is not installed. */
	static @Nullable Path library() {
		try (Stream<Path> dirs = Files.list(Path.of("/usr/lib"))) {
			return dirs.map((dir) -> dir.resolve("faketime/libfaketime.so.1"))
				.filter(Files::exists)
				.findFirst()
				.orElse(null);
		}
		catch (IOException ex) {
			return null;
		}
	}

	/** What the environment of the process must contain; for any number of processes. */
	Map<String, String> environment() {
		return Map.of("LD_PRELOAD", this.library.toString(), "FAKETIME_TIMESTAMP_FILE", this.file.toString(),
				"FAKETIME_NO_CACHE", "1", "FAKETIME_DONT_FAKE_MONOTONIC", "1",
				// Otherwise every timed wait takes about 100 ms longer.
				"FAKETIME_FORCE_MONOTONIC_FIX", "0");
	}

	/**
	 * Sets the clock forward or back at once, in addition to earlier changes.
	 * @param by the change; negative: back
	 */
	synchronized void jump(Duration by) {
		advance();
		this.offsetNanos += by.toNanos();
		write();
	}

	/**
	 * Makes the clock fast or slow from now on. It drifts in steps of some milliseconds,
	 * so that a slow clock goes back slightly at every step.
	 * @param rate seconds of this clock per real second; 1 is correct
	 */
	synchronized void rate(double rate) {
		Assert.isTrue(rate > 0, "'rate' must be positive");
		advance();
		this.rate = rate;
	}

	/** Corrects the clock, which may be a jump. */
	synchronized void heal() {
		this.rate = 1;
		this.offsetNanos = 0;
		write();
	}

	/** The offset of the clock from the true one. */
	synchronized Duration offset() {
		advance();
		return Duration.ofNanos(this.offsetNanos);
	}

	private void advance() {
		long now = System.nanoTime();
		this.offsetNanos += Math.round((now - this.since) * (this.rate - 1));
		this.since = now;
	}

	private synchronized void step() {
		if (this.rate != 1) {
			advance();
			write();
		}
	}

	/** Safety: moved into place, so that the process never reads half of it. */
	private void write() {
		try {
			Path next = this.file.resolveSibling(this.file.getFileName() + ".next");
			Files.writeString(next, String.format(Locale.ROOT, "%+.6f\n", this.offsetNanos / 1e9));
			Files.move(next, this.file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Ends a drift. The process keeps the offset it has. */
	@Override
	public void close() {
		this.drift.shutdownNow();
	}

}

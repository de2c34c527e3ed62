package io.pulsarlock.benchmarks.faults;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

import io.pulsarlock.LockLoss;
import org.jspecify.annotations.Nullable;

/**
 * Writes the events of one node into a file, one line per event and without a buffer, so
 * that they survive the process. Times are those of {@link System#nanoTime()}, which all
 * processes of a machine share. A line may follow a line with a later time. Safe for use
 * by multiple threads.
 */
final class History implements AutoCloseable {

	// Not a channel, because an interrupt would close it.
	private final FileOutputStream out;

	/**
	 * Opens the file and records the start of a process.
	 * @param file the file; appended to if it exists
	 * @param node the node
	 */
	History(Path file, String node) {
		try {
			boolean torn = isTorn(file);
			this.out = new FileOutputStream(file.toFile(), true);
			write((torn ? "\n" : "") + "S " + System.nanoTime() + " " + node + " " + ProcessHandle.current().pid());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Whether a process that was killed has left half a line. */
	private static boolean isTorn(Path file) throws IOException {
		if (!file.toFile().exists()) {
			return false;
		}
		try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
			if (in.length() == 0) {
				return false;
			}
			in.seek(in.length() - 1);
			return in.read() != '\n';
		}
	}

	/** Locks can be used. */
	void joined() {
		write("J " + System.nanoTime());
	}

	/** A lock was granted at that time, or a part of it. */
	void granted(long at, String lock, long token, Part part) {
		write("G " + at + " " + lock + " " + token
				+ (part.equals(Part.ALL) ? "" : " " + part.units() + " " + part.capacity()));
	}

	/**
	 * A holding has ended.
	 * @param at the time at which it was noticed or caused
	 * @param lock the lock
	 * @param token its token
	 * @param lastTrue the start of the last check that found it held; zero if there was
	 * none
	 * @param lost false if it was released
	 */
	void ended(long at, String lock, long token, long lastTrue, boolean lost) {
		write("E " + at + " " + lock + " " + token + " " + lastTrue + " " + (lost ? "LOST" : "RELEASED"));
	}

	/** The holder is notified of a loss. */
	void told(String lock, LockLoss lost) {
		write("L " + System.nanoTime() + " " + lock + " " + lost.token() + " " + lost.reason());
	}

	/** The job runs for that time, in milliseconds of the wall clock. */
	void fired(long fireTime, long term) {
		write("F " + System.nanoTime() + " " + fireTime + " " + term);
	}

	/** Another holder had the lock during the whole wait. */
	void busy(String lock) {
		write("T " + System.nanoTime() + " " + lock);
	}

	/** It is unknown whether the lock was free. */
	void unknown(String lock, Throwable ex) {
		write("U " + System.nanoTime() + " " + lock + " " + ex.getClass().getSimpleName());
	}

	/** Something that should not happen. */
	void unexpected(String what, @Nullable Throwable ex) {
		String text = (ex != null) ? what + ": " + ex : what;
		write("X " + System.nanoTime() + " " + text.replaceAll("\\s+", " "));
	}

	/** The resources that the process uses, and how often a hint has given it a lock. */
	void measured(long heap, int threads, long files, long hinted) {
		write(String.format(Locale.ROOT, "M %d %d %d %d %d", System.nanoTime(), heap, threads, files, hinted));
	}

	/** An orderly stop begins. */
	void stopping() {
		write("B " + System.nanoTime());
	}

	private synchronized void write(String line) {
		try {
			this.out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Records the end of an orderly stop. */
	@Override
	public void close() {
		write("Z " + System.nanoTime());
	}

}

package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * A small disk (a tmpfs) that can be filled. Needs Linux and root. Used by one thread.
 */
final class DiskSpace implements AutoCloseable {

	private static final String NAME = "pulsarlock";

	private static @Nullable String whyNot;

	private static boolean tried;

	private final Path directory;

	private final Path filler;

	private DiskSpace(Path directory) {
		this.directory = directory;
		this.filler = directory.resolve("filler");
	}

	/** Whether disks can be mounted here; tried once. */
	static boolean isPossible() {
		return whyNot() == null;
	}

	/** Why disks cannot be mounted; null if they can. */
	static synchronized @Nullable String whyNot() {
		if (!tried) {
			whyNot = tryIt();
			tried = true;
		}
		return whyNot;
	}

	private static @Nullable String tryIt() {
		try {
			Path directory = Files.createTempDirectory("pulsarlock-disk-");
			try {
				mount(directory, 1).close();
				return null;
			}
			finally {
				Files.delete(directory);
			}
		}
		catch (IOException | IllegalStateException | UncheckedIOException ex) {
			return "a tmpfs cannot be mounted here: " + ex.getMessage();
		}
	}

	/**
	 * Mounts a disk.
	 * @param directory the mount point, created if necessary
	 * @param megabytes its size
	 * @return the disk, empty
	 */
	static DiskSpace mount(Path directory, int megabytes) {
		Path absolute = directory.toAbsolutePath();
		try {
			Files.createDirectories(absolute);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Command.run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", NAME, absolute.toString());
		return new DiskSpace(absolute);
	}

	/**
	 * Unmounts what a killed campaign has left below a folder.
	 * @param folder the folder
	 */
	static void unmountBelow(Path folder) {
		Path mounts = Path.of("/proc/mounts");
		if (!Files.exists(mounts)) {
			return;
		}
		try {
			for (String line : Files.readAllLines(mounts)) {
				String[] words = line.split(" ");
				if (words[0].equals(NAME) && Path.of(words[1]).startsWith(folder.toAbsolutePath())) {
					Command.run("umount", "-l", words[1]);
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Where it is mounted. */
	Path directory() {
		return this.directory;
	}

	/** How many bytes are free. */
	long usable() {
		try {
			return Files.getFileStore(this.directory).getUsableSpace();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Fills the disk to the last byte, until {@link #free()}. A bookie that cannot write
	 * its journal ends a moment later, unless its disk check has made it read-only first.
	 */
	void fill() {
		fill(0);
	}

	/**
	 * Fills the disk except for some space, until {@link #free()}. A bookie above its
	 * {@code diskUsageThreshold} refuses new ledgers and keeps running.
	 * @param megabytes what stays free
	 */
	void fill(int megabytes) {
		byte[] chunk = new byte[4096];
		try (OutputStream out = Files.newOutputStream(this.filler)) {
			while (usable() > (long) megabytes << 20) {
				out.write(chunk);
			}
		}
		catch (IOException ex) {
			// Another process took the last bytes.
			if (usable() > 0) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	/** Frees the space. */
	void free() {
		try {
			Files.deleteIfExists(this.filler);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Unmounts the disk with its contents, even if a process still uses it. */
	@Override
	public void close() {
		Command.run("umount", "-l", this.directory.toString());
	}

}

package io.pulsarlock.comparison.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What Linux knows of processes. */
public final class Proc {

	private static final Pattern BYTES = Pattern.compile("bytes_(?:sent|received):(\\d+)");

	/** The unit of processor times, which is 100 a second on every Linux Java runs on. */
	private static final double MILLIS_PER_TICK = 10;

	private Proc() {
	}

	/**
	 * The resident memory.
	 * @param pids the processes
	 * @return bytes; pages that processes share count for a part each
	 */
	public static long memory(List<Long> pids) {
		long sum = 0;
		for (long pid : pids) {
			for (String line : read(Path.of("/proc", Long.toString(pid), "smaps_rollup")).split("\n")) {
				if (line.startsWith("Pss:")) {
					sum += Long.parseLong(line.replaceAll("\\D", "")) * 1024;
				}
			}
		}
		return sum;
	}

	/**
	 * The processor time so far.
	 * @param pids the processes
	 * @return milliseconds
	 */
	public static double cpuMillis(List<Long> pids) {
		double sum = 0;
		for (long pid : pids) {
			String stat = read(Path.of("/proc", Long.toString(pid), "stat"));
			if (!stat.isEmpty()) {
				String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
				sum += (Long.parseLong(words[11]) + Long.parseLong(words[12])) * MILLIS_PER_TICK;
			}
		}
		return sum;
	}

	/**
	 * What a process has sent and received on the connections it has now. The counters of
	 * the loopback device would count everybody.
	 * @param pid the process
	 * @return bytes, or -1 where {@code ss} is not installed
	 */
	public static long socketBytes(long pid) {
		if (Programs.find("ss") == null) {
			return -1;
		}
		long sum = 0;
		// Each connection is one line because of -O.
		for (String line : Programs.output("ss", "-tinpHO").split("\n")) {
			if (line.contains("pid=" + pid + ",")) {
				Matcher matcher = BYTES.matcher(line);
				while (matcher.find()) {
					sum += Long.parseLong(matcher.group(1));
				}
			}
		}
		return sum;
	}

	/**
	 * The disk space below a directory.
	 * @param directory the directory
	 * @return bytes, of what is allocated where that can be asked
	 */
	public static long size(Path directory) {
		String size = Programs.output("du", "-sk", directory.toString()).split("\\s")[0];
		return size.matches("\\d+") ? Long.parseLong(size) * 1024 : 0;
	}

	/**
	 * The load average of the last minute.
	 * @return the number, 0 if it is not known
	 */
	public static double load() {
		String load = read(Path.of("/proc/loadavg")).split(" ")[0];
		return load.isEmpty() ? 0 : Double.parseDouble(load);
	}

	/**
	 * The processor time other guests of the host took, since the start.
	 * @return hundredths of a second
	 */
	public static long steal() {
		try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
			return Long.parseLong(lines.findFirst().orElse("").split("\\s+")[8]);
		}
		catch (IOException | RuntimeException ex) {
			return 0;
		}
	}

	static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			return "";
		}
	}

}
